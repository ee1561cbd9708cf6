"""The worker's life: confine itself, open one database, answer requests until its input ends."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import Any, Protocol

from sqlft.database.frames import HEAD, pack, unpack_header
from sqlft.database.worker import confine

_SELF_KILL_S = 0.45
"""After the deadline, where the parent could not stop us at 0.3 s."""


class Reader(Protocol):
    """One open database, of whichever kind."""

    def run(
        self, statement: str, parameters: Any, *, max_rows: int, max_result_mib: int, trusted: bool
    ) -> tuple[Any, bool]: ...

    def interrupt(self) -> None: ...


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

    try:
        reader = _open(request)
    except Failure as failure:
        _send(replies, pack(failure.header()))
        return
    _send(replies, pack({"ready": True}))
    while (request := _receive(requests)) is not None:
        reply, retire = _answer(reader, request)
        _send(replies, reply)
        if retire:
            return


def _open(request: dict[str, Any]) -> Reader:
    # Neither library needs them to make Arrow, and they double the time to start.
    sys.modules["numpy"] = sys.modules["pandas"] = None  # type: ignore[assignment]
    import pyarrow as pa
    import pyarrow.ipc

    pa.set_memory_pool(pa.system_memory_pool())  # the default one reserves addresses by the GiB
    location, name, memory_mib = request["location"], request["name"], request["memory_mib"]
    confine.limit_memory(memory_mib + 512)  # opening takes up to 30 MiB and ten threads' stacks
    reader: Reader
    if request["kind"] == "duckdb":
        from sqlft.database.worker.duckdb_reader import DuckDBReader

        reader = DuckDBReader(location, name, memory_mib)
    else:
        from sqlft.database.worker.sqlite_reader import SQLiteReader

        reader = SQLiteReader(location, name, memory_mib)
    confine.limit_memory(memory_mib)
    confine.limit_files()
    return reader


def _answer(reader: Reader, request: dict[str, Any]) -> tuple[bytes, bool]:
    """The reply frame, and whether this worker should end after it."""
    from sqlft.database.worker.failure import Failure, too_much_memory

    started = time.monotonic()
    deadline = started + request["timeout_s"]
    results: list[dict[str, Any]] = []
    bodies: list[bytes] = []
    stopped = threading.Event()

    def stop() -> None:
        stopped.set()
        reader.interrupt()

    timer = threading.Timer(request["timeout_s"], stop)
    timer.daemon = True
    timer.start()
    signal.setitimer(signal.ITIMER_REAL, request["timeout_s"] + _SELF_KILL_S)
    try:
        for statement in request["statements"]:
            try:
                body, truncated = _encoded(reader, statement, request)
            except Failure as failure:
                late = stopped.is_set() or time.monotonic() >= deadline
                if late or failure.kind != "query_error" or not request["many"]:
                    return pack({**failure.header(), "late": late}), failure.retire
                results.append(failure.header())
            else:
                bodies.append(body)
                results.append({"bytes": len(body), "truncated": truncated})
        return pack({"results": results}, b"".join(bodies)), False
    except MemoryError:
        return pack(too_much_memory(request["memory_mib"]).header()), True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        timer.cancel()


def _encoded(reader: Reader, statement: str, request: dict[str, Any]) -> tuple[bytes, bool]:
    import pyarrow as pa

    table, truncated = reader.run(
        statement,
        request["parameters"],
        max_rows=request["max_rows"],
        max_result_mib=request["max_result_mib"],
        trusted=request["trusted"],
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes(), truncated


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
