"""Whether one predicted query says the same as a gold one, under each rule, on every database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from sqlft.compare import RULES, Comparison, Result, Rule, compare, without_distinct
from sqlft.database import Database
from sqlft.errors import InputError, SqlError
from sqlft.evaluate.question import Question
from sqlft.evaluate.running import Query, Ran, Runs
from sqlft.evaluate.ties import tie_keys


def rules_with(*, keep_distinct: bool = False) -> dict[str, Rule]:
    """All rules by name, in the order in which they are shown.

    Args:
        keep_distinct: the ``spider`` rule leaves DISTINCT where it stands.
    """
    if not keep_distinct:
        return dict(RULES)
    return {name: replace(rule, removes_distinct=False) for name, rule in RULES.items()}


def form(sql: str, rule: Rule) -> str:
    """The query as the rule has it run.

    >>> form("SELECT DISTINCT a FROM t", RULES["spider"])
    'SELECT a FROM t'
    """
    return _without_distinct(sql) if rule.removes_distinct else sql


_without_distinct = lru_cache(1 << 14)(without_distinct)  # each text is asked for many times


def queries(question: Question, predicted: Iterable[str], rules: Iterable[Rule]) -> Iterator[Query]:
    """Every query that judging these predictions under these rules may ask for."""
    forms = tuple({rule.removes_distinct: rule for rule in rules}.values())
    texts = [(gold, True) for gold in question.example.gold]
    texts += [(sql, False) for sql in predicted]
    for database in question.place.databases:
        for sql, is_gold in texts:
            for rule in forms:
                yield Query(database=database, sql=form(sql, rule), is_gold=is_gold)


def gold_problem(question: Question, rule: Rule, runs: Runs) -> str | None:
    """Why no gold query can be compared with; None where one runs on every database."""
    if question.place.problem is not None:
        return question.place.problem
    first: str | None = None
    for gold in question.example.gold:
        problem = _gold_problem(form(gold, rule), question.place.databases, runs)
        if problem is None:
            return None
        first = first or problem
    return first


def _gold_problem(sql: str, databases: tuple[Database, ...], runs: Runs) -> str | None:
    for database in databases:
        try:
            error = runs.gold(database, sql).error
        except InputError as unreadable:
            return unreadable.message
        if error is not None:
            return error.message
    return None


def match(
    question: Question, predicted_sql: str, rule: Rule, runs: Runs, *, explain: bool = True
) -> Comparison | SqlError | None:
    """How the predicted result compares with the gold one, or how the predicted query failed.

    Of several golds any one may match, on all databases; else the first that runs tells how it
    differs, on the first database where it does. None: no gold runs in the form of this rule.
    Without ``explain`` it is only told that they differ, not how.
    """
    first: Comparison | SqlError | None = None
    for gold in question.example.gold:
        found = _on_every_database(question, gold, predicted_sql, rule, runs, explain)
        if isinstance(found, Comparison) and found.equal:
            return found
        first = first or found
    return first


def _on_every_database(
    question: Question,
    gold_sql: str,
    predicted_sql: str,
    rule: Rule,
    runs: Runs,
    explain: bool,
) -> Comparison | SqlError | None:
    found: Comparison | None = None
    databases = question.place.databases
    if _gold_problem(form(gold_sql, rule), databases, runs) is not None:
        return None
    for database in databases:
        gold = runs.gold(database, form(gold_sql, rule))
        predicted = runs.predicted(database, form(predicted_sql, rule))
        if predicted.error is not None:
            return predicted.error

        def rerun(sql: str, database: Database = database) -> Result:
            return runs.gold(database, sql).result

        found = _compared(
            gold, predicted, rule, question, form(gold_sql, rule), database.kind, rerun, explain
        )
        if not found.equal:
            return found
    return found


def _compared(
    gold: Ran,
    predicted: Ran,
    rule: Rule,
    question: Question,
    gold_sql: str,
    dialect: str,
    rerun: Callable[[str], Result],
    explain: bool,
) -> Comparison:
    if gold.is_same(predicted):
        return Comparison(equal=True, reason=None, column_map=None)
    example = question.example

    def under(keys: list[tuple[object, ...]] | None) -> Comparison:
        return compare(
            gold.result,
            predicted.result,
            rule,
            gold_sql=gold_sql,
            tie_keys=keys,
            question=example.question,
            category=example.category or "",
            explain=explain,
        )

    plainly = under(None)
    if plainly.reason != "wrong_order" or not rule.ties_forgiven:
        return plainly
    # Only an answer that is wrong by its order can be saved by ties, so that the gold seldom
    # runs once more.
    keys = tie_keys(gold_sql, gold.result, dialect, rerun)
    return plainly if keys is None else under(keys)
