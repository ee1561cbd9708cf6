"""Which functions a query may call: the classification in ``functions.toml``, ready to ask."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Place = Literal["expression", "table"]
"""Where a call stands: in an expression, or in FROM as a source of rows."""

Standing = Literal["allowed", "refused", "unknown"]

_KINDS: dict[Place, tuple[str, ...]] = {
    "expression": ("scalar", "macro", "aggregate", "window", "syntax"),
    "table": ("table", "table_macro"),
}


@cache
def _classification() -> dict[str, Any]:
    text = files("sqlft.sql").joinpath("functions.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def allowed_functions(place: Place) -> frozenset[str]:
    """Every name that may be called at that place, in lower case.

    >>> "sum" in allowed_functions("expression"), "read_csv" in allowed_functions("table")
    (True, False)
    """
    return frozenset(
        name.lower()
        for kind in _KINDS[place]
        for name in _classification().get(kind, {}).get("allowed", ())
    )


def standing(name: str, kind: str) -> Standing:
    """What the file says of one catalogue entry: ``kind`` is DuckDB's ``function_type``.

    >>> standing("upper", "scalar"), standing("read_csv", "table"), standing("new_in_3", "scalar")
    ('allowed', 'refused', 'unknown')
    """
    entry = _classification().get(kind, {})
    if name in entry.get("allowed", ()):
        return "allowed"
    if any(name == known or fnmatchcase(name, known) for known in entry.get("refused", ())):
        return "refused"
    return "unknown"


@cache
def refused_relations() -> frozenset[str]:
    """DuckDB's internal views, by their bare names in lower case."""
    return frozenset(_classification()["relations"]["refused"])


@cache
def refused_namespaces() -> frozenset[str]:
    """Schemas and catalogs that hold DuckDB's own views, in lower case."""
    relations = _classification()["relations"]
    return frozenset((*relations["refused_schemas"], *relations["refused_catalogs"]))
