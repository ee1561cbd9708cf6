"""A mask that lets through the sentences of a grammar, whatever tokens they are cut into."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import torch

from sqlft.generate.grammar.ending import ending
from sqlft.generate.grammar.machine import Place
from sqlft.generate.grammar.vocabulary import Vocabulary

_MOST_LOOKED_AT = 12
"""Characters that may follow a forced text, to see which of its tokens they cannot change."""


class SentenceMask:
    """The Mask of one prompt's answers.

    Only tokens that the model wants are looked at, one by one; the mask over all of a vocabulary
    is worked out where it wants several that may not come.
    """

    def __init__(self, start: Place, words: Vocabulary) -> None:
        self._words = words
        self._places: dict[tuple[int, ...], Place | None] = {(): start}
        self._runs: dict[Place, tuple[int, ...]] = {}

    def allows(self, written: Sequence[int], token: int) -> bool:
        """Whether the token may follow; anything after tokens that are no beginning."""
        place = self._place(tuple(written))
        if place is None:
            return True
        if token in self._words.end_ids:
            return place.accepting
        return self._after(place, token) is not None

    def forced(self, written: Sequence[int]) -> tuple[int, ...]:
        """The tokens of the text that must come next, as far as no later text changes them."""
        place = self._place(tuple(written))
        if place is None:
            return ()
        if place not in self._runs:
            self._runs[place] = self._run(place)
        return self._runs[place]

    def closing(self, written: Sequence[int]) -> tuple[int, ...]:
        """Tokens of a short way to the sentence's end, its mark last; none where none is found."""
        place = self._place(tuple(written))
        text = ending(place) if place is not None else None
        return () if text is None else (*self._words.tokens(text), min(self._words.end_ids))

    def narrow(self, logits: torch.Tensor, written: Sequence[Sequence[int]]) -> None:
        """Sets the logits (rows, vocabulary) of all other tokens to -inf, in place."""
        for row, ids in zip(logits, written, strict=True):
            place = self._place(tuple(ids))
            if place is None:
                continue
            allowed = torch.tensor(self._allowed(place), dtype=torch.long, device=row.device)
            if not len(allowed):
                self._places[tuple(ids)] = None
                continue
            kept = row[allowed].clone()
            row.fill_(-torch.inf)
            row[allowed] = kept

    def _place(self, written: tuple[int, ...]) -> Place | None:
        """Where the tokens lead; none: astray."""
        known = len(written)
        while written[:known] not in self._places:
            known -= 1
        place = self._places[written[:known]]
        for end in range(known, len(written)):
            place = self._after(place, written[end]) if place is not None else None
            self._places[written[: end + 1]] = place
        return place

    def _after(self, place: Place, token: int) -> Place | None:
        text = self._words.texts[token] if token < len(self._words.texts) else ""
        return place.follow(text) if text else None

    def _run(self, place: Place) -> tuple[int, ...]:
        text = place.forced()
        after = place.follow(text)
        if not text or after is None:
            return ()
        coming = sorted({text[0] for text in after.coming()})
        run = self._words.tokens(text)
        for further in coming[:: len(coming) // _MOST_LOOKED_AT + 1]:
            run = _common(run, self._words.tokens(text + further))
        return run

    def _allowed(self, place: Place) -> list[int]:
        """Every token that may follow, by id.

        Tokens are tried in the order of their texts: equal beginnings are followed once, and all
        tokens with a beginning that leads nowhere are passed over at once.
        """
        found = [token for token in self._words.end_ids if place.accepting]
        texts, ids = self._words.in_order
        path, followed, at = [place], "", 0
        while at < len(texts):
            text = texts[at]
            shared = _shared_length(text, followed)
            del path[shared + 1 :]
            for length in range(shared, len(text)):
                further = path[-1].after(text[length])
                if further is None:
                    at = bisect_left(texts, _beyond(text[: length + 1]), at)
                    break
                path.append(further)
            else:
                found.append(ids[at])
                at += 1
            followed = text[: len(path) - 1]
        return found


def _common(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return tuple(one[:same])


def _shared_length(one: str, other: str) -> int:
    """Characters that two texts begin with alike.

    >>> _shared_length("orders", "order_items")
    5
    """
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)


def _beyond(beginning: str) -> str:
    """The least text after all that begin so.

    >>> _beyond("ab")
    'ac'
    """
    return beginning[:-1] + chr(ord(beginning[-1]) + 1)
