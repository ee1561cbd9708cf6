"""What a database contains, as values."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: what the database says of it, and what its owner notes."""

    name: str
    type: str
    """DuckDB's type as text, such as ``INTEGER`` or ``DECIMAL(10,2)``."""
    nullable: bool = True
    comment: str | None = None
    """The database's own comment."""
    samples: tuple[str, ...] = ()
    """A few distinct values as text; always empty for a private column."""
    meaning: str | None = None
    unit: str | None = None
    synonyms: tuple[str, ...] = ()
    private: bool = False

    def __post_init__(self) -> None:
        if self.private and self.samples:  # held here, so that no order of reading can leak one
            object.__setattr__(self, "samples", ())


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table or view."""

    name: str
    namespace: str | None = None
    """The database schema it lies in; none for the default one (``main``)."""
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    comment: str | None = None
    row_count: int | None = None
    meaning: str | None = None
    synonyms: tuple[str, ...] = ()
    private: bool = False
    """Every column of a private table is private."""
    is_view: bool = False

    def __post_init__(self) -> None:
        if self.private and not all(c.private for c in self.columns):
            columns = tuple(replace(c, private=True) for c in self.columns)
            object.__setattr__(self, "columns", columns)

    @property
    def qualified_name(self) -> str:
        """The name with its namespace before it, where it has one; the name keys refer by.

        >>> Table(name="orders", namespace="sales", columns=()).qualified_name
        'sales.orders'
        """
        return self.name if self.namespace is None else f"{self.namespace}.{self.name}"

    def column(self, name: str) -> Column | None:
        """The column of that name, in any case, or none."""
        folded = name.casefold()
        return next((c for c in self.columns if c.name.casefold() == folded), None)


@dataclass(frozen=True, kw_only=True)
class ForeignKey:
    """``table(columns)`` refers to ``target_table(target_columns)``, column by column.

    Tables are given by their qualified names, columns in the tables' own case.
    """

    table: str
    columns: tuple[str, ...]
    target_table: str
    target_columns: tuple[str, ...]
    noted: bool = False
    """The owner's notes say so; the database does not declare it."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """A business term and the SQL condition or expression it stands for."""

    name: str
    sql: str
    meaning: str | None = None
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Schema:
    """Everything a prompt or a check may know of a database."""

    name: str
    dialect: str = "duckdb"
    """The dialect of the place it was read from: duckdb, sqlite, postgres, mysql ..."""
    meaning: str | None = None
    today: str | None = None
    """The ISO date that "last month" or "this year" count from; none: the day of asking."""
    tables: tuple[Table, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    glossary: tuple[Term, ...] = ()

    def table(self, name: str) -> Table | None:
        """The table of that name, plain or qualified, in any case, or none.

        The default namespace comes before the rest, as in SQL, and there the exact case first.

        >>> shop = Schema(name="shop", tables=(Table(name="Orders", columns=()),))
        >>> shop.table("orders").name
        'Orders'
        """
        exact, folded = self._tables_by_name
        return exact.get(name) or folded.get(name.casefold())

    @cached_property
    def _tables_by_name(self) -> tuple[dict[str, Table], dict[str, Table]]:
        """Tables by exact and by folded name: 2,000 tables are looked up by thousands of keys."""
        default = [t for t in self.tables if t.namespace is None]
        others = [t for t in self.tables if t.namespace is not None]
        named = [(t.name, t) for t in default] + [(t.qualified_name, t) for t in others]
        exact, folded = dict[str, Table](), dict[str, Table]()
        for name, table in named:
            exact.setdefault(name, table)
        for name, table in named + [(t.name, t) for t in others]:
            folded.setdefault(name.casefold(), table)
        return exact, folded

    @property
    def digest(self) -> str:
        """16 hex digits over names, types and keys; not over rows, samples, notes or order."""
        tables = sorted(
            [t.namespace or "", t.name, [[c.name, c.type] for c in t.columns], list(t.primary_key)]
            for t in self.tables
        )
        keys = sorted(
            [k.table, k.columns, k.target_table, k.target_columns]
            for k in self.foreign_keys
            if not k.noted
        )
        text = json.dumps([tables, keys], separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]
