"""Whether each gold of one example can be run, and gives something that stays."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from sqlft.compare import Result
from sqlft.data.check.finding import Finding
from sqlft.data.check.subject import Gold, Subject
from sqlft.errors import SqlError

_CLOCK = frozenset(
    "current_date current_time current_timestamp current_localtime current_localtimestamp "
    "get_current_time get_current_timestamp localtime localtimestamp now today "
    "transaction_timestamp ago".split()
)
_RANDOM = frozenset("random rand gen_random_uuid uuid uuidv4 uuidv7 reservoir_quantile".split())


def gold_findings(subject: Subject) -> Iterator[Finding]:
    """What is wrong with each gold by itself."""
    for place, gold in enumerate(subject.outcomes):
        label = subject.label(place)
        if isinstance(gold, SqlError):
            yield _failure(subject, label, gold)
            continue
        yield from _moving_parts(subject, label, gold)
        said = _nothing(gold.result)
        if said is not None:
            yield subject.found("gold-empty", f"{label} returns {said}")


def _failure(subject: Subject, label: str, error: SqlError) -> Finding:
    if error.kind == "parse_error":
        return subject.found("gold-parse", f"{label} cannot be read: {error.message}")
    if error.kind == "forbidden":
        return subject.found("gold-forbidden", f"{label} is no plain read: {error.message}")
    return subject.found("gold-fails", f"{label} fails: {error.message}")


def _moving_parts(subject: Subject, label: str, gold: Gold) -> Iterator[Finding]:
    names = called(gold.tree)
    clock, random = names & _CLOCK, names & _RANDOM  # one call may have several names
    if clock:
        message = f"{label} calls {min(clock)}: write the date that the notes call today instead"
        yield subject.found("gold-clock", message)
    if random:
        yield subject.found("gold-random", f"{label} calls {max(random)}: it differs at each run")
    if gold.tree.find(exp.TableSample):
        yield subject.found("gold-random", f"{label} samples rows: it differs at each run")


def called(tree: exp.Expression) -> frozenset[str]:
    """The names of all functions of a query, as written or as sqlglot knows them, in lower case.

    >>> from sqlft.sql import parse_query
    >>> sorted(called(parse_query("SELECT now(), current_date, lower(a) FROM t")))
    ['current_date', 'lcase', 'lower', 'now']
    """
    names: set[str] = set()
    for node in tree.find_all(exp.Func):
        if isinstance(node, exp.Anonymous):
            names.add(str(node.this).lower())
        else:
            names |= {name.lower() for name in node.sql_names()}
    # Names that DuckDB takes for calls where no column has them.
    bare = {c.name.lower() for c in tree.find_all(exp.Column) if not c.table}
    return frozenset(names | (bare & _BARE_CLOCK))


_BARE_CLOCK = frozenset("current_date current_time current_timestamp localtimestamp".split())


def _nothing(result: Result) -> str | None:
    if not result.rows:
        return "no row"
    if len(result.rows) == 1 and len(result.rows[0]) == 1:
        value = result.rows[0][0]
        if value is None:
            return "one NULL"
        if not isinstance(value, str | bytes | bool) and value == 0:
            return "one 0"
    return None
