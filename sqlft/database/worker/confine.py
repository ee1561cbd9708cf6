"""Takes from this process what a query never needs: files, memory, privileges, an orphan's life."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_M_ARENA_MAX = -8

OPEN_FILES_AT_MOST = 64


def begin(parent: int) -> None:
    """Dies with its parent from now on, gains no privileges, writes no file and dumps no core.

    Linux is the target. Where the system lacks a limit (prctl elsewhere, some limits on macOS) it
    is passed over: the deadline, the read-only connection and the authorizer hold there too.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        # One heap for all threads: glibc reserves 64 MiB of addresses for each further one, and
        # DuckDB starts ten threads, so the address limit would overstate the memory in use by
        # 650 MiB (measured: 942 MiB of addresses without this line, 287 MiB with it).
        with suppress(AttributeError):
            libc.mallopt(_M_ARENA_MAX, 1)
    if os.getppid() != parent:  # it died before prctl could tell us
        os._exit(0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)


def limit_memory(mib: int) -> None:
    """From now on this process may take ``mib`` MiB of addresses beyond those it has, at most."""
    used = _address_bytes()
    if used is not None:
        _limit(resource.RLIMIT_AS, used + (mib << 20))


def limit_files() -> None:
    """Few open files, now that every module is loaded."""
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES_AT_MOST)


def _limit(which: int, value: int) -> None:
    with suppress(OSError, ValueError):
        hard = resource.getrlimit(which)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (most, most))


def _address_bytes() -> int | None:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return None
    return pages * resource.getpagesize()
