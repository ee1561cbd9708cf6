"""The worker's life: confine itself, open its database, answer requests until its input ends."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from sqlft.database.frames import HEAD, pack, unpack_header
from sqlft.database.worker import confine
from sqlft.database.worker.answer import Reader, answered
from sqlft.database.worker.deadline import Deadline

ReaderFor = Callable[[dict[str, Any]], Reader]


def main() -> None:
    """Serves standard input and output until the parent, ``argv[1]``, closes them."""
    confine.begin(int(sys.argv[1]))
    requests, replies = _take_standard_streams()
    # SIGALRM must end the process even where a C call never returns to Python.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    request = _receive(requests)
    if request is None:
        return
    from sqlft.database.worker.failure import Failure

    deadline = Deadline()
    try:
        reader_for = _open(request)
    except Failure as failure:
        _send(replies, pack(failure.header()))
        return
    _send(replies, pack({"ready": True}))
    while (request := _receive(requests)) is not None:
        answer = answered(reader_for(request), request, deadline)
        for part in (answer.start, *answer.body):
            _send(replies, part)
        if answer.retire:
            return


def _open(request: dict[str, Any]) -> ReaderFor:
    """Who answers a request: a DuckDB file's one reader, or the reader of any SQLite file."""
    # Neither library needs them to make Arrow, and they double the time to start.
    sys.modules["numpy"] = sys.modules["pandas"] = None  # type: ignore[assignment]
    memory_mib = request["memory_mib"]
    if request["form"] == "arrow":
        import pyarrow.ipc  # noqa: F401 - loaded before memory is limited
    confine.limit_memory(memory_mib + 512)  # opening takes up to 30 MiB and ten threads' stacks
    reader_for: ReaderFor
    if request["kind"] == "duckdb":
        from sqlft.database.worker.duckdb_reader import DuckDBReader

        reader = DuckDBReader(request["location"], request["name"], memory_mib)

        def reader_for(_: dict[str, Any]) -> Reader:
            return reader

    else:
        from sqlft.database.worker.sqlite_reader import SQLiteReader

        reader_for = SQLiteReader(memory_mib, as_table=request["form"] == "arrow").turned_to
    confine.limit_memory(memory_mib)
    confine.limit_files()
    return reader_for


def _take_standard_streams() -> tuple[int, int]:
    """The channel's two descriptors; whatever else reads or prints gets nothing, or stderr."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return requests, replies


def _receive(requests: int) -> dict[str, Any] | None:
    head = _read(requests, HEAD.size)
    if head is None:
        return None
    header_bytes, _ = HEAD.unpack(head)
    text = _read(requests, header_bytes)
    return None if text is None else unpack_header(text)


def _read(requests: int, count: int) -> bytes | None:
    parts = []
    while count:
        part = os.read(requests, min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _send(replies: int, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[os.write(replies, view) :]
