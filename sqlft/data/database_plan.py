"""How one SQLite database becomes a DuckDB one: columns, keys that hold, order of tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlft.config import Limits
from sqlft.data.column_plan import (
    STORED_FIELDS,
    ColumnPlan,
    Stored,
    plan_column,
    survey_sql,
)
from sqlft.database import Database, read_catalog
from sqlft.schema import ForeignKey, Schema, Table, read_schema
from sqlft.schema.catalog_rows import quoted

READING = Limits(timeout_s=600, memory_mib=2048, max_rows=5_000_000, max_result_mib=512)
"""What converting one database may use for one statement."""

_COLUMNS_A_SURVEY = 50
_WHOLE = ("INTEGER", "BIGINT")


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """One table: its columns, and the keys that DuckDB will enforce on it."""

    name: str
    columns: tuple[ColumnPlan, ...]
    primary_key: tuple[str, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    rows: int = 0

    def column(self, name: str) -> ColumnPlan:
        """The column of this name."""
        return next(c for c in self.columns if c.name == name)


@dataclass(frozen=True, kw_only=True)
class DatabasePlan:
    """Tables in an order in which every key's target stands before it."""

    tables: tuple[TablePlan, ...]
    loose_keys: tuple[ForeignKey, ...] = ()
    """Foreign keys that are declared but cannot be enforced: rows break them, or DuckDB cannot."""


def plan_database(source: Database, more_keys: Sequence[ForeignKey] = ()) -> DatabasePlan:
    """What the SQLite database becomes.

    Args:
        more_keys: foreign keys that are known beside those that the file declares; those whose
            tables or columns are not there are left out.

    Raises:
        InputError: the file is missing, damaged or locked, or has no tables.
    """
    schema = read_schema(source, samples_per_column=0)
    declared = _declared_types(source)
    tables = {t.name: _plan_table(source, t, declared.get(t.name, {})) for t in schema.tables}
    known = (_known_key(key, schema) for key in (*schema.foreign_keys, *more_keys))
    keys = list(dict.fromkeys(key for key in known if key is not None))
    tables = _alike(tables, keys)
    ranks = {name: rank for rank, name in enumerate(_targets_first(list(tables), keys))}
    enforced = [key for key in keys if _enforceable(source, key, tables, ranks)]
    for key in enforced:
        tables[key.target_table] = _with_unique(tables[key.target_table], key.target_columns)
        held = (*tables[key.table].foreign_keys, key)
        tables[key.table] = replace(tables[key.table], foreign_keys=held)
    return DatabasePlan(
        tables=tuple(sorted(tables.values(), key=lambda table: ranks[table.name])),
        loose_keys=tuple(key for key in keys if key not in enforced),
    )


def _declared_types(source: Database) -> Mapping[str, Mapping[str, str]]:
    sql = (
        "SELECT m.name, x.name, x.type FROM sqlite_master AS m "
        "JOIN pragma_table_xinfo(m.name) AS x WHERE m.type IN ('table', 'view')"
    )
    found: dict[str, dict[str, str]] = {}
    for table, column, declared in _rows(source, sql):
        found.setdefault(str(table), {})[str(column)] = str(declared or "")
    return found


def _rows(source: Database, sql: str) -> Iterator[tuple[object, ...]]:
    table = read_catalog(source, sql, READING).table
    yield from zip(*(column.to_pylist() for column in table.columns), strict=True)


def _plan_table(source: Database, table: Table, declared: Mapping[str, str]) -> TablePlan:
    names = [column.name for column in table.columns]
    plans: list[ColumnPlan] = []
    for start in range(0, len(names), _COLUMNS_A_SURVEY):
        some = names[start : start + _COLUMNS_A_SURVEY]
        parts = ", ".join(survey_sql(quoted(n), declared.get(n, "")) for n in some)
        row = next(_rows(source, f"SELECT {parts} FROM {quoted(table.name)}"))
        width = len(STORED_FIELDS)
        for place, name in enumerate(some):
            values = row[place * width : (place + 1) * width]
            stored = Stored(**dict(zip(STORED_FIELDS, values, strict=True)))  # type: ignore[arg-type]
            plans.append(plan_column(name, declared.get(name, ""), stored))
    made = TablePlan(name=table.name, columns=tuple(plans), rows=table.row_count or 0)
    whole = table.primary_key and _unique(source, made, table.primary_key, nulls=False)
    return replace(made, primary_key=table.primary_key) if whole else made


