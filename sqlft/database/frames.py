"""The channel between sqlft and a worker: a JSON header and a body of bytes, each with its length.

Nothing is ever unpickled: a worker that a hostile query took over can only send text and Arrow.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any

HEAD = struct.Struct("<IQ")
"""Length of the JSON header, then of the body, in bytes."""

HEADER_BYTES_AT_MOST = 1 << 24

_READ_BYTES = 1 << 16


class FrameTooLarge(Exception):
    """A frame says that it is longer than what was asked for can be."""


def pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    """One frame.

    >>> unpack_header(pack({"sql": "select 1"})[HEAD.size:])
    {'sql': 'select 1'}
    """
    return start_of(header, len(body)) + body


def start_of(header: dict[str, Any], body_bytes: int) -> bytes:
    """A frame without its body, which follows by itself: a large one need not be copied."""
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    return HEAD.pack(len(text), body_bytes) + text


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


class Frames:
    """Frames as they come in from a descriptor that does not block, one after the other.

    A body is read to where it stays: a large result is in memory once.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._unread = bytearray()
        self._header: dict[str, Any] | None = None
        self._body = bytearray()
        self._body_bytes = 0

    def read(self) -> bool:
        """Takes in what there is; false at the end of the stream."""
        try:
            if self._body_bytes < len(self._body):
                with memoryview(self._body) as whole, whole[self._body_bytes :] as rest:
                    count = os.readv(self._descriptor, [rest])
                self._body_bytes += count
                return count > 0
            part = os.read(self._descriptor, _READ_BYTES)
        except BlockingIOError:
            return True
        self._unread += part
        return bool(part)

    def take(self, body_bytes_at_most: int) -> tuple[dict[str, Any], bytearray] | None:
        """The next frame, once all of it is here.

        Raises:
            FrameTooLarge: it will be longer than that.
        """
        if self._header is None and not self._begin(body_bytes_at_most):
            return None
        if self._header is None or self._body_bytes < len(self._body):
            return None
        header, body = self._header, self._body
        self._header, self._body, self._body_bytes = None, bytearray(), 0
        return header, body

    def _begin(self, body_bytes_at_most: int) -> bool:
        if len(self._unread) < HEAD.size:
            return False
        header_bytes, body_bytes = HEAD.unpack_from(self._unread)
        if header_bytes > HEADER_BYTES_AT_MOST or body_bytes > body_bytes_at_most:
            raise FrameTooLarge
        start = HEAD.size + header_bytes
        if len(self._unread) < start:
            return False
        self._header = unpack_header(self._unread[HEAD.size : start])
        self._body = bytearray(body_bytes)
        here = self._unread[start : start + body_bytes]
        self._body[: len(here)] = here
        self._body_bytes = len(here)
        del self._unread[: start + len(here)]
        return True
