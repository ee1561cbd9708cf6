"""The shape of a query, without its names and values."""

from __future__ import annotations

from sqlglot import exp

from sqlft.sql.canonical_spelling import spell
from sqlft.sql.from_first import hoist_joins, write_from_first
from sqlft.sql.parse import parse_query


def skeleton(sql: str) -> str:
    """The query FROM first with ``t`` for tables, ``c`` for columns and ``?`` for values.

    Aliases are gone, so that two queries of one shape over two schemas have one skeleton. It
    serves to compare, not to run.

    Raises:
        SqlError: as from ``parse_query``.

    >>> skeleton("SELECT x.name FROM shop AS x WHERE x.city = 'Rome' LIMIT 3")
    'FROM t SELECT c WHERE c = ? LIMIT ?'
    """
    tree = spell(hoist_joins(parse_query(sql)))
    for node in list(tree.walk(bfs=False)):
        if isinstance(node, exp.Alias):
            node.replace(node.this)
    for node in list(tree.walk(bfs=False)):
        if isinstance(node, exp.Column) and not node.is_star:
            node.replace(exp.column("c"))
        elif isinstance(node, exp.Column):
            node.replace(exp.Star())
        elif isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            node.replace(exp.Table(this=exp.to_identifier("t"), joins=node.args.get("joins")))
        elif isinstance(node, exp.CTE):
            node.set("alias", exp.TableAlias(this=exp.to_identifier("t")))
        elif isinstance(node, (exp.Subquery, exp.Values, exp.Unnest, exp.Lateral)):
            node.set("alias", None)
        elif isinstance(node, exp.Literal):
            node.replace(exp.Placeholder())
    return write_from_first(tree)
