"""Values: columns, literals, arithmetic, calls, CASE, CAST, and queries that give one value."""

from __future__ import annotations

from sqlft.generate.grammar.calls import calls
from sqlft.generate.grammar.columns import columns, has_column
from sqlft.generate.grammar.kinds import DATES, NUMBER, TEXT, Kind
from sqlft.generate.grammar.literals import counts, date_literals, number_literals, text_literals
from sqlft.generate.grammar.machine import Option, Options, lit
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import Env, Field, Key, Value

DEEPEST = 3
"""Calls and brackets within each other."""
MOST_NESTED = 5
"""Queries within each other."""

_SIGNS = (" + ", " - ", " * ", " / ", " % ", " // ")
_UNITS = ("YEAR", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")
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

    def go_on(after: Env, value: Value) -> Options:
        options = _operators(after, want, value, go_on)
        if value.kind in want and (literals or not value.constant):
            options += then(after, value)
        return options

    return operand(env, want, go_on, but=but, literals=literals)


def operand(
    env: Env,
    want: frozenset[Kind],
    then: Then,
    *,
    but: frozenset[Key] = frozenset(),
    literals: bool = True,
) -> Options:
    """One value without operators around it."""
    options = columns(env, want, then, but=but)
    options += [lit(v.text, then, env, v) for v in env.repeated if v.kind in want]
    if "number" in want:
        options += number_literals(env, then)
    if literals and "text" in want:
        options += text_literals(env, then)
    if literals and "bool" in want:
        truths = (Value("bool", word, constant=True) for word in ("TRUE", "FALSE"))
        options += [lit(value.text, then, env, value) for value in truths]
    options += date_literals(env, want, then)
    if env.depth < DEEPEST:
        options += calls(env, want, then) + _cases(env, want, then) + _casts(env, want, then)
    if env.depth < DEEPEST and "number" in want:
        options += [lit("(", _bracketed, env, then), lit("-", _negative, env, then)]
    if env.nesting < MOST_NESTED:
        options.append(lit("(", scalar_query, env, want, then))
    return options


def _operators(env: Env, want: frozenset[Kind], left: Value, then: Then) -> Options:
    if left.kind == "number":
        return [lit(sign, _joined, env, left, sign, NUMBER, "number", then) for sign in _SIGNS]
    if left.kind == "text":
        return [lit(" || ", _joined, env, left, " || ", TEXT, "text", then)]
    options: Options = []
    if left.kind in DATES and "timestamp" in want:
        signs = (" + INTERVAL ", " - INTERVAL ")
        options += [lit(sign, _shifted, env, left, sign, then) for sign in signs]
    gap = _GAPS.get(left.kind)
    if gap in want and not left.constant:
        same = frozenset({left.kind})
        options.append(lit(" - ", _joined, env, left, " - ", same, gap, then))
    return options


def _joined(
    env: Env, left: Value, sign: str, want: frozenset[Kind], kind: Kind, then: Then
) -> Options:
    return operand(
        env, want, lambda e, right: then(e, left.joined(right, left.text + sign + right.text, kind))
    )


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
        return [lit(")", then, env.after(inner), value.made(f"({value.text})"))]

    return expression(env.deeper(), NUMBER, closing)


def _negative(env: Env, then: Then) -> Options:
    options = columns(env, NUMBER, lambda e, value: then(e, value.made(f"-{value.text}")))
    options += number_literals(
        env, lambda e, value: then(e, Value("number", f"-{value.text}", constant=True))
    )
    made = lambda e, value: then(e, value.made(f"-{value.text}"))  # noqa: E731
    return options + [lit("(", _bracketed, env, made)] + calls(env, NUMBER, made)


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
    return env, Value(kind, "", keys, used - keys)


def _cases(env: Env, want: frozenset[Kind], then: Then) -> Options:
    wanted = want & {"number", "text"}
    if not wanted:
        return []
    return [lit("CASE WHEN ", _when, env, env.deeper(), wanted, Value("bool", "CASE"), then)]


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
