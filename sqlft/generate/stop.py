"""What ends an answer before its model does: a stop text, or going round in circles."""

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


_LEAST_BLOCK = 4
_LEAST_REPEATED = 24


def goes_round(ids: Sequence[int]) -> bool:
    """Whether the last tokens say the same again and again: three times and 24 tokens at least.

    >>> goes_round([7, 8] + [1, 2, 3, 4, 5, 6, 7, 8] * 3)
    True
    >>> goes_round([1, 2, 3, 4] * 5)
    False
    """
    for block in range(_LEAST_BLOCK, len(ids) // 3 + 1):
        length = block * max(3, -(-_LEAST_REPEATED // block))
        tail = ids[-length:]
        if len(tail) == length and tail[block:] == tail[:-block]:
            return True
    return False
