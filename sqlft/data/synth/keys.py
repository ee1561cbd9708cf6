"""How tables join: along declared keys, and where names and values agree without one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlft.data.synth.profile import Profile
from sqlft.data.synth.words import singular
from sqlft.schema import ForeignKey, Schema, Table
from sqlft.schema.catalog_rows import quoted

SAFE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYWORDS = frozenset(
    "all analyse analyze and any array as asc asymmetric both by case cast check collate column "
    "constraint create cross default deferrable desc describe distinct do else end except false "
    "fetch filter for foreign from full grant group having ilike in initially inner intersect into "
    "is isnull join lambda lateral leading left like limit natural not notnull null offset on only "
    "or order outer over overlaps pivot placing positional primary qualify references returning "
    "right select semi show similar some summarize symmetric table tablesample then to trailing "
    "true union unique unpivot using values variadic when where window with interval".split()
)


def quote(name: str) -> str:
    """The name as SQL takes it, in quotes only where it needs them.

    >>> quote("limit"), quote("loyaltyTier")
    ('"limit"', 'loyaltyTier')
    """
    if SAFE_NAME.fullmatch(name) and name.lower() not in _KEYWORDS:
        return name
    return quoted(name)


def join_keys(schema: Schema, found: Mapping[tuple[str, str], Profile]) -> list[ForeignKey]:
    """Single-column keys: those declared, and name matches that values do not contradict."""
    keys = [k for k in schema.foreign_keys if len(k.columns) == 1 and _is_there(schema, k)]
    known = {(k.table, k.columns[0]) for k in keys}
    joined = {frozenset((k.table, k.target_table)) for k in keys}
    for table in schema.tables:
        for column in table.columns:
            name = (table.qualified_name, column.name)
            if name in known or [column.name] == list(table.primary_key):
                continue
            for target in schema.tables:
                pair = frozenset((table.qualified_name, target.qualified_name))
                aim = _matches(table, column.name, target)
                if target is table or aim is None or pair in joined:
                    continue
                key = ForeignKey(
                    table=table.qualified_name,
                    columns=(column.name,),
                    target_table=target.qualified_name,
                    target_columns=(aim,),
                )
                if _agree(key, schema, found):
                    keys.append(key)
                    joined.add(pair)
                    known.add(name)
                    break
    return keys


def _is_there(schema: Schema, key: ForeignKey) -> bool:
    child, parent = schema.table(key.table), schema.table(key.target_table)
    return bool(
        child and parent and child.column(key.columns[0]) and parent.column(key.target_columns[0])
    )


def _matches(table: Table, column: str, target: Table) -> str | None:
    """The target's only key column, where a column is called like it."""
    if len(target.primary_key) != 1:
        return None
    aim = target.primary_key[0]
    name, own = column.lower(), singular(target.name.lower())
    if aim.lower() == name and name not in ("id", "name", "code", "no"):
        return aim
    if aim.lower() == "id" and name in (f"{own}_id", f"{own}id"):
        return aim
    return None


def _agree(key: ForeignKey, schema: Schema, found: Mapping[tuple[str, str], Profile]) -> bool:
    """Whether types are the same and values of the one lie between those of the other."""
    child, parent = schema.table(key.table), schema.table(key.target_table)
    assert child is not None and parent is not None
    one, other = child.column(key.columns[0]), parent.column(key.target_columns[0])
    assert one is not None and other is not None
    if one.type != other.type:
        return False
    mine = found.get((key.table, one.name))
    theirs = found.get((key.target_table, other.name))
    if mine is None or theirs is None or not mine.distinct or theirs.distinct < theirs.rows:
        return False
    if mine.distinct > theirs.distinct:
        return False
    match mine.low, mine.high, theirs.low, theirs.high:
        case int(low), int(high), int(least), int(most):
            return low >= least and high <= most
    return (
        bool(mine.values) and set(mine.values[:5]) <= set(theirs.values)
    ) or theirs.distinct > 40
