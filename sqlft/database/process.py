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
from typing import Any, Literal

from sqlft.database.frames import Frames, FrameTooLarge, pack
from sqlft.database.place import Database
from sqlft.errors import InputError, ModelError

Cancel = Callable[[], bool]
Form = Literal["arrow", "json"]

_POLL_S = 0.05
_START_S = 30.0  # 0.25 s on an idle machine; a loaded one may need seconds
_REAP_S = 0.15
_STDERR_BYTES_KEPT = 4096

_ENVIRONMENT = {"ARROW_DEFAULT_MEMORY_POOL": "system"}
"""All that a worker sees of ours. Arrow's own allocator would reserve 1 GiB of addresses at its
first use, which may come after the worker's addresses were limited."""

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


class Worker:
    """A process that reads one DuckDB file, or SQLite files; asked by one thread at a time.

    Requests are answered in their order, and more may be sent before an answer is received.
    """

    def __init__(self, database: Database, memory_mib: int, form: Form = "arrow") -> None:
        """Starts the process and asks it to open the database; ``open`` waits for both.

        The thread that calls this must outlive the worker: Linux ends a process that asked to die
        with its parent when the *thread* that started it ends.

        Args:
            form: how rows come back; ``json`` only of SQLite files.
        """
        self._location = database.location
        root = Path(__file__).resolve().parents[1]
        paths = [path for path in sys.path if Path(path).is_absolute()]
        arguments = [str(os.getpid()), str(root), *paths]
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _BOOT, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
        streams = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._streams = [stream for stream in streams if stream is not None]
        self._stdin, self._stdout, self._stderr = (stream.fileno() for stream in self._streams)
        for stream in self._streams:
            os.set_blocking(stream.fileno(), False)
        self._unsent = bytearray()
        self._frames = Frames(self._stdout)
        self._said = bytearray()
        self._hears = True
        self.retires = False
        """It will answer no further request."""
        self.send(
            {
                "kind": database.kind,
                "location": database.location,
                "name": database.name,
                "memory_mib": memory_mib,
                "form": form,
            }
        )

    def open(self, cancel: Cancel | None) -> None:
        """Waits until the database is open; once, before the first answer is received.

        Raises:
            InputError: the database cannot be opened.
            ModelError: the process did not start.
            WorkerCancelled: ``cancel`` said so.
        """
        try:
            header, _ = self.receive(wait_s=_START_S, body_bytes_at_most=0, cancel=cancel)
        except (WorkerEnded, WorkerLate, FrameTooLarge) as error:
            said = error.said.strip().splitlines()[-1:] if isinstance(error, WorkerEnded) else []
            reason = (
                said[0] if said else "no answer" if isinstance(error, WorkerLate) else str(error)
            )
            raise ModelError(
                f"the query worker for {self._location} did not start: {reason}",
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
    ) -> tuple[dict[str, Any], bytearray]:
        """The header and body of the answer to one request; raises as ``receive``."""
        self.send(request)
        return self.receive(wait_s=wait_s, body_bytes_at_most=body_bytes_at_most, cancel=cancel)

    def send(self, *requests: dict[str, Any]) -> None:
        """Puts requests in line; they leave now as far as the worker takes them."""
        for request in requests:
            self._unsent += pack(request)
        self._write()

    def receive(
        self, *, wait_s: float, body_bytes_at_most: int, cancel: Cancel | None = None
    ) -> tuple[dict[str, Any], bytearray]:
        """The header and body of the answer to the first request without one.

        Raises:
            WorkerEnded, WorkerLate, WorkerCancelled, FrameTooLarge: the worker is of no further
                use then and must be killed.
        """
        deadline = time.monotonic() + wait_s
        while (answer := self._frames.take(body_bytes_at_most)) is None:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise WorkerLate
            if cancel is not None and cancel():
                raise WorkerCancelled
            self._turn(min(left_s, _POLL_S) if cancel is not None else left_s)
        self.retires = bool(answer[0].get("retire"))
        return answer

    def _turn(self, wait_s: float) -> None:
        """Waits until something can be sent or read, and does so."""
        poll = select.poll()
        poll.register(self._stdout, select.POLLIN)
        if self._unsent:
            poll.register(self._stdin, select.POLLOUT)
        if self._hears:
            poll.register(self._stderr, select.POLLIN)
        ready = {fd for fd, _ in poll.poll(wait_s * 1000 + 1)}
        if self._stdin in ready:
            self._write()
        if self._stderr in ready:
            self._hears = self._hear()
        if self._stdout in ready and not self._frames.read():
            raise self._ended()

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

    def _write(self) -> None:
        try:
            with memoryview(self._unsent) as unsent, unsent[: 1 << 16] as part:
                count = os.write(self._stdin, part)
        except BlockingIOError:
            return
        except BrokenPipeError:
            count = len(self._unsent)  # the end of its output follows
        del self._unsent[:count]

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
