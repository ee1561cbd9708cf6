"""What is found of one prediction: its outcome, and whether it matches under each rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlft.compare import Comparison, Rule
from sqlft.database import Database
from sqlft.errors import InputError, SqlError
from sqlft.evaluate.match import gold_problem, match
from sqlft.evaluate.outcome import Facts, Outcome, outcome_of
from sqlft.evaluate.prediction import Prediction
from sqlft.evaluate.question import Question
from sqlft.evaluate.running import Runs
from sqlft.schema import read_schema
from sqlft.sql import check_sql


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One prediction, judged. Flags are None where ``counts`` is false."""

    question: Question
    prediction: Prediction
    outcome: Outcome
    matches: Mapping[str, bool | None]
    """By rule; None also where the gold does not run in the form of that rule."""
    valid: bool | None
    """The SQL can be read, is a plain read, and every name in it is there."""
    runs: bool | None
    """The SQL gave a result on every database."""
    message: str | None
    """What went wrong with the gold, the model or the SQL, in one line."""

    @property
    def counts(self) -> bool:
        """Execution accuracy is over this question, too: it has a gold query that runs."""
        return bool(self.question.example.gold) and self.outcome != "gold_failed"


def judge(
    question: Question,
    prediction: Prediction,
    rules: Mapping[str, Rule],
    headline: str,
    runs: Runs,
) -> Judgement:
    """The judgement of one prediction. Bad SQL is an outcome, never an exception.

    Args:
        headline: the rule that the outcome is told under.

    Raises:
        InputError: a database can no longer be read.
    """
    example, sql = question.example, prediction.sql
    problem = gold_problem(question, rules[headline], runs) if example.gold else None
    said = Facts(
        answerable=bool(example.gold),
        gold_error=problem,
        model_error=prediction.error,
        refused=prediction.refused,
        predicted_sql=sql,
    )
    if prediction.failure is not None and _is_answer(said):
        return _failed(question, prediction, prediction.failure, rules)
    if sql is None or not _is_run(said):
        flag = None if problem is not None or not example.gold else False
        return Judgement(
            question=question,
            prediction=prediction,
            outcome=outcome_of(said),
            matches=dict.fromkeys(rules, flag),
            valid=flag,
            runs=flag,
            message=problem or prediction.error,
        )
    return _judged_sql(question, prediction, sql, rules, headline, runs)


def _is_answer(said: Facts) -> bool:
    """Something was said to a question that has an answer."""
    nothing = said.gold_error is not None or said.model_error is not None or said.refused
    return not nothing and said.answerable


def _is_run(said: Facts) -> bool:
    return _is_answer(said) and bool((said.predicted_sql or "").strip())


def _failed(
    question: Question, prediction: Prediction, failure: SqlError, rules: Mapping[str, Rule]
) -> Judgement:
    """The judgement of SQL that the corridor did not run to its end."""
    ran_into = failure.kind in ("query_error", "timeout", "too_large")
    return Judgement(
        question=question,
        prediction=prediction,
        outcome=failure.kind,
        matches=dict.fromkeys(rules, False),
        valid=ran_into and prediction.sql is not None,
        runs=False,
        message=failure.message,
    )


def _judged_sql(
    question: Question,
    prediction: Prediction,
    sql: str,
    rules: Mapping[str, Rule],
    headline: str,
    runs: Runs,
) -> Judgement:
    found = {
        name: match(question, sql, rule, runs, explain=name == headline)
        for name, rule in rules.items()
    }
    fared = found[headline]
    failure = fared if isinstance(fared, SqlError) else None
    databases = question.place.databases
    if failure is not None:
        failure, _ = _by_names(failure, sql, databases[0])
    errors = [runs.predicted(database, sql).error for database in databases]
    error = next((error for error in errors if error is not None), None)
    valid = True if error is None else _by_names(error, sql, databases[0])[1]
    facts = Facts(
        predicted_sql=sql,
        failure=failure,
        comparison=fared if isinstance(fared, Comparison) else None,
    )
    return Judgement(
        question=question,
        prediction=prediction,
        outcome=outcome_of(facts),
        matches={name: _flag(one) for name, one in found.items()},
        valid=valid,
        runs=error is None,
        message=None if failure is None else failure.message,
    )


def _flag(found: Comparison | SqlError | None) -> bool | None:
    return None if found is None else isinstance(found, Comparison) and found.equal


def _by_names(error: SqlError, sql: str, database: Database) -> tuple[SqlError, bool]:
    """The error, as one of a name that is not there if it is one; and whether the SQL is valid.

    Only SQL that failed is looked at: of SQL that ran, the engine has found every name. (SQLite
    takes a name in double quotes that is none for a text; the check would call it unknown.)
    """
    if error.kind in ("timeout", "too_large"):
        return error, True
    if error.kind != "query_error":
        return error, False
    try:
        schema = read_schema(database, samples_per_column=0)
    except InputError:  # a database without a table: every name in the query is unknown
        return error, False
    verdict = check_sql(sql, schema, dialect=database.kind)
    named = verdict.error()
    if named is not None and named.kind in ("unknown_table", "unknown_column"):
        return named, False
    return error, verdict.ok
