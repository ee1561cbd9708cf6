"""Values: columns, literals, arithmetic, calls, CASE, CAST, and queries that give one value."""

from __future__ import annotations

from dataclasses import replace

from sqlft.generate.grammar.calls import calls
from sqlft.generate.grammar.columns import columns, has_column, several_columns
from sqlft.generate.grammar.kinds import ANY, DATES, NUMBER, TEXT, Kind
from sqlft.generate.grammar.literals import counts, date_literals, number_literals, text_literals
from sqlft.generate.grammar.machine import Option, Options, lit
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import HIDDEN, Env, Field, Key, Value

DEEPEST = 4
"""Calls and brackets within each other."""
MOST_NESTED = 5
"""Queries within each other."""
MOST_OPERATORS = 4
"""Operators of one expression outside of brackets."""
_SHALLOW = 1
"""Calls and brackets around a query that gives one value."""

_DAYS: frozenset[Kind] = frozenset({"date"})
_SIGNS = (" + ", " - ", " * ", " / ", " % ", " // ")
_UNITS = (
    "YEAR YEARS MONTH MONTHS WEEK WEEKS DAY DAYS HOUR HOURS MINUTE MINUTES SECOND SECONDS".split()
)
_GAPS: dict[Kind, Kind] = {"date": "number", "timestamp": "interval"}
"""What one date less another gives."""
_CASTS: dict[Kind, dict[str, Kind]] = {
    "number": {"INT": "number", "BIGINT": "number", "DOUBLE": "number", "TEXT": "text"},
    "text": {
        "INT": "number",
        "BIGINT": "number",
        "DOUBLE": "number",
        "DATE": "date",
        "TIMESTAMP": "timestamp",
    },
    "date": {"TIMESTAMP": "timestamp", "TEXT": "text"},
    "timestamp": {"DATE": "date", "TEXT": "text"},
    "bool": {"INT": "number", "TEXT": "text"},
    "other": {"TEXT": "text"},
}


def expression(
    env: Env,
    want: frozenset[Kind],
    then: Then,
    *,
    but: frozenset[Key] = frozenset(),
    literals: bool = True,
) -> Options:
    """A value of one of the kinds, operators and all.

    Args:
        but: columns that are not to stand first.
        literals: whether it may be a literal and nothing else.
    """

    after = _followed(want, then, literals, 0)
    options = operand(env, want, after, but=but, literals=literals)
    if "number" in want and "date" not in want and several_columns(env, _DAYS):
        options += columns(env, _DAYS, after)  # the days between two of them
    return options


def _followed(want: frozenset[Kind], then: Then, literals: bool, operators: int) -> Then:
    """What may come after a value that so many operators made: one more, or what comes after."""

    def after(env: Env, value: Value) -> Options:
        options: Options = []
        if operators < MOST_OPERATORS:
            more = _followed(want, then, literals, operators + 1)
            options += _operators(env, want, value, literals, then, more)
        whole = value.kind in want and not value.bracketed
        if whole and (literals or not value.constant):
            options += then(env, value)
        return options

    return after


def operand(
    env: Env,
    want: frozenset[Kind],
    then: Then,
    *,
    but: frozenset[Key] = frozenset(),
    literals: bool = True,
    left: bool = True,
    brackets: bool = True,
) -> Options:
    """One value without operators around it.

    Args:
        literals: whether it may be a literal, with no operator before or after it.
        left: whether an operator may come after it.
        brackets: whether it may be arithmetic in brackets.
    """
    options = columns(env, want, then, but=but)
    options += [lit(v.text, then, env, v) for v in env.repeated if v.kind in want]
    if "number" in want and (literals or (left and _may_read(env, NUMBER))):
        options += number_literals(env, then)
    if literals and "text" in want:
        options += text_literals(env, then)
    if literals and "bool" in want:
        truths = (Value("bool", word, constant=True) for word in ("TRUE", "FALSE"))
        options += [lit(value.text, then, env, value) for value in truths]
    days = want & DATES
    if not literals:  # only the days from one until a column's
        days = frozenset(k for k in days if _GAPS[k] in want and has_column(env, frozenset({k})))
        days = days if left else frozenset()
    options += date_literals(env, days, then)
    if env.depth < DEEPEST:
        options += calls(env, want, then) + _cases(env, want, then) + _casts(env, want, then)
    if env.depth < DEEPEST and "number" in want:
        if brackets and _may_read(env.deeper(), NUMBER):
            options.append(lit("(", _bracketed, env, then))
        if literals or _may_read(env, NUMBER):
            options.append(lit("-", _negative, env, literals or left, then))
    if env.nesting < MOST_NESTED and env.depth <= _SHALLOW:
        options.append(lit("(", scalar_query, env, want, then))
    return options


def _operators(
    env: Env, want: frozenset[Kind], left: Value, literals: bool, then: Then, more: Then
) -> Options:
    """An operator and its right side.

    Args:
        then: what may come after a value that takes no further operator.
        more: what may come after one that does.
    """
    if left.kind == "number":
        signs = _SIGNS[2:] if left.bracketed else _SIGNS
        if left.constant and not _may_read(env, NUMBER):
            return []
        return [lit(sign, _joined, env, left, sign, NUMBER, "number", more) for sign in signs]
    if left.kind == "text":
        if left.constant and not _may_read(env, TEXT):
            return []
        return [lit(" || ", _joined, env, left, " || ", TEXT, "text", more)]
    options: Options = []
    if left.kind in DATES and "timestamp" in want and (literals or not left.constant):
        shifts = (" + INTERVAL ", " - INTERVAL ")
        options += [lit(sign, _shifted, env, left, sign, then) for sign in shifts]
    # ``a - b // 7`` would take ``b // 7`` first: the days between two dates end an expression.
    gap = _GAPS.get(left.kind)
    same = frozenset({left.kind})
    if gap in want and has_column(env, same):
        options.append(lit(" - ", _joined, env, left, " - ", same, gap, then))
    return options


