"""One request answered: its statements run one after the other, under one deadline."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from typing import Any, Protocol

from sqlft.database.frames import start_of
from sqlft.database.worker.deadline import Deadline
from sqlft.database.worker.failure import Failure, too_much_memory

_SELF_KILL_S = 0.45
"""After the deadline, where the parent could not stop us at 0.3 s."""


class Reader(Protocol):
    """One open database, of whichever kind."""

    def run(
        self, statement: str, parameters: Any, *, max_rows: int, max_result_mib: int, trusted: bool
    ) -> tuple[Any, bool]: ...

    def interrupt(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is sent back: the start of a frame, and the parts of its body."""

    start: bytes
    body: tuple[bytes, ...] = ()
    retire: bool = False
    """This worker should answer no further request."""


def answered(reader: Reader, request: dict[str, Any], deadline: Deadline) -> Answer:
    """The answer to a request: results in the statements' order, or the failure of all."""
    timeout_s = request["timeout_s"]
    deadline.start(timeout_s, reader.interrupt)
    # Ends the process even where a C call never returns to Python.
    signal.setitimer(signal.ITIMER_REAL, timeout_s + _SELF_KILL_S)
    try:
        return _answered(reader, request, deadline)
    except MemoryError:
        return _failed(too_much_memory(request["memory_mib"]))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        deadline.stop()


def _answered(reader: Reader, request: dict[str, Any], deadline: Deadline) -> Answer:
    results: list[dict[str, Any]] = []
    bodies: list[bytes] = []
    for statement in request["statements"]:
        try:
            result, body = _run(reader, statement, request)
        except Failure as failure:
            late = deadline.struck
            if late or failure.kind != "query_error" or not request["many"]:
                return _failed(failure, late=late)
            results.append(failure.header())
        else:
            results.append({**result, "bytes": len(body)})
            bodies.append(body)
    start = start_of({"results": results}, sum(map(len, bodies)))
    return Answer(start=start, body=tuple(bodies))


def _failed(failure: Failure, *, late: bool = False) -> Answer:
    return Answer(start=start_of({**failure.header(), "late": late}, 0), retire=failure.retire)


def _run(reader: Reader, statement: str, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """What a header says of one result, and its rows: JSON of a SQLite file's, or Arrow."""
    found, truncated = reader.run(
        statement,
        request["parameters"],
        max_rows=request["max_rows"],
        max_result_mib=request["max_result_mib"],
        trusted=request["trusted"],
    )
    if request["form"] == "arrow":
        return {"truncated": truncated}, _stream_of(found)
    names, rows = found
    text = json.dumps(rows, default=_marked, ensure_ascii=False, separators=(",", ":"))
    return {"truncated": truncated, "names": names}, text.encode()


def _marked(blob: bytes) -> dict[str, str]:
    return {"blob": blob.hex()}


def _stream_of(table: Any) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())
