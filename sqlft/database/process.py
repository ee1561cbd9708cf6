"""One worker process, seen from outside: started, asked, killed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlft.database.frames import HEAD, HEADER_BYTES_AT_MOST, pack, unpack_header
from sqlft.database.place import Database
from sqlft.errors import InputError, ModelError

Cancel = Callable[[], bool]

_POLL_S = 0.05
_START_S = 30.0  # 0.25 s on an idle machine; a loaded one may need seconds
_REAP_S = 0.15
_STDERR_BYTES_KEPT = 4096

_BOOT = """
import sys, types
root, paths = sys.argv[2], sys.argv[3:]
sys.path += [path for path in paths if path not in sys.path]
# sqlft's front door would import far more than a query needs, so it stays closed in here
for name, folder in (("sqlft", root), ("sqlft.database", root + "/database")):
    sys.modules[name] = package = types.ModuleType(name)
    package.__path__ = [folder]
from sqlft.database.worker.serve import main
main()
"""


class WorkerEnded(Exception):
    """The process ended before it answered."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.said = said


class WorkerLate(Exception):
    """No answer came in time."""


class WorkerCancelled(Exception):
    """The caller does not want the answer any more."""


class AnswerTooLarge(Exception):
    """The answer is longer than what was asked for can be."""


class Worker:
    """A process with one database open, asked by one thread at a time."""

    def __init__(self, database: Database, memory_mib: int) -> None:
        """Starts the process without waiting for it; ``open`` does.

        The thread that calls this must outlive the worker: Linux ends a process that asked to die
        with its parent when the *thread* that started it ends.
        """
        self._database, self._memory_mib = database, memory_mib
        root = Path(__file__).resolve().parents[1]
        paths = [path for path in sys.path if Path(path).is_absolute()]
        arguments = [str(os.getpid()), str(root), *paths]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _BOOT, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
            cwd="/",
            start_new_session=True,
        )
        streams = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._streams = [stream for stream in streams if stream is not None]
        self._stdin, self._stdout, self._stderr = (stream.fileno() for stream in self._streams)
        for stream in self._streams:
            os.set_blocking(stream.fileno(), False)
        self._said = bytearray()

    def open(self, cancel: Cancel | None) -> None:
        """Waits until the database is open.

        Raises:
            InputError: the database cannot be opened.
            ModelError: the process did not start.
            WorkerCancelled: ``cancel`` said so.
        """
        request = {
            "kind": self._database.kind,
            "location": self._database.location,
            "name": self._database.name,
            "memory_mib": self._memory_mib,
        }
        try:
            header, _ = self.ask(request, wait_s=_START_S, body_bytes_at_most=0, cancel=cancel)
        except (WorkerEnded, WorkerLate, AnswerTooLarge) as error:
            said = error.said.strip().splitlines()[-1:] if isinstance(error, WorkerEnded) else []
            reason = (
                said[0] if said else "no answer" if isinstance(error, WorkerLate) else str(error)
            )
            raise ModelError(
                f"the query worker for {self._database.location} did not start: {reason}",
                hint="check that this Python can import duckdb and pyarrow, and has memory left",
            ) from None
        failure = header.get("error")
        if failure:
            raise InputError(str(failure["message"]), hint=failure["hint"])

    def ask(
        self,
        request: dict[str, Any],
        *,
        wait_s: float,
        body_bytes_at_most: int,
        cancel: Cancel | None = None,
    ) -> tuple[dict[str, Any], bytes]:
        """The header and body of the answer to one request.

        Raises:
            WorkerEnded, WorkerLate, WorkerCancelled, AnswerTooLarge: the worker is of no further
                use then and must be killed.
        """
        unsent = memoryview(pack(request))
        received = bytearray()
        poll = select.poll()
        poll.register(self._stdin, select.POLLOUT)
        poll.register(self._stdout, select.POLLIN)
        poll.register(self._stderr, select.POLLIN)
        deadline = time.monotonic() + wait_s
        while True:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise WorkerLate
            if cancel is not None and cancel():
                raise WorkerCancelled
            wait = min(left_s, _POLL_S) if cancel is not None else left_s
            ready = {fd for fd, _ in poll.poll(wait * 1000 + 1)}
            if self._stdin in ready:
                unsent = self._write(unsent)
                if not unsent:
                    poll.unregister(self._stdin)
            if self._stderr in ready and not self._hear():
                poll.unregister(self._stderr)
            if self._stdout in ready:
                if not self._read_into(received):
                    raise self._ended()
                answer = _complete(received, body_bytes_at_most)
                if answer is not None:
                    return answer

    def kill(self) -> bool:
        """Ends the process and all that it started, now; true once nothing of it is left."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        for stream in self._streams:
            with suppress(OSError):
                stream.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_REAP_S)
        return self._process.returncode is not None

    def reap(self) -> None:
        """Waits for a killed process that takes long to give back its memory."""
        self._process.wait()

    def disown(self) -> None:
        """In a forked child: lets go of the parent's worker without touching it."""
        for stream in self._streams:
            with suppress(OSError):
                stream.close()
        self._process.returncode = 0  # not ours to wait for

    @property
    def alive(self) -> bool:
        """True while the process runs."""
        return self._process.poll() is None

    def _write(self, unsent: memoryview) -> memoryview:
        try:
            return unsent[os.write(self._stdin, unsent[: 1 << 16]) :]
        except BlockingIOError:
            return unsent
        except BrokenPipeError:
            return unsent[:0]  # the end of its output follows

    def _read_into(self, received: bytearray) -> bool:
        try:
            part = os.read(self._stdout, 1 << 20)
        except BlockingIOError:
            return True
        received += part
        return bool(part)

    def _hear(self) -> bool:
        try:
            part = os.read(self._stderr, 1 << 16)
        except BlockingIOError:
            return True
        self._said += part
        del self._said[:-_STDERR_BYTES_KEPT]
        return bool(part)

    def _ended(self) -> WorkerEnded:
        with suppress(OSError):
            while self._hear():
                if not select.select([self._stderr], [], [], 0)[0]:
                    break
        try:
            status = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            status = 0
        return WorkerEnded(status, self._said.decode("utf-8", "replace"))


def _complete(received: bytearray, body_bytes_at_most: int) -> tuple[dict[str, Any], bytes] | None:
    """The frame, once all of it is here."""
    if len(received) < HEAD.size:
        return None
    header_bytes, body_bytes = HEAD.unpack_from(received)
    if header_bytes > HEADER_BYTES_AT_MOST or body_bytes > body_bytes_at_most:
        raise AnswerTooLarge
    start = HEAD.size + header_bytes
    if len(received) < start + body_bytes:
        return None
    return unpack_header(received[HEAD.size : start]), bytes(received[start : start + body_bytes])
