"""How a training is followed: a bar with the time that is left, or a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlft.config import Progress
from sqlft.train.run_folder import is_first_process

if TYPE_CHECKING:
    from sqlft.train.callbacks import At

EVERY_S = 30.0
"""Seconds between two lines where standard error is no terminal."""


@contextmanager
def shown_training() -> Iterator[tuple[Callable[[At], None] | None, Progress | None]]:
    """What to tell steps to, and what comes before them."""
    if not is_first_process():
        yield None, None
    elif sys.stderr.isatty():
        with _bar() as told:
            yield told
    else:
        yield _lines(), None


@contextmanager
def _bar() -> Iterator[tuple[Callable[[At], None], Progress]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"))
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("reading", total=1.0, left="")

        def told(at: At) -> None:
            if at.look is not None:
                bars.console.print(line_of(at))
            bars.update(
                task,
                description=f"step {at.step:,} of {at.steps:,}  loss {at.loss:.3f}",
                completed=at.share,
                left=f"{clock(at.left_s)} left, {at.tokens_per_s:,.0f} tokens/s",
            )

        def progress(message: str, share: float | None) -> None:
            bars.update(task, description=message, completed=share or 0.0)

        yield told, progress


def _lines() -> Callable[[At], None]:
    last = -EVERY_S

    def told(at: At) -> None:
        nonlocal last
        now = time.monotonic()
        if at.look is not None or at.step == at.steps or now - last >= EVERY_S:
            last = now
            print(line_of(at), file=sys.stderr, flush=True)

    return told


def line_of(at: At) -> str:
    """Where a training stands, on one line."""
    if at.look is not None:
        found = [f"step {at.step:,}"]
        if at.look.loss is not None:
            found.append(f"validation loss {at.look.loss:.4f}")
        if at.look.general_loss is not None:
            found.append(f"general loss {at.look.general_loss:.4f}")
        if at.look.accuracy is not None:
            found.append(f"accuracy {at.look.accuracy:.1%} of {at.look.total}")
        return ", ".join(found)
    return (
        f"step {at.step:,} of {at.steps:,}, loss {at.loss:.4f}, "
        f"{at.examples_per_s:,.2f} examples/s, {at.tokens_per_s:,.0f} tokens/s, "
        f"{clock(at.left_s)} left"
    )


def clock(seconds: float) -> str:
    """Hours, minutes and seconds.

    >>> clock(3725), clock(65)
    ('1:02:05', '1:05')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
