"""Which of several candidates is the answer: those that give the same rows vote together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sqlft.ask.answer import Candidate
from sqlft.ask.doubts import DOUBTED, FINDS_NOTHING, finds_nothing
from sqlft.compare import STRICT, Result, compare, orders_rows, result_of
from sqlft.database import QueryResult
from sqlft.errors import SqlError
from sqlft.sql import Mended, Verdict, mended

Run = Callable[[str], QueryResult]
"""The rows of a checked query; raises SqlError."""

SAME_ROWS = replace(STRICT, name="votes", columns="permuted", empty_is_equal=False)
"""Candidates may differ in the order of columns; they agree on everything that is counted."""

MOST_COMPARED_ROWS = 10_000


@dataclass(kw_only=True)
class Choice:
    """One thing that candidates say, and who says it. The first candidate stands for it."""

    candidates: list[Candidate] = field(default_factory=list)
    verdict: Verdict | None = None
    """Of its SQL; none for a refusal, and for a reply without SQL."""
    rows: QueryResult | None = None
    error: SqlError | None = None
    """Why its SQL did not run: found by the check, or as it ran."""
    result: Result | None = None
    mended: Mended | None = None
    """What ran in its place, where it failed as it was written."""
    doubts: tuple[str, ...] = ()
    """What else speaks against it, as can be said after "it"."""

    @property
    def is_good(self) -> bool:
        """It is a refusal, or SQL that nothing speaks against."""
        refused = self.candidates[0].refused
        return refused or (self.verdict is not None and self.verdict.ok and self.error is None)

    @property
    def weight(self) -> float:
        """Votes, each worth the geometric mean probability of its tokens where that is known; of
        what was searched for, its probability, of which each doubt takes most."""
        first = self.candidates[0]
        if first.votes is not None:
            return sum(map(_vote, self.candidates))
        return math.exp(first.log_probability or 0.0) * DOUBTED ** len(self.doubts)

    def is_better_than(self, other: Choice) -> bool:
        """It is good, and the other is not, or weighs less."""
        return self.is_good and (not other.is_good or self.weight > other.weight)

    @property
    def against(self) -> str:
        """The first thing that speaks against it, as can be said after "it"."""
        if self.verdict is None:
            return "holds no SQL"
        if not self.verdict.ok:
            return "does not pass the check"
        return "fails" if self.error is not None else next(iter(self.doubts), "")


def choices(
    candidates: Sequence[Candidate],
    verdict_of: Callable[[str], Verdict],
    run: Run | None,
    doubts_of: Callable[[str], tuple[str, ...]] = lambda sql: (),
) -> list[Choice]:
    """What the candidates say, best first: what is good before what had to be mended, and that
    before what is not; then by weight.

    Equal texts are checked and run once. SQL that takes too long in a trial stands by itself, with
    neither rows nor error. Candidates that were cut off before their SQL was complete are left out.

    Args:
        run: runs SQL that passed the check; none: what says the same is told by the text alone.
        doubts_of: what speaks against SQL that passed the check; it counts where the candidates
            were searched for.
    """
    by_text: dict[tuple[bool, str | None], Choice] = {}
    for candidate in candidates:
        if not is_cut_off(candidate):
            key = (candidate.refused, candidate.sql)
            by_text.setdefault(key, Choice()).candidates.append(candidate)
    found: list[Choice] = []
    for (refused, sql), choice in by_text.items():
        if sql is not None and not refused:
            choice.verdict = verdict_of(sql)
            choice.error = choice.verdict.error()
            choice.doubts = doubts_of(sql) if choice.verdict.ok else ()
            if choice.verdict.ok and run is not None and len(by_text) > 1:
                _try(choice, choice.verdict.sql, verdict_of, run)
        at = next((at for at, other in enumerate(found) if _same(other, choice)), None)
        if at is None:
            found.append(choice)
        elif found[at].mended is not None and choice.mended is None:
            choice.candidates += found[at].candidates  # what runs as it is stands for both
            found[at] = choice
        else:
            found[at].candidates += choice.candidates
    return sorted(found, key=_rank)


def ranked(found: Sequence[Choice], candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """All candidates with their groups, votes if drawn, and doubts, best first; those that were cut
    off last."""
    ordered = [
        replace(
            candidate,
            group=number,
            votes=candidate.votes and len(choice.candidates),
            doubts=choice.doubts,
        )
        for number, choice in enumerate(found)
        for candidate in choice.candidates
    ]
    cut = [candidate for candidate in candidates if is_cut_off(candidate)]
    return (*ordered, *(replace(c, group=len(found) + at) for at, c in enumerate(cut)))


def passed_over(found: Sequence[Choice], candidates: Sequence[Candidate]) -> str | None:
    """Why the first of these is the answer, where another one that was found is likelier."""
    if candidates[0].votes is not None:
        return None
    likeliest = max(candidates, key=lambda one: one.log_probability or 0.0)
    saying = (c for c in found if any(one.reply == likeliest.reply for one in c.candidates))
    choice = next(saying, None)
    if choice is found[0]:
        return None
    why = "was cut off" if choice is None else choice.against
    return f"a likelier answer {why}"


def is_cut_off(candidate: Candidate) -> bool:
    """The writing was ended from outside, and nothing shows that the SQL was complete by then."""
    if candidate.finish == "stop":
        return False
    return candidate.sql is None or candidate.reply.rstrip().endswith(candidate.sql[-20:])


def _rank(choice: Choice) -> tuple[bool, bool, float]:
    return not choice.is_good, choice.mended is not None, -choice.weight


def _vote(candidate: Candidate) -> float:
    if candidate.log_probability is None or not candidate.tokens:
        return 1.0
    return math.exp(candidate.log_probability / candidate.tokens)


def run_or_mend(
    sql: str, verdict_of: Callable[[str], Verdict], run: Run
) -> tuple[QueryResult, Mended | None]:
    """The rows of a checked query, or of the mended one where it fails and can be mended.

    What was mended passes the check before it runs, as everything does.

    Raises:
        SqlError: why the query as it was written failed.
    """
    try:
        return run(sql), None
    except SqlError as error:
        instead = mended(sql, error)
        if instead is None or not verdict_of(instead.sql).ok:
            raise
        try:
            return run(instead.sql), instead
        except SqlError:
            raise error from None


def _try(choice: Choice, sql: str, verdict_of: Callable[[str], Verdict], run: Run) -> None:
    try:
        choice.rows, choice.mended = run_or_mend(sql, verdict_of, run)
    except SqlError as error:
        choice.error = None if error.kind == "timeout" else error
        return
    if finds_nothing(choice.rows.table):
        choice.doubts += (FINDS_NOTHING,)
    if choice.rows.table.num_rows <= MOST_COMPARED_ROWS:
        choice.result = result_of(choice.rows.table)


def _same(first: Choice, second: Choice) -> bool:
    """Both gave the same rows; in the same order, where either asks for one."""
    if first.result is None or second.result is None:
        return False
    if first.verdict is None or second.verdict is None or not first.result.rows:
        return False  # that nothing was found says nothing of what was looked for
    ordered = orders_rows(first.verdict.sql) or orders_rows(second.verdict.sql)
    return compare(first.result, second.result, SAME_ROWS, ordered=ordered, explain=False).equal
