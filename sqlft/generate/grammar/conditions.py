"""Conditions: comparisons of values that may be compared, tied together with AND and OR."""

from __future__ import annotations

from sqlft.generate.grammar.arithmetic import followed
from sqlft.generate.grammar.columns import has_column
from sqlft.generate.grammar.expressions import MOST_NESTED, expression, operand, read_by_query
from sqlft.generate.grammar.kinds import ANY, BOOL, DATES, ORDERED, SIZED, TEXT, Kind, fellows
from sqlft.generate.grammar.literals import compared_literals, listed_literals, text_literals
from sqlft.generate.grammar.machine import Options, lit
from sqlft.generate.grammar.rows import has_row, row
from sqlft.generate.grammar.rules import Rows, Then
from sqlft.generate.grammar.scope import HIDDEN, Env, Field, Key, Value

_EQUAL = (" = ", " <> ")
_DISTINCT = (" IS DISTINCT FROM ", " IS NOT DISTINCT FROM ")
_UNEQUAL = (" < ", " <= ", " > ", " >= ")
_LIKE = (" LIKE ", " NOT LIKE ", " ILIKE ", " NOT ILIKE ")
_TRUTHS = ("0", "1", "'0'", "'1'", "'T'", "'F'", "'true'", "'false'")
"""What DuckDB reads as a truth where it stands beside one, but for TRUE and FALSE."""
_LISTED: frozenset[Kind] = frozenset({"number", "text", "date", "timestamp", "uuid"})
MOST_TESTS = 10
"""Comparisons of one condition outside of brackets."""
MOST_LISTED = 30
"""Literals of one IN."""
_DEEPEST = 3
"""Brackets around conditions within each other."""


def condition(env: Env, then: Then) -> Options:
    """Comparisons with AND and OR between them."""
    return _conditions(env, Value("bool", ""), frozenset(), then)


def _conditions(env: Env, before: Value, earlier: frozenset[str], then: Then) -> Options:
    """The next comparison; one that was written before is the last of all.

    To bar it altogether would leave texts of fixed length, such as a date, without a way on.
    """

    def tested(after: Env, test: Value) -> Options:
        whole = before.joined(test, before.text + test.text, "bool")
        options = then(after, whole)
        more = len(earlier) + 1 < MOST_TESTS and test.text not in earlier
        seen = earlier | {whole.text if HIDDEN in test.text else test.text}
        for word in (" AND ", " OR ") if more or not options else ():
            longer = whole.made(whole.text + word)
            options.append(lit(word, _conditions, after, longer, seen, then))
        return options

    return _test(env, tested)


def _test(env: Env, then: Then) -> Options:
    """One comparison, or conditions in brackets, or either's negation."""
    options = expression(env, ANY, lambda e, value: compared(e, value, then), literals=False)
    if env.depth < _DEEPEST:
        options.append(lit("(", _bracketed, env, "", then))
    if env.depth < _DEEPEST and env.nesting < MOST_NESTED and has_row(env):
        options.append(lit("(", row, env, lambda e, v, kinds: _row_among(env, e, v, kinds, then)))
        options.append(lit("NOT (", _bracketed, env, "NOT ", then))
    if env.nesting < MOST_NESTED and has_column(env, ANY):
        options += [lit(f"{no}EXISTS (", _exists, env, no, then) for no in ("", "NOT ")]
    if has_column(env, BOOL):

        def negated(e: Env, value: Value) -> Options:
            return then(e, value.made(f"NOT {value.text}"))

        options.append(lit("NOT ", expression, env, BOOL, negated, literals=False))
    return options


def _bracketed(env: Env, negation: str, then: Then) -> Options:
    def closing(inner: Env, value: Value) -> Options:
        if " AND " not in value.text and " OR " not in value.text:
            return []
        return [lit(")", then, env.after(inner), value.made(f"{negation}({value.text})"))]

    return condition(env.deeper(), closing)


def _row_among(env: Env, inner: Env, value: Value, kinds: tuple[Kind, ...], then: Then) -> Options:
    """Whether a row of columns is one of those that a query gives."""
    if "other" in kinds:
        return []
    want = tuple(fellows(kind) for kind in kinds)

    def closing(start: str) -> Rows:
        def closed(fields: tuple[Field, ...], used: frozenset[Key]) -> Options:
            after, query = read_by_query(inner, "bool", used)
            both = value.joined(query, f"({value.text}){start}{HIDDEN})", "bool", loose=True)
            return [lit(")", then, env.after(after), both)]

        return closed

    return [
        lit(f"){start}", env.rules.query, inner, closing(start), want=want)
        for start in (" IN (", " NOT IN (")
    ]


