"""Pairs of things on two sides, of which only some may go together."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def augment(
    start: int,
    partners: Callable[[int], Iterable[int]],
    of_left: list[int],
    of_right: list[int],
) -> bool:
    """Whether ``start``, unpaired on the left, could be paired without unpairing another.

    ``partners`` gives the right ones that go with a left one. ``of_left`` and ``of_right`` hold
    each one's present partner or -1, and are changed along the path found, breadth first. One
    left over after this is left over in every pairing (Berge 1957).

    >>> left, right = [0, -1], [0, -1]
    >>> augment(1, [[0, 1], [0]].__getitem__, left, right), left
    (True, [1, 0])
    """
    reached_from: dict[int, int] = {}
    queue = [start]
    for giver in queue:
        for taker in partners(giver):
            if taker in reached_from:
                continue
            reached_from[taker] = giver
            if of_right[taker] >= 0:
                queue.append(of_right[taker])
                continue
            while taker >= 0:
                owner = reached_from[taker]
                of_right[taker], of_left[owner], taker = owner, taker, of_left[owner]
            return True
    return False
