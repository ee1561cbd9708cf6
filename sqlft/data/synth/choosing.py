"""What a question is about: things, columns and links, the telling ones more often."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from sqlft.data.synth.view import Field, Link, Role, Thing, View

Some = TypeVar("Some")


def one_of(found: Sequence[Some], draw: Random) -> Some | None:
    """One of a sequence; none of an empty one."""
    return draw.choice(found) if found else None


def some_thing(
    view: View, draw: Random, fits: Callable[[Thing], bool] = lambda thing: True
) -> Thing | None:
    """A thing that fits, those with much to ask for more often."""
    found = [t for t in view.things if fits(t) and t.rows > 1]
    if not found:
        return None
    return draw.choices(found, [_weight(t) for t in found])[0]


def _weight(thing: Thing) -> float:
    told = sum(f.role != "key" for f in thing.fields)
    return (0.5 + min(told, 8)) * (0.15 if thing.is_link else 1.0)


def some_link(
    view: View, draw: Random, fits: Callable[[Link], bool] = lambda link: True
) -> Link | None:
    """A link that fits, between two tables."""
    found = [k for k in view.links if not k.is_own and not k.is_one_to_one and fits(k)]
    if not found:
        return None
    return draw.choices(found, [_weight(k.child) + _weight(k.parent) for k in found])[0]


def groupers(thing: Thing) -> list[Field]:
    """Columns that sort rows into a few groups."""
    found = thing.of_role("category")
    found += [f for f in thing.of_role("year") if f.profile.distinct <= 40]
    return [f for f in found if not f.private and 1 < f.profile.distinct <= 60]


def measures(thing: Thing, *, additive: bool = False) -> list[Field]:
    """Numbers worth an aggregate; private ones too, whose single values stay unseen."""
    found = [f for f in thing.of_role("measure") if f.profile.distinct > 2]
    return [f for f in found if f.is_additive] if additive else found


def sortable(thing: Thing) -> list[Field]:
    """Columns that a superlative can be about: every row has them, and few share them."""
    found = thing.of_role("measure", "date", "year")
    return [f for f in found if not f.private and f.profile.distinct > 3]


def shown(thing: Thing, draw: Random, *roles: Role) -> list[Field]:
    """Columns of these roles that may be shown, in a random order."""
    found = [f for f in thing.of_role(*roles) if not f.private]
    draw.shuffle(found)
    return found
