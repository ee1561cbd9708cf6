"""Prompts become replies, many at a time; one that fails does not fail the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from sqlft.config import Decoding
from sqlft.errors import SqlftError
from sqlft.model import Generator, Reply
from sqlft.prompt import Prompt


@dataclass(frozen=True, kw_only=True)
class Written:
    """The replies to one prompt, or why there are none."""

    replies: tuple[Reply, ...] = ()
    error: SqlftError | None = None
    seconds: float = 0.0
    together: int = 1


Writer = Callable[[Sequence[Prompt], Decoding], list[Written]]
"""From prompts to what was written for each, in their order."""


def at_once(generator: Generator) -> Writer:
    """Hands all prompts to the generator in one call, which may write them side by side.

    Where the call fails they are asked one by one, so that each failure is its own. The prompts
    together have as much time as they would have one after the other: written side by side, each
    takes longer than alone.
    """

    def write(prompts: Sequence[Prompt], decoding: Decoding) -> list[Written]:
        start = time.perf_counter()
        together = replace(decoding, write_timeout_s=decoding.write_timeout_s * len(prompts))
        try:
            found = generator.generate(prompts, together)
        except SqlftError as error:
            if len(prompts) == 1:
                return [Written(error=error, seconds=time.perf_counter() - start)]
            return [one for prompt in prompts for one in write([prompt], decoding)]
        share = (time.perf_counter() - start) / max(1, len(prompts))
        return [Written(replies=r, seconds=share, together=len(prompts)) for r in found]

    return write


def side_by_side(generator: Generator, threads: int) -> Writer:
    """Asks for each prompt by itself, so many at once: the way to use an endpoint."""

    def one(prompt: Prompt, decoding: Decoding) -> Written:
        start = time.perf_counter()
        try:
            (replies,) = generator.generate([prompt], decoding)
        except SqlftError as error:
            return Written(error=error, seconds=time.perf_counter() - start)
        return Written(replies=replies, seconds=time.perf_counter() - start)

    def write(prompts: Sequence[Prompt], decoding: Decoding) -> list[Written]:
        with ThreadPoolExecutor(threads, thread_name_prefix="sqlft-ask") as executor:
            return list(executor.map(lambda prompt: one(prompt, decoding), prompts))

    return write
