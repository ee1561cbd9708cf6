"""The words for names that are not there, with the real names that may be meant."""

from __future__ import annotations

from sqlft.sql.catalog import Catalog, CatalogTable
from sqlft.sql.nearest import nearest
from sqlft.sql.scope import Relation, Scope
from sqlft.sql.verdict import Problem


class Known:
    """A catalog, ready to be asked by name."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._tables: dict[str, list[CatalogTable]] = {}
        for table in catalog.tables:
            self._tables.setdefault(table.name.lower(), []).append(table)

    def table(self, path: tuple[str, ...]) -> CatalogTable | None:
        """The table that a dotted name means: ``table`` or ``namespace.table``, in any case."""
        candidates = self._tables.get(path[-1].lower(), [])
        if len(path) == 1:
            namespace = "main"
        elif len(path) == 2:
            namespace = path[0].lower()
        else:
            return None
        return next((table for table in candidates if _namespace(table) == namespace), None)

    def names(self) -> list[str]:
        """Every table's name as a query can write it."""
        return [
            f"{table.namespace}.{table.name}" if _namespace(table) != "main" else table.name
            for table in self.catalog.tables
        ]

    def holders(self, column: str) -> list[str]:
        """The tables that have a column of that name."""
        folded = column.lower()
        return [
            table.name
            for table in self.catalog.tables
            if any(known.name.lower() == folded for known in table.columns)
        ]


def _namespace(table: CatalogTable) -> str:
    return (table.namespace or "main").lower()


def unknown_table(path: tuple[str, ...], known: Known) -> Problem:
    """That a table is not in the schema."""
    name = ".".join(path)
    hint = _hint(nearest(path[-1], known.names()))
    return Problem(kind="unknown_table", message=f"no table {name}", hint=hint)


def unknown_relation(path: tuple[str, ...], scope: Scope, known: Known) -> Problem:
    """That a name stands before a dot, but nothing in FROM has it."""
    name = path[0]
    visible = [relation.name for each in scope.chain() for relation in each.relations]
    if known.table((name,)) is not None:
        return Problem(
            kind="unknown_table",
            message=f"table {name} is used but is not in FROM",
            hint=f"join {name}, or use {', '.join(visible)}" if visible else f"add FROM {name}",
        )
    hint = _hint(nearest(name, [seen for seen in visible if seen]))
    return Problem(kind="unknown_table", message=f"no table or alias {name}", hint=hint)


def unknown_column(path: tuple[str, ...], scope: Scope, known: Known) -> Problem:
    """That a column is in nothing this place can see."""
    relations = [relation for each in scope.chain() for relation in each.relations]
    if len(path) > 1:
        owner = _owner(path, relations)
        if owner is None and not _is_column(path[0], relations):
            return unknown_relation(path, scope, known)
        if owner is None:
            return Problem(
                kind="unknown_column", message=f"{path[0]} has no field {'.'.join(path[1:])}"
            )
        relations = [owner]
        at = [part.lower() for part in path].index(owner.name) + 1
        if owner.column(path[at]) is not None:
            fields = ".".join(path[at + 1 :])
            return Problem(
                kind="unknown_column",
                message=f"{path[at]} in {_shown(owner)} has no field {fields}",
            )
        path = path[: at + 1]
    name = path[-1]
    places = list(dict.fromkeys(_shown(relation) for relation in relations))
    where = f" in {', '.join(place for place in places if place)}" if any(places) else " here"
    holders = [table for table in known.holders(name) if table not in places]
    if holders:
        has = "has" if len(holders) == 1 else "have"
        hint: str | None = f"{', '.join(holders[:3])} {has} a column {name}"
    else:
        candidates = [
            f"{place}.{column.name}" if (place := _shown(relation)) else column.name
            for relation in relations
            for column in relation.columns
            if column.name
        ]
        hint = _hint(nearest(name, candidates))
    return Problem(kind="unknown_column", message=f"no column {name}{where}", hint=hint)


def _owner(path: tuple[str, ...], relations: list[Relation]) -> Relation | None:
    before = [part.lower() for part in path[:-1]]
    return next((each for each in relations if each.name and each.name in before), None)


def _is_column(name: str, relations: list[Relation]) -> bool:
    return any(relation.column(name) is not None for relation in relations)


def _shown(relation: Relation) -> str:
    return relation.table or relation.name


def _hint(names: tuple[str, ...]) -> str | None:
    return f"nearest: {', '.join(names)}" if names else None
