"""How much of the schemas the kept queries use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Parts of the schemas used, and all there are, as (used, all); over all databases."""

    tables: tuple[int, int]
    columns: tuple[int, int]
    foreign_keys: tuple[int, int]
    """Single-column keys that the database declares."""
    tables_unused: tuple[str, ...]
    """At most fifty, as ``database.table``."""


def coverage_of(
    parts: Mapping[str, Mapping[str, list[str]]], used: Mapping[str, set[str]]
) -> Coverage:
    """What is used of each database's parts, as ``parts_of`` gives them."""

    def counted(kind: str) -> tuple[int, int]:
        named = [(name, part) for name, p in parts.items() for part in p[kind]]
        return sum(part in used.get(name, ()) for name, part in named), len(named)

    unused = [
        f"{name}.{table}"
        for name, p in parts.items()
        for table in p["tables"]
        if table not in used.get(name, ())
    ]
    return Coverage(
        tables=counted("tables"),
        columns=counted("columns"),
        foreign_keys=counted("foreign_keys"),
        tables_unused=tuple(unused[:50]),
    )