def _exists(env: Env, negation: str, then: Then) -> Options:
    """A query of which only counts whether it has rows; it must read a column of this one."""

    def closing(fields: tuple[Field, ...], used: frozenset[Key]) -> Options:
        after, value = read_by_query(env, "bool", used)
        return [lit(")", then, after, value)] if used else []

    return env.rules.query(env, closing, want=())


def compared(env: Env, left: Value, then: Then) -> Options:
    """What a value may be tested for."""
    if left.kind == "bool" and left.loose:
        return then(env, left)
    options: Options = then(env, left) if left.kind == "bool" else []
    for word in (" IS NULL", " IS NOT NULL"):
        options.append(lit(word, then, env, left.made(left.text + word, "bool", loose=True)))
    if left.kind == "bool":
        for word in (" IS TRUE", " IS FALSE", " IS NOT TRUE", " IS NOT FALSE"):
            options.append(lit(word, then, env, left.made(left.text + word, loose=True)))
    if left.kind in ORDERED:
        signs = _DISTINCT + (_EQUAL + _UNEQUAL if left.kind in SIZED else _EQUAL)
        options += [lit(sign, _against, env, left, sign, then) for sign in signs]
    for no in ("", "NOT "):
        if left.kind in SIZED:
            options.append(lit(f" {no}BETWEEN ", _between, env, left, no, then))
        if left.kind in _LISTED:
            options.append(lit(f" {no}IN (", _among, env, left, no, then))
    if left.kind == "text":
        options += [lit(word, _like, env, left, word, then) for word in _LIKE]
    return options


def _right(env: Env, left: Value, then: Then) -> Options:
    """What a value is compared with: not itself, and a call such as YEAR(...) not with days.

    A model that writes a date where a year belongs could only go on by taking another from it.
    """
    itself = left.keys | left.outer if left.plain else frozenset[Key]()
    days = left.plain or left.loose or left.constant
    options = expression(env, fellows(left.kind), then, but=itself, days=days)
    if left.kind == "bool":
        truths = (Value("bool", text, constant=True) for text in _TRUTHS)
        options += [lit(value.text, then, env, value) for value in truths]
    if left.kind in DATES | {"time", "uuid"}:
        options += compared_literals(env, left.kind, then)
    return options


def _against(env: Env, left: Value, sign: str, then: Then) -> Options:
    def compared(after: Env, right: Value) -> Options:
        return then(after, left.joined(right, left.text + sign + right.text, "bool", loose=True))

    options = _right(env, left, compared)
    if sign in _UNEQUAL and env.nesting < MOST_NESTED:
        for word in ("ANY", "ALL"):
            options.append(lit(f"{word} (", _in_query, env, left, f"{sign}{word} (", then))
    return options


def _between(env: Env, left: Value, negation: str, then: Then) -> Options:
    def from_(after: Env, low: Value) -> Options:
        text = f"{left.text} {negation}BETWEEN {low.text} AND "
        return [lit(" AND ", _right, after, left, lambda e, high: to(e, high, low, text))]

    def to(after: Env, high: Value, low: Value, text: str) -> Options:
        both = left.joined(low, text, "bool")
        return then(after, both.joined(high, text + high.text, "bool", loose=True))

    return _right(env, left, from_)


def _like(env: Env, left: Value, word: str, then: Then) -> Options:
    """A pattern, or one that is put together: ``LIKE '%' || name``."""

    def liked(after: Env, right: Value) -> Options:
        return then(after, left.joined(right, left.text + word + right.text, "bool", loose=True))

    return text_literals(env, followed(TEXT, liked, literals=True, operand=operand))


def _among(env: Env, left: Value, negation: str, then: Then) -> Options:
    """A list of literals, or a query, after the opening bracket."""
    start = f"{left.text} {negation}IN ("
    options = _listed(env, left, start, 1, then)
    if env.nesting < MOST_NESTED:
        options += _in_query(env, left, start, then)
    return options


def _listed(env: Env, left: Value, start: str, number: int, then: Then) -> Options:
    def next_(after: Env, value: Value) -> Options:
        text = start + value.text
        options = [lit(")", then, after, left.made(f"{text})", "bool", loose=True))]
        if number < MOST_LISTED:
            options.append(lit(", ", _listed, after, left, f"{text}, ", number + 1, then))
        return options

    return listed_literals(env, left.kind, next_)


def _in_query(env: Env, left: Value, start: str, then: Then) -> Options:
    def closing(fields: tuple[Field, ...], used: frozenset[Key]) -> Options:
        after, value = read_by_query(env, "bool", used)
        both = left.joined(value, f"{start}{HIDDEN})", "bool", loose=True)
        return [lit(")", then, after, both)]

    return env.rules.query(env, closing, want=(fellows(left.kind),))
