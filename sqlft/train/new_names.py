"""Other names for the tables and columns of a schema, in one style for all of them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from sqlft.errors import SqlError
from sqlft.schema import ForeignKey, Schema, Table, Term
from sqlft.sql import parse_query
from sqlft.sql.rename import NewNames

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

Style = Callable[[Sequence[str]], str]
_STYLES: Mapping[str, Style] = {
    "snake": lambda words: "_".join(words).lower(),
    "upper": lambda words: "_".join(words).upper(),
    "camel": lambda words: words[0].lower() + "".join(w.capitalize() for w in words[1:]),
    "pascal": lambda words: "".join(word.capitalize() for word in words),
    "short": lambda words: "_".join(_short(word) for word in words),
    "joined": lambda words: "".join(words).lower(),
}
_TABLE_PREFIXES = ("", "", "tbl_", "t_", "dim_")


def new_names(schema: Schema, rng: random.Random) -> NewNames:
    """New names for all tables and columns, made of the words of the old ones.

    A name that would be taken, or has no words in it, stays as it is.
    """
    style = _STYLES[rng.choice(list(_STYLES))]
    prefix = rng.choice(_TABLE_PREFIXES)
    tables = _distinct([table.name for table in schema.tables], style, prefix)
    return {
        table.qualified_name: (
            tables[table.name],
            _distinct([column.name for column in table.columns], style),
        )
        for table in schema.tables
    }


def _distinct(names: Iterable[str], style: Style, prefix: str = "") -> dict[str, str]:
    """New names by old ones; no two alike in any case, and none that is another's old name."""
    old = list(names)
    taken = {name.casefold() for name in old}
    made: dict[str, str] = {}
    for name in old:
        words = _WORD.findall(name)
        new = prefix + style(words) if words else name
        is_free = new.casefold() == name.casefold() or new.casefold() not in taken
        made[name] = new if is_free and new.isidentifier() else name
        taken.add(made[name].casefold())
    return made


def _short(word: str) -> str:
    """The word without its vowels, but for the first letter, where that leaves enough.

    >>> _short("Customer"), _short("id")
    ('cstmr', 'id')
    """
    bare = word[0] + re.sub("[aeiou]", "", word[1:])
    return (bare if len(bare) > 2 else word).lower()


def renamed_schema(schema: Schema, names: NewNames) -> Schema:
    """The schema under the new names; terms of its glossary that cannot be rewritten are left out.

    >>> from sqlft.schema import parse_ddl
    >>> shop = parse_ddl("CREATE TABLE orders (id INTEGER PRIMARY KEY)", "shop")
    >>> renamed_schema(shop, {"orders": ("SALES", {"id": "no"})}).tables[0].primary_key
    ('no',)
    """
    terms = (_term(term, schema, names) for term in schema.glossary)
    return replace(
        schema,
        tables=tuple(_table(table, names) for table in schema.tables),
        foreign_keys=tuple(_key(key, schema, names) for key in schema.foreign_keys),
        glossary=tuple(term for term in terms if term is not None),
    )


def _table(table: Table, names: NewNames) -> Table:
    name, columns = names.get(table.qualified_name, (table.name, {}))
    return replace(
        table,
        name=name,
        columns=tuple(replace(c, name=columns.get(c.name, c.name)) for c in table.columns),
        primary_key=tuple(columns.get(column, column) for column in table.primary_key),
    )


def new_place(table: str, column: str, schema: Schema, names: NewNames) -> tuple[str, str]:
    """A table's qualified name and its column's name under the new names."""
    name, columns = names.get(table, (None, {}))
    owner = schema.table(table)
    renamed = table if name is None or owner is None else replace(owner, name=name).qualified_name
    return renamed, columns.get(column, column)


def _key(key: ForeignKey, schema: Schema, names: NewNames) -> ForeignKey:
    here = [new_place(key.table, column, schema, names) for column in key.columns]
    there = [new_place(key.target_table, column, schema, names) for column in key.target_columns]
    return ForeignKey(
        table=here[0][0],
        columns=tuple(column for _, column in here),
        target_table=there[0][0],
        target_columns=tuple(column for _, column in there),
    )


def _term(term: Term, schema: Schema, names: NewNames) -> Term | None:
    """The term over the new names; only where each of its columns says of which table it is."""
    try:
        tree = parse_query(f"SELECT {term.sql}")
    except SqlError:
        return None
    if tree.find(exp.From) is not None:
        return None
    for column in tree.find_all(exp.Column):
        table = schema.table(f"{column.db}.{column.table}" if column.db else column.table)
        found = table.column(column.name) if table is not None else None
        if table is None or found is None:
            return None
        name, new = names.get(table.qualified_name, (table.name, {}))
        column.set("table", exp.to_identifier(name))
        column.set("this", exp.to_identifier(new.get(found.name, found.name)))
    sql = tree.sql(dialect="duckdb", comments=False).removeprefix("SELECT ")
    return replace(term, sql=sql)
