"""What single nodes of the tree give by themselves: paths, rows and columns, without a walk."""

from __future__ import annotations

from typing import Any

from sqlft.sql.catalog import CatalogTable
from sqlft.sql.reading import Node
from sqlft.sql.scope import OutputColumn, Relation, Scope

_FUNCTION_COLUMNS = {
    "json_each": "key value type atom id parent fullkey path",
    "json_tree": "key value type atom id parent fullkey path",
}


def path_of(item: Node) -> tuple[str, ...]:
    """The parts of a column's name as written."""
    return tuple(str(part) for part in item["column_names"])


def parts_of(item: Node) -> tuple[str, ...]:
    """As ``path_of``, for a column in a ``*``'s EXCLUDE or RENAME."""
    parts = (str(item.get(key) or "") for key in ("schema", "table", "column"))
    return tuple(part for part in parts if part)


def parameters_of(item: Node) -> frozenset[str]:
    """The names that a lambda's left side gives, in lower case."""
    if item.get("class") == "COLUMN_REF":
        return frozenset({path_of(item)[-1].lower()})
    arguments = [part["expression"] for part in item.get("arguments") or ()]
    return frozenset(name for part in arguments for name in parameters_of(part))


def rows_of(table: CatalogTable) -> Relation:
    """The rows of a table of the schema."""
    return Relation(
        name=table.name.lower(),
        namespace=(table.namespace or "").lower(),
        table=table.name,
        columns=tuple(
            OutputColumn(name=column.name, type=column.type, source=(table.name, column.name))
            for column in table.columns
        ),
    )


def called_rows(node: Node, name: str) -> Relation:
    """The rows of a table function of this name, in lower case."""
    if name in _FUNCTION_COLUMNS:
        names = _FUNCTION_COLUMNS[name].split()
    else:  # one column, named after the alias or the function
        names = [str(node.get("alias") or "") or name]
    if node.get("with_ordinality") == "WITH_ORDINALITY":
        names.append("ordinality")
    columns = tuple(OutputColumn(name=column) for column in names)
    several = len(node["function"].get("arguments") or ()) > 1
    is_open = name in ("repeat", "repeat_row") or (name == "unnest" and several)
    return Relation(name=name, columns=columns, is_open=is_open)


def starred_columns(item: Node, here: Scope) -> tuple[list[OutputColumn], bool]:
    """The columns that ``*`` gives, and whether there may be more."""
    name = str(item.get("relation_name") or "").lower()
    chosen = [relation for relation in here.relations if not name or relation.name == name]
    if not chosen or item.get("expr") is not None:
        return [], True
    excluded = {str(column).lower() for column in item.get("exclude_list") or ()}
    excluded |= {
        str(column.get("column")).lower() for column in item.get("qualified_exclude_list") or ()
    }
    renames = {
        str(entry["key"].get("column")).lower(): str(entry["value"])
        for entry in item.get("rename_list") or ()
    }
    columns = [
        OutputColumn(
            name=renames.get(column.name.lower(), column.name),
            type=column.type,
            source=column.source,
        )
        for relation in chosen
        for column in relation.columns
        if column.name.lower() not in excluded
    ]
    # DuckDB tells columns of one name apart by a suffix that it makes up.
    repeated = len({column.name.lower() for column in columns}) < len(columns)
    is_open = repeated or any(relation.is_open or relation.has_unnamed for relation in chosen)
    return columns, is_open


def makes_columns(item: Any) -> bool:
    """Whether an expression without alias gives more columns than one, or ones named from data."""
    if isinstance(item, list):
        return any(makes_columns(part) for part in item)
    if not isinstance(item, dict) or item.get("class") == "SUBQUERY":
        return False
    if item.get("class") == "STAR" or item.get("function_name") == "unnest":
        return True
    if item.get("type") in ("STRUCT_EXTRACT", "ARRAY_EXTRACT"):
        return True  # DuckDB names it after the field
    return any(makes_columns(part) for part in item.values())