def _unique(source: Database, table: TablePlan, columns: Sequence[str], *, nulls: bool) -> bool:
    """Whether no two rows share these values once converted; and whether none is NULL."""
    if any(c.blanks_to_null and c.name in columns for c in table.columns):
        return False
    listed = ", ".join(map(quoted, columns))
    missing = " OR ".join(f"{quoted(c)} IS NULL" for c in columns)
    there = " AND ".join(f"{quoted(c)} IS NOT NULL" for c in columns)
    name = quoted(table.name)
    doubled = f"SELECT 1 FROM {name} WHERE {there} GROUP BY {listed} HAVING count(*) > 1 LIMIT 1"
    if any(_rows(source, doubled)):
        return False
    return nulls or not any(_rows(source, f"SELECT 1 FROM {name} WHERE {missing} LIMIT 1"))


def _known_key(key: ForeignKey, schema: Schema) -> ForeignKey | None:
    """The key in the schema's own spelling, or none where a part of it is not there."""
    table, target = schema.table(key.table), schema.table(key.target_table)
    if table is None or target is None or len(key.columns) != len(key.target_columns):
        return None
    columns = [table.column(name) for name in key.columns]
    targets = [target.column(name) for name in key.target_columns]
    if None in columns or None in targets or (table == target and columns == targets):
        return None
    return ForeignKey(
        table=table.name,
        columns=tuple(c.name for c in columns if c is not None),
        target_table=target.name,
        target_columns=tuple(c.name for c in targets if c is not None),
    )


def _alike(tables: dict[str, TablePlan], keys: Sequence[ForeignKey]) -> dict[str, TablePlan]:
    """The tables with the two ends of each key of one type, as DuckDB asks for.

    The wider integer wins; texts that are all integers become such where the other end is one.
    """
    made = dict(tables)
    for _ in range(len(keys)):
        before = dict(made)
        for key in keys:
            for column, target in zip(key.columns, key.target_columns, strict=True):
                ends = ((key.table, column), (key.target_table, target))
                plans = [made[table].column(name) for table, name in ends]
                whole = [p.type in _WHOLE or p.whole_texts for p in plans]
                if all(whole) and plans[0].type != plans[1].type:
                    for table, name in ends:
                        made[table] = _retyped(made[table], name, "BIGINT")
        if made == before:
            break
    return made


def _retyped(table: TablePlan, column: str, kind: str) -> TablePlan:
    columns = tuple(replace(c, type=kind) if c.name == column else c for c in table.columns)
    return replace(table, columns=columns)


def _targets_first(names: Sequence[str], keys: Sequence[ForeignKey]) -> list[str]:
    """The tables so that targets stand before what refers to them, as far as there is no circle."""
    targets: dict[str, list[str]] = {name: [] for name in names}
    for key in keys:
        if key.table != key.target_table:
            targets[key.table].append(key.target_table)
    ordered: dict[str, None] = {}
    for start in names:
        stack, open_ = [start], {start}
        while stack:
            waiting = [t for t in targets[stack[-1]] if t not in ordered and t not in open_]
            if waiting:
                stack.append(waiting[0])
                open_.add(waiting[0])
            else:
                ordered.setdefault(stack.pop())
    return list(ordered)


def _enforceable(
    source: Database, key: ForeignKey, tables: Mapping[str, TablePlan], ranks: Mapping[str, int]
) -> bool:
    """Whether DuckDB can be told of the key and would accept every row.

    It takes no key whose target is made later (a circle), no two types, and no rows of a table
    that refer to rows of the same insertion.
    """
    table, target = tables[key.table], tables[key.target_table]
    if ranks[target.name] >= ranks[table.name]:
        return False
    pairs = list(zip(key.columns, key.target_columns, strict=True))
    if any(table.column(a).type != target.column(b).type for a, b in pairs):
        return False
    if any(c.blanks_to_null and c.name in key.target_columns for c in target.columns):
        return False
    if not _unique(source, target, key.target_columns, nulls=True):
        return False
    there = " AND ".join(f"a.{quoted(c)} IS NOT NULL" for c in key.columns)
    same = " AND ".join(f"b.{quoted(y)} = a.{quoted(x)}" for x, y in pairs)
    lost = (
        f"SELECT 1 FROM {quoted(table.name)} AS a WHERE {there} "
        f"AND NOT EXISTS (SELECT 1 FROM {quoted(target.name)} AS b WHERE {same}) LIMIT 1"
    )
    return not any(_rows(source, lost))


def _with_unique(table: TablePlan, columns: tuple[str, ...]) -> TablePlan:
    if columns == table.primary_key or columns in table.uniques:
        return table
    return replace(table, uniques=(*table.uniques, columns))
