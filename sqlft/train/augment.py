"""Exercises over a changed schema: what is taught is to read a schema, not to know one by heart."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from sqlft.config.recipe import Mix
from sqlft.errors import SqlError
from sqlft.examples import Example
from sqlft.schema import Schema, ValueMatch
from sqlft.sql import check_sql
from sqlft.sql.rename import NewNames, renamed
from sqlft.train.exercise import Exercise
from sqlft.train.needs import Needs
from sqlft.train.new_names import new_names, new_place, renamed_schema
from sqlft.train.schema_change import extended, key_columns, reduced, shuffled, without

_NOTHING = Needs()


def augmented(
    pack: Sequence[Exercise], mix: Mix, rng: random.Random, *, others: Sequence[Schema] = ()
) -> tuple[Exercise, ...]:
    """The pack's exercises over one schema that is changed as the mix says, golds with it.

    In this order: something that a query needs goes, and its answer becomes the refusal; tables
    and columns that no query needs go; tables of another schema come; everything gets new names;
    everything changes its order. Each happens at its rate. A pack whose golds cannot all be
    followed stays as it is but for its order.

    Args:
        pack: one or more, all over the same schema.
        others: schemas that further tables may come from.
    """
    drawn = _Drawn.of(mix, rng)
    pack = tuple(pack)
    changed = _changed(pack, mix, drawn, rng, others)
    fits = all(
        check_sql(gold, one.schema).ok
        for one in changed or ()
        if one.answer is None  # else the gold is as it was, and what it needs is there
        for gold in one.example.gold[:1]
    )
    pack = changed if changed is not None and fits else pack
    if not drawn.shuffle:
        return pack
    schema = shuffled(pack[0].schema, rng)
    return tuple(replace(one, schema=schema) for one in pack)


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """Which changes a pack gets, drawn before any is made: none depends on another's luck."""

    drop: bool
    distract: bool
    rename: bool
    shuffle: bool

    @staticmethod
    def of(mix: Mix, rng: random.Random) -> _Drawn:
        return _Drawn(
            drop=rng.random() < mix.drop_rate,
            distract=rng.random() < mix.distractor_rate,
            rename=rng.random() < mix.rename_rate,
            shuffle=rng.random() < mix.shuffle_rate,
        )


def _changed(
    pack: tuple[Exercise, ...],
    mix: Mix,
    drawn: _Drawn,
    rng: random.Random,
    others: Sequence[Schema],
) -> tuple[Exercise, ...] | None:
    schema = pack[0].schema
    if not (mix.lacking_rate or drawn.drop or drawn.distract or drawn.rename):
        return pack
    found = [one.needed for one in pack]
    if any(one is None for one in found):
        return None
    needed = [one or _NOTHING for one in found]
    pack, schema, needed = _lacking(pack, schema, needed, mix.lacking_rate, rng)
    if drawn.drop:
        schema = reduced(schema, reduce(or_, needed, _NOTHING), rng)
    if drawn.distract:  # what a query lacks does not come back under its own name
        own = [table.name for table in pack[0].schema.tables]
        schema = extended(schema, others, rng, taken=own)
    pack = tuple(_over(one, schema) for one in pack)
    # Evidence names columns in words that cannot be followed.
    if drawn.rename and not any(one.example.evidence for one in pack):
        return _under_new_names(pack, schema, new_names(schema, rng))
    return pack


def _lacking(
    pack: tuple[Exercise, ...],
    schema: Schema,
    needed: list[Needs],
    rate: float,
    rng: random.Random,
) -> tuple[tuple[Exercise, ...], Schema, list[Needs]]:
    """The pack after one table or column that is needed went, where that was drawn.

    As many exercises as the rate says lose something, on average over many packs: a thing that
    more of them need than were drawn goes the more rarely.
    """
    wanted = sum(rng.random() < rate for _ in pack)
    if not wanted:
        return pack, schema, needed
    if len(schema.tables) > 1 and rng.random() < 0.5:
        things = sorted({(table, "") for one in needed for table in one.tables})
    else:
        every = {place for one in needed for place in one.columns}
        things = sorted(every - key_columns(schema))
    if not things:
        return pack, schema, needed
    thing = rng.choice(things)
    table, column = thing
    hit = [table in one.tables if not column else thing in one.columns for one in needed]
    if rng.random() >= wanted / sum(hit):
        return pack, schema, needed
    schema = without(schema, columns=[thing]) if column else without(schema, tables=[table])
    pack = tuple(
        replace(one, example=_refused(one.example), answer=None) if gone else one
        for one, gone in zip(pack, hit, strict=True)
    )
    return pack, schema, [_NOTHING if h else n for n, h in zip(needed, hit, strict=True)]


def _refused(example: Example) -> Example:
    return replace(example, gold=(), tags=(*example.tags, "lacking"))


def _over(one: Exercise, schema: Schema) -> Exercise:
    """The exercise over another schema; values of columns that are not there go."""
    there = {(t.qualified_name, column.name) for t in schema.tables for column in t.columns}
    values = tuple(match for match in one.values if (match.table, match.column) in there)
    return replace(one, schema=schema, values=values)


def _under_new_names(
    pack: Sequence[Exercise], schema: Schema, names: NewNames
) -> tuple[Exercise, ...] | None:
    new_schema = renamed_schema(schema, names)
    made = []
    for one in pack:
        try:
            golds = [renamed(gold, schema, names) for gold in one.example.gold[:1]]
        except SqlError:
            return None
        followed = tuple(gold for gold in golds if gold is not None)
        if len(followed) < len(golds):
            return None
        values = tuple(_value(match, schema, names) for match in one.values)
        example = replace(one.example, gold=followed)
        made.append(replace(one, example=example, schema=new_schema, values=values, answer=None))
    return tuple(made)


def _value(match: ValueMatch, schema: Schema, names: NewNames) -> ValueMatch:
    table, column = new_place(match.table, match.column, schema, names)
    return replace(match, table=table, column=column)
