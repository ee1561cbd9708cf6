"""Texts that end an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def cut(text: str, stop: Sequence[str]) -> str:
    r"""The text before the first of the stop texts.

    >>> cut("SELECT 1\n```\nThis query", ["```", "###"])
    'SELECT 1\n'
    """
    places = [place for place in (text.find(mark) for mark in stop) if place >= 0]
    return text[: min(places)] if places else text


def holds_stop(
    decode: Callable[[Sequence[int]], str], stop: Sequence[str]
) -> Callable[[Sequence[int]], bool]:
    """Whether the newest of some tokens complete a stop text.

    A stop text of n bytes ends at most n tokens after it began; only so many are decoded, and a
    few before them, so that a step costs the same however long the answer is.
    """
    marks = tuple(mark for mark in stop if mark)
    if not marks:
        return lambda ids: False
    window = max(len(mark.encode()) for mark in marks) + 4

    def done(ids: Sequence[int]) -> bool:
        tail = decode(ids[-window:])
        return any(mark in tail for mark in marks)

    return done
