"""What SQL is checked against: the least that a schema must tell of itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class CatalogColumn(Protocol):
    """A column's name and its DuckDB type as text, such as ``DECIMAL(10,2)``."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...


class CatalogTable(Protocol):
    """A table's name, the namespace it lies in (none for the default one), and its columns."""

    @property
    def name(self) -> str: ...
    @property
    def namespace(self) -> str | None: ...
    @property
    def columns(self) -> Sequence[CatalogColumn]: ...


class Catalog(Protocol):
    """A schema, seen from SQL: its tables. ``sqlft.schema.Schema`` is one."""

    @property
    def tables(self) -> Sequence[CatalogTable]: ...