def _joined(
    env: Env, left: Value, sign: str, want: frozenset[Kind], kind: Kind, then: Then
) -> Options:
    """The right side; two literals are not reckoned with."""

    def joined(after: Env, right: Value) -> Options:
        return then(after, left.joined(right, left.text + sign + right.text, kind))

    brackets = sign not in (" + ", " || ")
    return operand(env, want, joined, literals=not left.constant, left=False, brackets=brackets)


def _shifted(env: Env, left: Value, sign: str, then: Then) -> Options:
    """A date some time later or earlier."""

    def counted(count: str) -> Options:
        texts = {unit: f"{left.text}{sign}{count} {unit}" for unit in _UNITS}
        return [lit(f" {u}", then, env, left.made(text, "timestamp")) for u, text in texts.items()]

    return counts(counted)


def _bracketed(env: Env, then: Then) -> Options:
    """Arithmetic in brackets, after the opening one."""

    def closing(inner: Env, value: Value) -> Options:
        if value.plain or value.constant:
            return []
        bracketed = replace(value.made(f"({value.text})"), bracketed=True)
        return [lit(")", then, env.after(inner), bracketed)]

    return expression(env.deeper(), NUMBER, closing)


def _negative(env: Env, literals: bool, then: Then) -> Options:
    """What may come after a minus sign."""

    def negated(after: Env, value: Value) -> Options:
        return then(after, value.made(f"-{value.text}"))

    options = columns(env, NUMBER, negated) + calls(env, NUMBER, negated)
    if literals:
        options += number_literals(env, negated)
    if _may_read(env.deeper(), NUMBER):
        options.append(lit("(", _bracketed, env, negated))
    return options


def scalar_query(env: Env, want: frozenset[Kind], then: Then) -> Options:
    """A query for one value, after its opening bracket."""

    def closing(fields: tuple[Field, ...], used: frozenset[Key]) -> Options:
        after, value = read_by_query(env, fields[0].kind, used)
        return [lit(")", then, after, value)]

    return env.rules.query(env, closing, want=(want,))


def read_by_query(env: Env, kind: Kind, used: frozenset[Key]) -> tuple[Env, Value]:
    """What a nested query gives, and where its query goes on after it.

    Args:
        used: columns that it read of the queries around it. Where they are not this query's own,
            this query's columns are qualified, too.
    """
    mine = {source.name for source in env.scope.sources}
    keys = frozenset(key for key in used if key[0] in mine)
    return env, Value(kind, HIDDEN, keys, used - keys)


def _may_read(env: Env, want: frozenset[Kind]) -> bool:
    """Whether there is anything of the kinds but literals."""
    if has_column(env, want) or any(value.kind in want for value in env.repeated):
        return True
    return "number" in want and env.aggregates and env.depth < DEEPEST


def _cases(env: Env, want: frozenset[Kind], then: Then) -> Options:
    """CASE: its tests and results are plain ones."""
    wanted = want & {"number", "text"}
    inner = env.within(depth=DEEPEST - 1)
    if not wanted or env.depth >= inner.depth or not _may_read(inner, ANY):
        return []
    return [lit("CASE WHEN ", _when, env, inner, wanted, Value("bool", "CASE"), then)]


def _when(env: Env, inner: Env, want: frozenset[Kind], case: Value, then: Then) -> Options:
    """A CASE from after WHEN on; ``env`` is where it began."""

    def tested(after: Env, test: Value) -> Options:
        so_far = case.joined(test, f"{case.text} WHEN {test.text}", "bool")
        return [lit(" THEN ", expression, after, want, lambda e, v: chosen(e, v, so_far))]

    def chosen(after: Env, value: Value, so_far: Value) -> Options:
        made = so_far.joined(value, f"{so_far.text} THEN {value.text}", value.kind)
        same = frozenset({value.kind})
        return [
            lit(" WHEN ", _when, env, after, same, made, then),
            lit(" ELSE ", expression, after, same, lambda e, v: otherwise(e, v, made)),
            lit(" END", then, env.after(after), made.made(f"{made.text} END")),
        ]

    def otherwise(after: Env, value: Value, so_far: Value) -> Options:
        made = so_far.joined(value, f"{so_far.text} ELSE {value.text} END", value.kind)
        return [lit(" END", then, env.after(after), made)]

    return env.rules.condition(inner, tested)


def _casts(env: Env, want: frozenset[Kind], then: Then) -> Options:
    taken = frozenset(kind for kind, made in _CASTS.items() if want & set(made.values()))
    if not has_column(env, taken):
        return []
    return [lit(f"{word}(", _cast, env, taken, want, word, then) for word in ("CAST", "TRY_CAST")]


def _cast(
    env: Env, taken: frozenset[Kind], want: frozenset[Kind], word: str, then: Then
) -> Options:
    def typed(inner: Env, value: Value) -> Options:
        return [
            _as_type(name, kind, word, value, env.after(inner), then)
            for name, kind in _CASTS.get(value.kind, {}).items()
            if kind in want
        ]

    return expression(env.deeper(), taken, typed, literals=False)


def _as_type(name: str, kind: Kind, word: str, value: Value, env: Env, then: Then) -> Option:
    return lit(f" AS {name})", then, env, value.made(f"{word}({value.text} AS {name})", kind))
