"""What an adapter made of a changed database, against the original one.

    python tests/evidence/followed_change.py BEFORE AFTER CHANGED

BEFORE and AFTER are finished runs of `sqlft eval` with the same predictors, over the dataset and
over its changed copy; CHANGED is the folder of the copy, made by changed_database.py. Printed for
each predictor that both runs have:

- accuracy on the questions that both runs have, and the paired difference with its 95 % interval;
- where the gold's result is another one now: how many answers give the original's result. Answers
  always come from running SQL on the database that was asked, so a right answer cannot be a
  remembered one, and none of these is right; what could be remembered is a literal in the SQL;
- the literals in the SQL that stand neither in the question nor in the prompt's schema text nor in
  the changed database, and how many of these stand in the original database. Whole numbers up to
  twelve, LIMITs, and dates of a year that the question or the schema names are not looked at: they
  are reckoned with. Categories are the same in both databases, so one that was learnt by heart is
  not seen here.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from changed_database import CHANGE, same
from sqlglot import exp
from written_schema import quoted

from sqlft.compare import Result, result_of
from sqlft.config import Limits
from sqlft.data.places import database_of, schema_of
from sqlft.database import Database, close_workers
from sqlft.errors import SqlError, SqlftError
from sqlft.evaluate.comparing import compared
from sqlft.evaluate.run_folder import RESULTS, read_json
from sqlft.examples import dataset
from sqlft.execute import run_query
from sqlft.prompt import layout
from sqlft.prompt.notes import notes_for
from sqlft.schema import Schema
from sqlft.sql import parse_query

_LIMITS = Limits(timeout_s=30, max_rows=200_000)
_VALUES = Limits(timeout_s=60, max_rows=2_000_000, max_result_mib=512, memory_mib=2048)
SMALL = 12
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A database with all that it holds, as a reader of literals needs it."""

    database: Database
    schema: Schema
    texts: frozenset[str]
    """Distinct values of text columns, folded."""
    numbers: frozenset[float]

    def holds(self, literal: str, *, is_text: bool) -> bool:
        """Whether a value of the database is, or for a pattern has in it, the literal."""
        if not is_text:
            return float(literal) in self.numbers
        parts = [part for part in re.split("[%_]", literal.casefold()) if part]
        if parts == [literal.casefold()]:
            return parts[0] in self.texts or any(parts[0] in text for text in self.texts)
        return all(any(part in text for text in self.texts) for part in parts)


def place(folder: Path) -> Place:
    """The one database that a dataset's questions are about, with its values."""
    described = dataset(folder)
    names = {example.database for example in described.examples()}
    database = database_of(described, names.pop())
    schema = schema_of(database)
    texts, numbers = set[str](), set[float]()
    for table in schema.tables:
        for column in table.columns:
            found = run_query(
                f"SELECT DISTINCT {quoted(column.name)} FROM {quoted(table.name)}",
                database,
                _VALUES,
            ).table
            for value in found.column(0).to_pylist():
                if isinstance(value, str):
                    texts.add(value.casefold())
                elif value is not None and not hasattr(value, "year"):
                    numbers.add(float(value))
    return Place(
        database=database, schema=schema, texts=frozenset(texts), numbers=frozenset(numbers)
    )


def literals(sql: str) -> Iterator[tuple[str, bool]]:
    """The literals that a query compares or shows, each with whether it is a text.

    >>> list(literals("SELECT a FROM t WHERE b = 'x' AND c > 20 LIMIT 3"))
    [('x', True), ('20', False)]
    """
    try:
        tree = parse_query(sql)
    except SqlError:
        return
    for node in tree.find_all(exp.Literal):
        counts_rows = node.find_ancestor(exp.Limit, exp.Offset, exp.Interval)
        if counts_rows is None and node.name:
            yield node.name, bool(node.is_string)


