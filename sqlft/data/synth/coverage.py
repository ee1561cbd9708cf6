"""How much of the schemas the kept queries use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlft.data.places import schema_of
from sqlft.data.synth.subjects import Subject
from sqlft.data.synth.usage import key_name


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Parts of the schemas used, and all there are, as (used, all); over all databases."""

    tables: tuple[int, int]
    columns: tuple[int, int]
    foreign_keys: tuple[int, int]
    """Single-column keys that the database declares."""
    tables_unused: tuple[str, ...]
    """At most fifty, as ``database.table``."""


def coverage_of(subjects: Sequence[Subject], used: Mapping[str, set[str]]) -> Coverage:
    """What of the schemas is used.

    Raises:
        InputError: a database cannot be read.
    """
    tables: list[bool] = []
    columns: list[bool] = []
    keys: list[bool] = []
    unused: list[str] = []
    for subject in subjects:
        schema, names = schema_of(subject.place), used.get(subject.name, set())
        for table in schema.tables:
            tables.append(table.qualified_name in names)
            if not tables[-1]:
                unused.append(f"{subject.name}.{table.qualified_name}")
            columns += [f"{table.qualified_name}.{c.name}" in names for c in table.columns]
        single = [k for k in schema.foreign_keys if len(k.columns) == 1]
        keys += [key_name(k.table, k.columns[0]) in names for k in single]
    return Coverage(
        tables=(sum(tables), len(tables)),
        columns=(sum(columns), len(columns)),
        foreign_keys=(sum(keys), len(keys)),
        tables_unused=tuple(unused[:50]),
    )
