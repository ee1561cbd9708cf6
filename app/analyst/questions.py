"""Questions to begin with, made from what a schema holds."""

from __future__ import annotations

from sqlft.schema import Column, Schema, Table

_NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT", "INTEGER", "BIGINT", "SMALLINT", "HUGEINT")
_DATES = ("DATE", "TIMESTAMP")
_NAMES = ("name", "title", "label", "last_name")


def example_questions(schema: Schema, count: int = 4) -> list[str]:
    """Up to so many questions over the schema's most connected tables, of different kinds.

    >>> from sqlft.schema import parse_ddl
    >>> shop = parse_ddl("CREATE TABLE shops (shop_id INTEGER, name VARCHAR, city VARCHAR)", "x")
    >>> example_questions(shop)[0]
    'How many shops are there?'
    """
    tables = [t for t in schema.tables if not t.private and not t.is_view] or list(schema.tables)
    ends = [name for key in schema.foreign_keys for name in (key.table, key.target_table)]
    central = sorted(
        tables, key=lambda t: (-ends.count(t.qualified_name), -(t.row_count or 0), t.name)
    )  # what many keys meet in is what people ask about
    named = [t for t in central if _name_column(t) and 1 < (t.row_count or 2) <= 5_000]
    found: list[str] = []
    if central:
        subject = named[0] if named else central[0]
        found.append(f"How many {words(subject.name)} are there?")
    found += _per_category(central)[:1]
    found += _extremes(named)[:1]
    found += _over_time(central)[:1]
    found += [f"How many {words(t.name)} are there?" for t in central[:count]]
    return list(dict.fromkeys(found))[:count]


def words(name: str) -> str:
    """A name as words.

    >>> words("order_lines")
    'order lines'
    """
    return name.replace("_", " ")


def _called(column: Column) -> str:
    return column.synonyms[0] if column.synonyms else words(column.name)


def _per_category(tables: list[Table]) -> list[str]:
    return [
        f"How many {words(table.name)} are there of each {_called(column)}?"
        for table in tables
        for column in table.columns
        if _is_category(column, table)
    ]


def _extremes(tables: list[Table]) -> list[str]:
    found = []
    for table in tables:
        measures = [c for c in table.columns if _is_measure(c, table)]
        measures.sort(key=lambda column: column.unit is None)  # the noted ones are no codes
        if measures:
            asked = f"have the highest {_called(measures[0])}"
            found.append(f"Which three {words(table.name)} {asked}?")
    return found


def _over_time(tables: list[Table]) -> list[str]:
    return [
        f"How many {words(table.name)} were there in each month of the last year?"
        for table in tables
        for column in table.columns
        if column.type.startswith(_DATES) and not column.private and _is_event(table)
    ]


def _is_event(table: Table) -> bool:
    return (table.row_count or 0) >= 200


def _name_column(table: Table) -> Column | None:
    return next((c for c in table.columns if c.name in _NAMES and not c.private), None)


def _is_category(column: Column, table: Table) -> bool:
    plain = column.type.startswith(("VARCHAR", "ENUM")) and not column.private
    few = column.samples and all(len(sample) <= 20 for sample in column.samples)
    return bool(plain and few and column.name not in _NAMES and _is_short(column) and table.columns)


def _is_short(column: Column) -> bool:
    hints = (
        "status",
        "type",
        "kind",
        "category",
        "channel",
        "segment",
        "country",
        "city",
        "format",
    )
    return any(hint in column.name.casefold() for hint in hints)


def _is_measure(column: Column, table: Table) -> bool:
    key = column.name in table.primary_key or column.name.endswith("_id") or column.name == "id"
    return column.type.startswith(_NUMBERS) and not key and not column.private
