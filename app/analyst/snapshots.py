"""What is known of a copy of a server's tables: where it is from, of when, and what it lacks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlft.data.server_to_duckdb import ServerCopy
from sqlft.files import whole_file

_FILE = "copy.json"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A copy, as people are told of it."""

    source: str
    taken_at: str
    cut: dict[str, int]
    """Rows that are there, by name of the tables of which only the first ones are."""
    missing: dict[str, str]
    """Why a table is not there, by its name on the server."""

    @property
    def moment(self) -> str:
        """When it was taken, as people write it.

        >>> Snapshot(source="", taken_at="2026-03-04T05:06:07+00:00", cut={}, missing={}).moment
        '4 March 2026, 05:06 UTC'
        """
        taken = datetime.fromisoformat(self.taken_at)
        return f"{taken.day} {taken:%B %Y, %H:%M} UTC"

    @property
    def short_moment(self) -> str:
        """The same, for a list.

        >>> Snapshot(
        ...     source="", taken_at="2026-03-04T05:06:07+00:00", cut={}, missing={}
        ... ).short_moment
        '4 Mar 05:06'
        """
        taken = datetime.fromisoformat(self.taken_at)
        return f"{taken.day} {taken:%b %H:%M}"


def keep_snapshot(copy: ServerCopy) -> None:
    """Writes what is known of a copy beside it."""
    document = {
        "source": copy.source,
        "taken_at": copy.taken_at,
        "cut": {table.name: table.rows for table in copy.cut},
        "missing": {table.source: str(table.left_out) for table in copy.missing},
    }
    with whole_file(copy.path.with_name(_FILE)) as file:
        json.dump(document, file, ensure_ascii=False)


def snapshot_beside(path: Path) -> Snapshot | None:
    """What is known of the copy in this file; none where it is no copy."""
    try:
        said: dict[str, Any] = json.loads(path.with_name(_FILE).read_text(encoding="utf-8"))
        return Snapshot(**said)
    except (OSError, ValueError, TypeError):
        return None
