"""Judgements as rates: by rule, by outcome, and by what questions have in common."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlft.data.features import FEATURES, features
from sqlft.data.hardness import HARDNESS, hardness
from sqlft.errors import InputError, SqlError
from sqlft.evaluate.interval import Interval, rate_interval
from sqlft.evaluate.judgement import Judgement
from sqlft.evaluate.outcome import OUTCOMES
from sqlft.evaluate.paired import Paired, paired
from sqlft.evaluate.question import Question
from sqlft.evaluate.rate import Rate, rate_of

_UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One predictor's rates. ``accuracy``, ``valid`` and ``runs`` are over the same questions:
    those with a gold query that runs."""

    headline: str
    questions: int
    accuracy: Mapping[str, Rate]
    """Execution accuracy by rule."""
    intervals: Mapping[str, Interval]
    """Of the accuracies, by rule."""
    valid: Rate
    runs: Rate
    refusal_precision: Rate
    """Refusals that were right, of all refusals."""
    refusal_recall: Rate
    """Refusals of the questions that the schema cannot answer."""
    outcomes: Mapping[str, int]
    by_database: Mapping[str, Rate]
    """These and the following: execution accuracy under the headline rule."""
    by_hardness: Mapping[str, Rate]
    by_category: Mapping[str, Rate]
    by_tag: Mapping[str, Rate]
    by_feature: Mapping[str, Rate]


def summary_of(judgements: Sequence[Judgement], headline: str) -> Summary:
    """The rates of one predictor.

    Raises:
        InputError: no question counts: accuracy of nothing.
    """
    counted = [one for one in judgements if one.counts]
    if not counted:
        raise _nothing_counts(judgements)

    def by(keys: Callable[[Question], Iterable[str]], order: Sequence[str] = ()) -> dict[str, Rate]:
        return _by(counted, headline, keys, order)

    rules = list(counted[0].matches)
    outcomes = Counter(one.outcome for one in judgements)
    right = outcomes["refused_rightly"]
    unanswerable = [one for one in judgements if not one.question.example.gold]
    return Summary(
        headline=headline,
        questions=len(judgements),
        accuracy={rule: rate_of(one.matches[rule] for one in counted) for rule in rules},
        intervals={rule: rate_interval(_by(counted, rule, _database_of)) for rule in rules},
        valid=rate_of(one.valid for one in counted),
        runs=rate_of(one.runs for one in counted),
        refusal_precision=Rate(hits=right, total=right + outcomes["refused_wrongly"]),
        refusal_recall=Rate(hits=right, total=len(unanswerable)),
        outcomes={name: outcomes[name] for name in OUTCOMES if outcomes[name]},
        by_database=by(_database_of),
        by_hardness=by(lambda question: (_hardness_of(question),), HARDNESS),
        by_category=by(lambda question: filter(None, (question.example.category,))),
        by_tag=by(lambda question: question.example.tags),
        by_feature=by(_features_of, FEATURES),
    )


def difference(first: Sequence[Judgement], second: Sequence[Judgement], headline: str) -> Paired:
    """What the first predictor gained and lost against the second, on what counts for both.

    Raises:
        InputError: the two are not about the same questions, or nothing counts.
    """
    sides = [
        {one.question.example.id: one.matches[headline] is True for one in side if one.counts}
        for side in (first, second)
    ]
    database_of = {one.question.example.id: one.question.example.database for one in first}
    return paired(sides[0], sides[1], database_of)


def _nothing_counts(judgements: Sequence[Judgement]) -> InputError:
    failed = [one for one in judgements if one.outcome == "gold_failed"]
    if not judgements:
        return InputError("there is no question to take an accuracy of")
    if not failed:
        return InputError("no question has a gold query: there is no accuracy to take")
    return InputError(
        f"no gold query runs ({len(failed):,} questions): there is no accuracy to take",
        hint=f"the first one: {failed[0].message}",
    )


def _by(
    judgements: Iterable[Judgement],
    rule: str,
    keys: Callable[[Question], Iterable[str]],
    order: Sequence[str] = (),
) -> dict[str, Rate]:
    """The accuracy under a rule of each group; a question may be in several or in none."""
    groups: defaultdict[str, list[bool | None]] = defaultdict(list)
    for one in judgements:
        for key in keys(one.question):
            groups[key].append(one.matches[rule])
    names = [*(name for name in order if name in groups), *sorted(groups.keys() - set(order))]
    rates = {name: rate_of(groups[name]) for name in names}
    return {name: rate for name, rate in rates.items() if rate.total}


def _database_of(question: Question) -> tuple[str]:
    return (question.example.database,)


def _dialect(question: Question) -> str:
    return question.place.databases[0].kind if question.place.databases else "duckdb"


def _hardness_of(question: Question) -> str:
    """As the dataset says, else by the first gold."""
    return question.example.hardness or _hardness(question.example.gold[0], _dialect(question))


def _features_of(question: Question) -> tuple[str, ...]:
    return _features(question.example.gold[0], _dialect(question))


@cache
def _hardness(sql: str, dialect: str) -> str:
    try:
        return hardness(sql, dialect)
    except SqlError:
        return _UNKNOWN


@cache
def _features(sql: str, dialect: str) -> tuple[str, ...]:
    try:
        return features(sql, dialect)
    except SqlError:
        return ()
