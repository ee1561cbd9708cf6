"""Whether golds say the same: those of one example, and those of a question asked twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from sqlft.compare import RULES, Result, compare
from sqlft.data.check.finding import Finding, Severity
from sqlft.data.check.subject import Gold, Subject

SEVERAL_ANSWERS = "several-answers"
"""The tag by which a writer says that the golds follow different fair readings of a question."""
_SCALES = (1.0, 100.0, 0.01)  # a share, and the same as a percentage
_DIGITS = 9


def disagreements(subject: Subject) -> Iterator[Finding]:
    """One finding where the golds of an example give different answers.

    Alternatives may show other columns, a share as a percentage, a month as a date or a number,
    rows as columns, or a list's length. A question may have two fair readings: golds of as many
    rows whose values differ, or of which one is a part of the other, are a warning only, and none
    where the example is tagged ``several-answers``; that tag on golds that agree is a warning, too.
    """
    tagged = SEVERAL_ANSWERS in subject.example.tags
    golds = [(at, g) for at, g in enumerate(subject.outcomes, 1) if isinstance(g, Gold)]
    if len(golds) < 2 or any(gold.truncated for _, gold in golds):
        return
    answers: list[list[tuple[int, Gold]]] = []
    for at, gold in golds:
        known = next((a for a in answers if any(agree(gold.result, g.result) for _, g in a)), None)
        if known is None:
            answers.append([(at, gold)])
        else:
            known.append((at, gold))
    if len(answers) == 1:
        if tagged:
            message = f"golds agree, though the example is tagged {SEVERAL_ANSWERS}"
            yield subject.found("golds-disagree", message, severity="warning")
        return
    shown = " against ".join(_described(answer) for answer in answers)
    first, *others = (answer[0][1].result for answer in answers)
    two_readings = all(_as_many(first, o) or _is_part(first, o) for o in others)
    if two_readings and tagged:
        return
    severity: Severity = "warning" if two_readings else "error"
    yield subject.found("golds-disagree", f"golds disagree: {shown}", severity=severity)


def _described(answer: Sequence[tuple[int, Gold]]) -> str:
    rows = answer[0][1].result.rows
    first = ", ".join(map(str, rows[0])) if rows else "no row"
    places = ", ".join(str(at) for at, _ in answer)
    return f"{places} ({len(rows)} rows: {first[:60]})"


def _as_many(one: Result, other: Result) -> bool:
    return len(one.rows) == len(other.rows)


def _is_part(one: Result, other: Result) -> bool:
    """Whether all rows of the smaller result stand in the larger."""
    rows = sorted((Counter(map(_text, r.rows)) for r in (one, other)), key=Counter.total)
    return rows[0].total() > 0 and rows[0] <= rows[1]


def agree(one: Result, other: Result) -> bool:
    """Whether two results answer a question alike.

    They do when they are equal under any rule, whichever is taken as the gold; and when they tell
    the same in other clothes: the same texts in each row, or the same numbers.

    >>> agree(Result(("a",), [(1,)]), Result(("a", "b"), [(1, "x")]))
    True
    >>> agree(Result(("m", "share"), [(1, 0.5)]), Result(("m", "pct"), [("Jan", 50.0)]))
    True
    """
    pairs = ((one, other), (other, one))
    if any(
        compare(gold, predicted, rule, ordered=False).equal
        for rule in RULES.values()
        for gold, predicted in pairs
    ):
        return True
    if Counter(map(_text, one.rows)) == Counter(map(_text, other.rows)):
        return True
    return any(_counts(a, b) or _holds_numbers(a, b) for a, b in pairs)


def _counts(one: Result, other: Result) -> bool:
    """Whether one result is the other's number of rows."""
    return len(one.rows) == 1 and len(one.columns) == 1 and one.rows[0][0] == len(other.rows) != 1


def _text(row: Sequence[object]) -> str:
    """The row's values side by side: first and last name are the full name."""
    return " ".join(str(value) for value in row if value is not None)


def _holds_numbers(inner: Result, outer: Result) -> bool:
    """Whether every number of one result stands in the other: by columns, or turned to rows."""
    columns = _number_columns(inner)
    if not columns:
        return False
    if len(inner.rows) == len(outer.rows):
        others = [_rounded(column, 1.0) for column in _number_columns(outer)]
        if all(any(_rounded(c, scale) in others for scale in _SCALES) for c in columns):
            return True
    if len(inner.rows) >= len(outer.rows) or len(columns) <= len(_number_columns(outer)):
        return False
    told = {number for column in columns for number in _rounded(column, 1.0)} - {"0"}
    known = {number for column in _number_columns(outer) for number in _rounded(column, 1.0)}
    return len(told) > 1 and told <= known  # rows turned to columns show a 0 for what is not there


def _number_columns(result: Result) -> list[list[float]]:
    found = []
    for at in range(len(result.columns)):
        values = [row[at] for row in result.rows]
        numbers = [float(v) for v in values if isinstance(v, int | float | Decimal)]
        if numbers and not any(isinstance(value, bool) for value in values):
            found.append(numbers)
    return found


def _rounded(column: Sequence[float], scale: float) -> Counter[str]:
    return Counter(f"{value * scale:.{_DIGITS}g}" for value in column)


class AskedBefore:
    """The questions seen so far, each with the examples that ask it."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[str, str, tuple[str, ...]]] = {}

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """A finding where the question was asked of this database before: an error where no gold
        of either example agrees with one of the other, else a warning."""
        example = subject.example
        key = (subject.place.location, folded(example.question))
        first = self._seen.setdefault(key, (subject.dataset, example.id, example.gold))
        dataset, id, golds = first
        if (dataset, id) == (subject.dataset, example.id):
            return
        where = id if dataset == subject.dataset else f"{id} of {dataset}"
        if set(golds) & set(example.gold) or (not golds and not example.gold):
            message = f"the question of {where} again"
            yield subject.found("question-repeated", message, severity="warning")
        elif self._agree(subject, golds):
            message = f"the question of {where} again, with other SQL of the same rows"
            yield subject.found("question-repeated", message, severity="warning")
        else:
            yield subject.found("question-repeated", f"the question of {where}, whose gold differs")

    def _agree(self, subject: Subject, golds: Sequence[str]) -> bool:
        earlier = [gold for gold in map(subject.outcome, golds) if isinstance(gold, Gold)]
        return any(agree(one.result, other.result) for one in earlier for other in subject.golds)


def folded(question: str) -> str:
    """A question without case, spaces and closing marks, to find it again.

    >>> folded("How many  Orders?") == folded("how many orders")
    True
    """
    return " ".join(question.casefold().split()).rstrip(" .?!")
