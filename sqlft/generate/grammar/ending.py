"""A short way from anywhere in a sentence to its end."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import TypeAlias

from sqlft.generate.grammar.machine import END, Option, Options, Place

_A_BRACKET, _A_RANK = 6, 2
"""What an open bracket, and passing over a plainer text, cost: as many further texts."""
_LEADING_ON = (")", " SELECT ", " FROM ", " ON ", " THEN ", " END", " = ")
"""Texts that come before an end, or do not put it off."""
_MOST_OPTIONS = 64
"""Of each place so many are tried, the plainest."""
_Way: TypeAlias = tuple[int, int, str, Callable[[], "list[Option]"]]
"""What a way costs, when it was found, its text, and what it leads to."""
_MOST_STEPS = 400
_MOST_CHARACTERS = 12
"""Of a described text: as many as a date has, and one."""


def ending(place: Place) -> str | None:
    """A short text with which the sentence is whole; none where the search found no way.

    What leads to an end is tried first, and what closes a bracket before all: levels of a nested
    sentence are left one after the other. It is seldom the shortest way.
    """
    if place.accepting:
        return ""
    turns = count()
    heap: list[_Way] = [(0, next(turns), "", place.under_way)]
    for _ in range(_MOST_STEPS):
        if not heap:
            return None
        cost, _, text, follow = heapq.heappop(heap)
        options = follow()
        if END in options:
            return text
        told = [(more, option.then) for option in options if (more := _least(option))]
        plainest = heapq.nsmallest(_MOST_OPTIONS, told, key=_plainness)
        for rank, (more, then) in enumerate(plainest):
            brackets = more.count("(") - more.count(")")
            further = cost + 1 + _A_RANK * rank.bit_length() + _A_BRACKET * brackets
            way: _Way = (further, next(turns), text + more, partial(then, more))
            heapq.heappush(heap, way)
    return None


def _plainness(way: tuple[str, Callable[[str], Options]]) -> tuple[int, int]:
    """What leads to an end first, then names and values, then the rest; each by length."""
    text, _ = way
    if text.startswith(_LEADING_ON):
        return 0, len(text)
    return (2 if "(" in text or text.startswith((" ", "-")) else 1), len(text)


def _least(option: Option) -> str:
    """A short text for what may come next; nothing where none was found."""
    if isinstance(option.what, str):
        return option.what
    text, shape = "", option.what
    while len(text) < _MOST_CHARACTERS:
        ways = ((c, after) for c in shape.starts() if (after := shape.after(c)) is not None)
        character, shape = next(ways, ("", shape))
        text += character
        if not character or shape.whole():
            return text if character else ""
    return ""
