"""One way to write what SQL lets one write in several: parentheses, counts, date parts, order."""

from __future__ import annotations

from sqlglot import exp

# How tightly an operator binds, loosest first. Only these are compared: inside any other operator
# parentheses stay.
_STRENGTH: dict[type[exp.Expr], int] = {
    exp.Or: 1,
    exp.And: 2,
    exp.Not: 3,
    exp.Is: 4,
    exp.EQ: 5,
    exp.NEQ: 5,
    exp.LT: 5,
    exp.LTE: 5,
    exp.GT: 5,
    exp.GTE: 5,
    exp.In: 6,
    exp.Between: 6,
    exp.Like: 6,
    exp.ILike: 6,
    exp.Add: 8,
    exp.Sub: 8,
    exp.Mul: 9,
    exp.Div: 9,
}
_MIRRORED: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.EQ: exp.EQ,
    exp.NEQ: exp.NEQ,
    exp.LT: exp.GT,
    exp.GT: exp.LT,
    exp.LTE: exp.GTE,
    exp.GTE: exp.LTE,
}
_NEGATED: dict[type[exp.Expr], type[exp.Binary]] = {
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.LT: exp.GTE,
    exp.GTE: exp.LT,
    exp.GT: exp.LTE,
    exp.LTE: exp.GT,
}
_DATE_PARTS: dict[str, type[exp.Func]] = {
    "YEAR": exp.Year,
    "QUARTER": exp.Quarter,
    "MONTH": exp.Month,
    "DAY": exp.Day,
}
_SELF_CONTAINED = (
    exp.Column,
    exp.Literal,
    exp.Null,
    exp.Boolean,
    exp.Cast,
    exp.Case,
    exp.Subquery,
    exp.Star,
    exp.Paren,
    exp.Exists,
    exp.Window,
    exp.Count,
    exp.AggFunc,
)
_ITEM_PLACES = (
    exp.Select,
    exp.Where,
    exp.Having,
    exp.Qualify,
    exp.Group,
    exp.Ordered,
    exp.Alias,
    exp.If,
    exp.Tuple,
    exp.AggFunc,
    exp.Cast,
    exp.Coalesce,
    exp.Round,
    exp.Distinct,
    exp.Join,
)


def spell(tree: exp.Expr) -> exp.Expr:
    """The same query in one spelling; the tree is changed in place.

    >>> from sqlglot import parse_one
    >>> query = "SELECT COUNT(1) FROM t WHERE ((3 < a) AND (NOT b = 2))"
    >>> spell(parse_one(query, read="duckdb")).sql("duckdb")
    'SELECT COUNT(*) FROM t WHERE a > 3 AND b <> 2'
    """
    for node in list(tree.walk(bfs=False)):
        if isinstance(node, exp.Paren):
            _unwrap(node)
    for node in list(tree.walk(bfs=False)):
        if isinstance(node, exp.Not):
            _push_not(node)
        elif type(node) in _MIRRORED:
            _literal_right(node)
        elif isinstance(node, exp.Count):
            _count_rows(node)
        elif isinstance(node, exp.Extract):
            _date_part(node)
        elif isinstance(node, exp.Exists):
            _exists_one(node)
        elif isinstance(node, exp.SetOperation):
            _unwrap_branches(node)
        elif isinstance(node, exp.Ordered) and not node.args.get("desc"):
            node.set("desc", None)
    return tree


def _unwrap(paren: exp.Paren) -> None:
    inner, parent = paren.this, paren.parent
    if parent is None or isinstance(inner, (exp.Select, exp.SetOperation, exp.Lambda)):
        return
    if isinstance(parent, (exp.Dot, exp.Bracket, exp.Interval, exp.JSONExtract, exp.AtTimeZone)):
        return
    if isinstance(parent, (exp.Paren, *_ITEM_PLACES)) or (
        isinstance(inner, _SELF_CONTAINED) and type(parent) in _STRENGTH
    ):
        paren.replace(inner)
    elif type(parent) in _STRENGTH and type(inner) in _STRENGTH:
        here, around = _STRENGTH[type(inner)], _STRENGTH[type(parent)]
        chained = here == around and (
            isinstance(inner, (exp.And, exp.Or))
            or (isinstance(inner, (exp.Add, exp.Sub, exp.Mul, exp.Div)) and paren.arg_key == "this")
        )
        # A comparison under NOT, AND or OR needs no parentheses; comparisons within comparisons,
        # IN and BETWEEN keep theirs, as do operands of arithmetic of another strength below it.
        logical = around <= 3 and here > around
        arithmetic = here >= 8 and around < here
        if chained or logical or arithmetic:
            paren.replace(inner)
    elif isinstance(parent, exp.Neg) or not isinstance(parent, exp.Func):
        return
    elif isinstance(inner, (exp.Add, exp.Sub, exp.Mul, exp.Div)) and not isinstance(
        parent, (exp.Binary, exp.Unary)
    ):
        paren.replace(inner)


def _push_not(node: exp.Not) -> None:
    inner = node.this
    if type(inner) in _NEGATED:
        node.replace(_NEGATED[type(inner)](this=inner.this, expression=inner.expression))


def _literal_right(node: exp.Expr) -> None:
    left, right = node.args["this"], node.args["expression"]
    if isinstance(left, exp.Literal) and not isinstance(right, exp.Literal):
        node.replace(_MIRRORED[type(node)](this=right, expression=left))


def _count_rows(node: exp.Count) -> None:
    if isinstance(node.this, exp.Literal) and not node.expressions:
        node.set("this", exp.Star())


def _exists_one(node: exp.Exists) -> None:
    """``EXISTS (SELECT 1 ...)`` where it says ``SELECT *``: only rows count."""
    inner = node.this
    if isinstance(inner, exp.Select) and inner.args.get("from_"):
        only = inner.expressions
        if len(only) == 1 and isinstance(only[0], exp.Star) and not inner.args.get("distinct"):
            inner.set("expressions", [exp.Literal.number(1)])


def _date_part(node: exp.Extract) -> None:
    part = _DATE_PARTS.get(node.name.upper())
    if part is not None:
        node.replace(part(this=node.expression))


def _unwrap_branches(node: exp.SetOperation) -> None:
    for key in ("this", "expression"):
        branch = node.args[key]
        if not isinstance(branch, exp.Subquery) or any(
            value for name, value in branch.args.items() if name != "this"
        ):
            continue
        inner = branch.this
        modified = any(inner.args.get(k) for k in ("order", "limit", "offset", "with_"))
        if isinstance(inner, exp.Select) and not modified:
            node.set(key, inner)
