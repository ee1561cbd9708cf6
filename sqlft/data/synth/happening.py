"""What a date column tells: what happened to a row on that day, and what the day is called."""

from __future__ import annotations

from collections.abc import Sequence

from sqlft.data.synth.words import words_of
from sqlft.schema import Column

_IRREGULAR_PARTICIPLES = frozenset(
    "read left shut paid sent sold built written withdrawn won lost made seen begun bought taken "
    "given held drawn born died became".split()
)
ACTIVE = frozenset(
    "opened closed joined left started ended expired shut registered began died happened occurred "
    "arrived departed graduated retired resigned finished converted applied called signed-up "
    "enrolled became".split()
)
"""Verbs of which the row itself is the doer: the store opened, the customer joined."""
_NOT_VERBS = frozenset(
    "due need speed seed feed breed red bed used estimated promised expected planned "
    "scheduled".split()
)
_DATE_NOUNS = {
    "launched": "launch",
    "opened": "opening",
    "closed": "closing",
    "shipped": "shipping",
    "delivered": "delivery",
    "joined": "joining",
    "paid": "payment",
    "hired": "hire",
    "returned": "return",
    "signed": "signing",
    "issued": "issue",
    "started": "start",
    "ended": "end",
    "left": "leaving",
    "created": "creation",
    "resolved": "resolution",
    "written": "writing",
    "born": "birth",
    "died": "death",
    "received": "receipt",
    "installed": "installation",
    "removed": "removal",
    "registered": "registration",
    "commissioned": "commissioning",
    "built": "construction",
    "released": "release",
    "applied": "application",
    "decided": "decision",
    "raised": "alert",
    "retired": "retirement",
    "withdrawn": "withdrawal",
    "blocked": "blocking",
    "connected": "connection",
    "enrolled": "enrolment",
    "graduated": "graduation",
    "ordered": "order",
    "founded": "founding",
    "established": "establishment",
    "shut": "closing",
    "finished": "finish",
    "occurred": "occurrence",
    "answered": "answer",
    "exposed": "exposure",
    "converted": "conversion",
    "deleted": "deletion",
    "deactivated": "deactivation",
    "valued": "valuation",
    "booked": "booking",
    "drawn": "drawdown",
    "disconnected": "disconnection",
    "calibrated": "calibration",
}


def event_verb(column: Column) -> str | None:
    """What happened on a date column's day: ``opened`` for ``opened_on``.

    >>> event_verb(Column(name="shut_on", type="DATE")), event_verb(Column(name="day", type="DATE"))
    ('shut', None)
    """
    said = [s.removesuffix(" on") for s in column.synonyms]
    names = [s.split(" ") for s in said if " " not in s]
    words = words_of(column.name)
    if len(words) == 2 and words[1] in ("on", "at", "date", "time"):
        names = [words, *names] if words[0] not in ("ended", "started") else [*names, words]
    for name in names:
        verb = name[0]
        is_participle = verb.endswith("ed") and verb not in _NOT_VERBS
        if is_participle or verb in _IRREGULAR_PARTICIPLES:
            return verb
    return None


def happened(verb: str, *, many: bool) -> str:
    """The verb of a relative clause in the past.

    >>> happened("opened", many=True), happened("shipped", many=False)
    ('opened', 'was shipped')
    """
    if verb in ACTIVE:
        return verb
    return f"{'were' if many else 'was'} {verb}"


def date_phrase(column: Column, phrases: Sequence[str]) -> tuple[str, ...]:
    """Nouns of a date column: ``opening``-like names get " date" behind them.

    >>> date_phrase(Column(name="shipped_on", type="DATE"), ("shipped",))
    ('shipping date',)
    """
    ends = ("date", "datetime", "timestamp", "day", "time", "month", "year", "week", "birth")
    first = phrases[0].replace(" ends", " end")
    first = _DATE_NOUNS.get(first.removesuffix(" date"), first)
    is_said = first.split(" ")[-1] in ends or first.startswith("date ")
    named = [first if is_said else f"{first} date"]
    named += [p for p in phrases[1:] if p.split(" ")[-1] in ends]
    return tuple(dict.fromkeys(named))
