"""The channel between sqlft and a worker: a JSON header and a body of bytes, each with its length.

Nothing is ever unpickled: a worker that a hostile query took over can only send text and Arrow.
"""

from __future__ import annotations

import json
import struct
from typing import Any

HEAD = struct.Struct("<IQ")
"""Length of the JSON header, then of the body, in bytes."""

HEADER_BYTES_AT_MOST = 1 << 24


def pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    """One frame.

    >>> unpack_header(pack({"sql": "select 1"})[HEAD.size:])
    {'sql': 'select 1'}
    """
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    return HEAD.pack(len(text), len(body)) + text + body


def unpack_header(text: bytes | bytearray) -> dict[str, Any]:
    """The header of a frame; an empty one where the bytes hold none.

    >>> unpack_header(b"[1]")
    {}
    """
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return header if isinstance(header, dict) else {}