def from_nowhere(sql: str, question: str, changed: Place, shown: str) -> list[tuple[str, bool]]:
    """The literals that stand in none of the places that an answer may have them from.

    Args:
        shown: the schema text of the prompt, with the glossary's terms for the question.
    """
    said = f"{question}\n{shown}".casefold()
    numbers = {float(number) for number in _NUMBER.findall(said.replace(",", ""))}
    years = set(_YEAR.findall(said))
    found = list[tuple[str, bool]]()
    for literal, is_text in dict.fromkeys(literals(sql)):
        if is_text:
            bare = literal.strip("%").casefold()
            dated = set(_YEAR.findall(literal))
            known = bare in said or bool(dated & years) or (not dated and _is_format(literal))
        else:
            value = float(literal)
            known = value in numbers or literal in years or value in range(SMALL + 1)
        if not known and not changed.holds(literal, is_text=is_text):
            found.append((literal, is_text))
    return found


def _is_format(literal: str) -> bool:
    """Whether the text is a date format or the name of a part of a date, not a value.

    >>> _is_format("%Y-%m"), _is_format("month"), _is_format("Paris")
    (True, True, False)
    """
    parts = "year quarter month week day dow hour minute second".split()
    return "%Y" in literal or "%m" in literal or literal.casefold() in parts


def gives_the_original(sql: str, changed: Place, golds: Sequence[str], original: Database) -> bool:
    """Whether the query gives on the changed database what a gold gives on the original one."""
    try:
        said = _rows(sql, changed.database)
    except SqlError:
        return False
    return any(same(gold, _rows(gold, original), said, original) for gold in golds)


def _rows(sql: str, database: Database) -> Result:
    return result_of(run_query(sql, database, _LIMITS).table)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("changed", type=Path)
    said = parser.parse_args(arguments)
    try:
        _show(said.before, said.after, said.changed)
    except SqlftError as error:
        print(f"{error.message}{f' ({error.hint})' if error.hint else ''}", file=sys.stderr)
        return 1
    finally:
        close_workers()
    return 0


def _show(before: Path, after: Path, folder: Path) -> None:
    change = read_json(folder / CHANGE)
    changed, original = place(folder), place(Path(change["dataset"]))
    golds = {e.id: e.gold for e in dataset(Path(change["dataset"])).examples()}
    answers = read_json(after / RESULTS)["answers"]
    for pair in compared(before, after)["pairs"]:
        name = pair["second"]
        print(
            f"{name}: {pair['rate_before']:.1%} before, {pair['rate_after']:.1%} after the change"
        )
        print(f"  of {pair['total']} questions; difference {pair['difference']:+.1%}", end=" ")
        print(f"[{pair['low']:+.1%}, {pair['high']:+.1%}], McNemar p = {pair['p_value']:.3g}")
        said = [(a, a["said"][name]) for a in answers]
        differing = [(a, s) for a, s in said if a["id"] in change["result_differs"]]
        if change["values"] is not None:
            right = sum(s["outcome"] == "correct" for _, s in differing)
            old = sum(
                s["sql"] is not None
                and gives_the_original(s["sql"], changed, golds[a["id"]], original.database)
                for a, s in differing
            )
            print(f"  where the result is another one now ({len(differing)}): {right} right,")
            print(f"    {old} with the original's result (a right one cannot be)")
        _show_literals([(a["question"], s["sql"]) for a, s in said if s["sql"]], changed, original)


def _show_literals(said: Sequence[tuple[str, str]], changed: Place, original: Place) -> None:
    text = layout("sqlft").schema_text(changed.schema)
    total, odd = 0, list[tuple[str, bool, str]]()
    for question, sql in said:
        total += len(list(literals(sql)))
        shown = "\n".join([text, *notes_for(changed.schema, question)])
        odd += [(*one, question) for one in from_nowhere(sql, question, changed, shown)]
    known = [one for one in odd if original.holds(one[0], is_text=one[1])]
    print(f"  of {total} literals in {len(said)} queries, {len(odd)} come from nowhere that the")
    print(
        f"    model was shown and are not in the data; {len(known)} of them are in the original's"
    )
    for literal, _, question in odd:
        mark = "original" if any(literal == one[0] for one in known) else "nowhere"
        print(f"    {mark}: {literal!r} for: {question}")


if __name__ == "__main__":
    sys.exit(main())
