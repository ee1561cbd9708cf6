"""Sentences of a grammar, drawn by chance."""

import random
import re

from sqlft.generate.grammar.machine import Place

RARE = re.compile(r"\(| (?:[-+*/%]|//|\|\||AND|OR|(?:\w+ )*JOIN|UNION.*|INTERSECT|EXCEPT.*) $|, $")
_ENDING = re.compile(r"\)| FROM ")


def walk(
    place: Place, draw: random.Random, *, soft_length: int = 40, most_length: int = 200
) -> str | None:
    """A sentence by chance; none where it becomes too long.

    Args:
        soft_length: from so many characters on, what makes a sentence longer is rare.

    Raises:
        AssertionError: there is no way on.
    """
    written = ""
    while len(written) < most_length:
        late = len(written) > soft_length
        if place.accepting and draw.random() < (0.95 if late else 0.4):
            break
        coming = list(place.coming())
        if place.accepting and not coming:
            break
        assert coming, f"no way on: {written}"
        text = draw.choices(coming, [_weight(rest, late) for rest in coming])[0]
        after = place.follow(text)
        assert after is not None, f"no way on: {written}{text}"
        place, written = after, written + text
    return written.encode("latin-1").decode() if place.accepting else None


def _weight(rest: str, late: bool) -> float:
    if RARE.search(rest):
        return 0.01 if late else 0.2
    return 20 if late and _ENDING.match(rest) else 1
