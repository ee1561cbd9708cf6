"""Progress on standard error, and only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlft.config import Progress


@contextmanager
def shown_progress() -> Iterator[Progress | None]:
    """Something to tell progress to; none where standard error is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("") as status:

        def tell(message: str, share: float | None = None) -> None:
            done = "" if share is None else f" {share:.0%}"
            status.update(f"{message}{done}", spinner="dots")

        yield tell
