"""The canonical form: the one way a query is written for a model to learn."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlft.errors import SqlError
from sqlft.sql.canonical_joins import rewrite_joins
from sqlft.sql.canonical_names import name_sources, write_out_aliases
from sqlft.sql.canonical_resolve import resolve
from sqlft.sql.canonical_scope import Tables, Untouched
from sqlft.sql.canonical_spelling import spell
from sqlft.sql.catalog import Catalog
from sqlft.sql.from_first import hoist_joins, write_from_first
from sqlft.sql.parse import parse_query

_LEFT_ALONE = (exp.Pivot, exp.MatchRecognize, exp.Placeholder, exp.Parameter)


def canonical(sql: str, schema: Catalog) -> str:
    """The query on one line of DuckDB SQL, FROM first; it returns the same rows.

    Tables keep their own names (``employees_2`` for a second one in sight), columns are qualified
    exactly where several tables are in sight, and spelled as the schema spells them. Aliases and
    ordinals that a query uses itself are written out; output columns may change their names,
    never their order. ``canonical`` of its own result is that result.

    Names that cannot be followed for certain (a table function's unknown columns, ambiguous or
    unknown columns) leave all names as they stand: only spelling and order of clauses change. A
    PIVOT stays as it is.

    Raises:
        SqlError: kind ``parse_error`` or ``forbidden``, as from ``parse_query``.

    >>> from sqlft.schema.definition import Column, Schema, Table
    >>> def table(name, *columns):
    ...     return Table(name=name, columns=tuple(Column(name=c, type="INTEGER") for c in columns))
    >>> shop = Schema(name="shop", tables=(table("orders", "id", "buyer"), table("people", "id")))
    >>> canonical("select t1.ID, count(1) n from PEOPLE t1, orders t2 where t1.id = t2.buyer "
    ...           "group by 1 order by n desc", shop)  # doctest: +NORMALIZE_WHITESPACE
    'FROM people JOIN orders ON people.id = orders.buyer SELECT people.id, COUNT(*)
     GROUP BY people.id ORDER BY COUNT(*) DESC'
    """
    tree = hoist_joins(parse_query(sql))
    if any(isinstance(node, _LEFT_ALONE) for node in tree.walk()):
        return sql.strip().rstrip(";").rstrip()
    try:
        return write_from_first(_renamed(tree.copy(), schema))
    except Untouched:
        return write_from_first(spell(tree))
    except (SqlglotError, RecursionError) as error:
        raise SqlError("the query is too involved to be rewritten", kind="parse_error") from error


def _renamed(tree: exp.Expr, schema: Catalog) -> exp.Expr:
    found = resolve(tree, Tables.of(schema))
    rewrite_joins(found)
    name_sources(found)
    write_out_aliases(found)
    return spell(tree)
