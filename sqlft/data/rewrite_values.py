"""SQLite compares and computes across kinds of values; DuckDB is told how to."""

from __future__ import annotations

import re

from sqlglot import exp

from sqlft.data.value_kinds import ValueKinds

_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg)
_TEXT_FUNCTIONS = (
    exp.Substring, exp.Upper, exp.Lower, exp.DPipe, exp.Length, exp.Replace, exp.StrPosition,
    exp.Trim, exp.Like, exp.ILike, exp.Glob,
)  # fmt: skip
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?")
_NUMBERS = ("integer", "number")


def texts_in_double_quotes(tree: exp.Expr, kinds: ValueKinds) -> None:
    """Turns ``"France"`` into a text where no column has that name, as SQLite does."""
    for column in list(tree.find_all(exp.Column)):
        name = column.this
        bare = not column.table and isinstance(name, exp.Identifier)
        if bare and name.quoted and kinds.place(column) is None:
            column.replace(exp.Literal.string(column.name))


def compare_across_kinds(tree: exp.Expr, kinds: ValueKinds, *, lenient: bool) -> None:
    """Gives both sides of a comparison one kind, as SQLite's affinities do.

    Source: https://www.sqlite.org/datatype3.html, "Comparison Expressions".
    """
    for node in list(tree.find_all(*_COMPARISONS)):
        left, right = _alike(node.left, node.right, kinds, lenient)
        if left is not node.left:
            node.left.replace(left)
        if right is not node.right:
            node.right.replace(right)
    for between in list(tree.find_all(exp.Between)):
        for part in ("low", "high"):
            subject, bound = _alike(between.this, between.args[part], kinds, lenient)
            if bound is not between.args[part]:
                between.args[part].replace(bound)
            if subject is not between.this:
                between.this.replace(subject)
    for among in list(tree.find_all(exp.In)):
        _alike_in(among, kinds, lenient)


def _alike_in(node: exp.In, kinds: ValueKinds, lenient: bool) -> None:
    subject = node.this
    for item in list(node.expressions):
        made, changed = _alike(subject, item, kinds, lenient)
        if changed is not item:
            item.replace(changed)
        if made is not subject:
            subject.replace(made)
            subject = made
    query = node.args.get("query")
    if query is None:
        return
    one, other = kinds.kind(subject), kinds.kind(query)
    if one == "text" and other in _NUMBERS:
        subject.replace(_as_number(subject, lenient=True))
    elif one in ("time", *_NUMBERS) and other == "text":
        subject.replace(_as_text(subject))


def _alike(
    left: exp.Expr, right: exp.Expr, kinds: ValueKinds, lenient: bool
) -> tuple[exp.Expr, exp.Expr]:
    """The two sides of a comparison; a side that stays as it is, is the same object."""
    one, other = kinds.kind(left), kinds.kind(right)
    if _text_of(left) is not None and _text_of(right) is None:
        made_right, made_left = _alike(right, left, kinds, lenient)
        return made_left, made_right
    text = _text_of(right)
    number = isinstance(right, exp.Literal) and not right.is_string
    if text is not None and one in _NUMBERS:
        if _is_number(text):
            return left, exp.Literal.number(text.strip())
        return _as_text(left), right
    if text is not None and one == "time" and not _INSTANT.fullmatch(text):
        return _as_text(left), right
    if text is not None and one == "boolean" and text not in ("0", "1"):
        return _as_text(left), right
    if number and one in ("text", "time") and isinstance(left, exp.Column):
        if lenient and one == "text":
            return _as_number(left, lenient=True), right
        return (_as_text(left) if one == "time" else left), exp.Literal.string(right.name)
    if isinstance(left, exp.Literal) and not left.is_string and other in ("text", "time"):
        made_right, made_left = _alike(right, left, kinds, lenient)
        return made_left, made_right
    if one == "text" and other in _NUMBERS:
        return _as_number(left, lenient=True), right
    if one in _NUMBERS and other == "text" and text is None:
        return left, _as_number(right, lenient=True)
    if one == "time" and other == "text" and text is None:
        return _as_text(left), right
    if one == "text" and other == "time" and _text_of(left) is None:
        return left, _as_text(right)
    return left, right


def match_any_case(tree: exp.Expr, kinds: ValueKinds) -> None:
    """LIKE becomes ILIKE where its pattern has letters: SQLite's ignores the case of ASCII."""
    for node in list(tree.find_all(exp.Like)):
        pattern = _text_of(node.expression)
        if pattern is None or re.search("[A-Za-z]", pattern):
            node.replace(exp.ILike(**node.args))


def texts_where_texts_are_read(tree: exp.Expr, kinds: ValueKinds) -> None:
    """Casts numbers and dates to text where a text function or LIKE reads them."""
    for node in list(tree.find_all(*_TEXT_FUNCTIONS)):
        sides = (node.this, node.expression) if isinstance(node, exp.DPipe) else (node.this,)
        for side in sides:
            if kinds.kind(side) in ("time", *_NUMBERS) and isinstance(side, exp.Column):
                side.replace(_as_text(side))


def numbers_where_numbers_are_read(tree: exp.Expr, kinds: ValueKinds, *, lenient: bool) -> None:
    """Casts texts to numbers where they are summed or computed with, and divides as SQLite does."""
    for node in list(tree.find_all(exp.Sum, exp.Avg, *_ARITHMETIC)):
        for side in [node.this, *([node.expression] if isinstance(node, exp.Binary) else [])]:
            inner = side.expressions[0] if isinstance(side, exp.Distinct) else side
            if kinds.kind(inner) == "text":
                inner.replace(_as_number(inner, lenient))
            elif kinds.kind(inner) == "boolean":
                inner.replace(exp.cast(inner.copy(), "INTEGER"))
    for node in list(tree.find_all(exp.Div)):
        whole = kinds.kind(node.left) == kinds.kind(node.right) == "integer"
        literal = isinstance(node.right, exp.Literal) and node.right.name.strip("0.") != ""
        divisor = node.right
        if not literal and (lenient or whole):
            divisor = exp.func("NULLIF", divisor.copy(), exp.Literal.number(0))
        made = (exp.IntDiv if whole else exp.Div)(this=node.left.copy(), expression=divisor.copy())
        node.replace(made)


def _as_text(node: exp.Expr) -> exp.Expr:
    return exp.cast(node.copy(), "VARCHAR")


def _as_number(node: exp.Expr, lenient: bool) -> exp.Expr:
    kind = exp.TryCast if lenient else exp.Cast
    return kind(this=node.copy(), to=exp.DataType.build("DOUBLE"))


def _text_of(node: exp.Expr | None) -> str | None:
    return node.name if isinstance(node, exp.Literal) and node.is_string else None


def _is_number(text: str) -> bool:
    """
    >>> _is_number("12.5"), _is_number("inf")
    (True, False)
    """
    return re.fullmatch(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", text) is not None
