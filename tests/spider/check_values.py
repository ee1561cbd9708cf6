"""How many text literals of Spider's golds are found among the values matched to the question.

    python tests/spider/check_values.py PATH [--at-most N] [--verbose] [--database NAME]

PATH holds train_spider.json, train_others.json and database/. What counts is a text literal that a
gold compares with a column by =, <> or IN, whose question holds it: its words, folded and in the
singular, stand in the question side by side, or its letters do ("Bangladesh" in "Bangladeshi").
It is found where a match has its table, column and value. Those that the column does not store
(some databases have no rows) cannot be found, and are counted by themselves. Exits 1 when fewer
than 90 % of the rest are found.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlft.config import Limits
from sqlft.database import Database, close_workers, locate, read
from sqlft.errors import SqlftError
from sqlft.schema import Schema, ValueMatch, match_values, read_schema
from sqlft.schema.catalog_rows import quoted
from sqlft.schema.value_words import folded, singular_words

FOUND_AT_LEAST = 0.90


@dataclass(frozen=True, kw_only=True)
class Use:
    """A text literal that a gold compares with a column."""

    table: str
    column: str
    value: str


def uses(sql: str, schema: Schema) -> Iterator[Use | None]:
    """Each compared text of a gold; none where its column cannot be told."""
    tree = sqlglot.parse_one(sql, read="sqlite")
    for node in tree.find_all(exp.EQ, exp.NEQ, exp.In):
        right = node.expressions if isinstance(node, exp.In) else [node.expression]
        for literal in right:
            value = _text(literal, schema)
            if value is not None and isinstance(node.this, exp.Column):
                place = _place(node.this, schema)
                yield place and Use(table=place[0], column=place[1], value=value)


def _text(literal: exp.Expression, schema: Schema) -> str | None:
    """The text of a literal; SQLite also takes one in double quotes where no column is so named."""
    if isinstance(literal, exp.Literal) and literal.is_string:
        return str(literal.this)
    bare = isinstance(literal, exp.Column) and not literal.table
    if bare and isinstance(literal.this, exp.Identifier) and literal.this.quoted:
        name = literal.name
        return None if any(t.column(name) is not None for t in schema.tables) else name
    return None


def _place(column: exp.Column, schema: Schema) -> tuple[str, str] | None:
    scope = column.find_ancestor(exp.Select)
    while scope is not None:
        sources = [scope.args.get("from_") or scope.args.get("from"), *scope.args.get("joins", ())]
        for source in sources:
            named = source.this if source is not None else None
            if not isinstance(named, exp.Table):
                continue
            if column.table and column.table.casefold() != named.alias_or_name.casefold():
                continue
            table = schema.table(named.name)
            found = table.column(column.name) if table is not None else None
            if table is not None and found is not None:
                return table.qualified_name, found.name
        scope = scope.find_ancestor(exp.Select)
    return None


def is_said(value: str, question: str) -> bool:
    """Whether a value stands in the question in any case and number, or in a longer word of it."""
    if len(value) > 2 and folded(value) in folded(question):
        return True
    words, said = singular_words(value), singular_words(question)
    places = range(len(said) - len(words) + 1)
    return bool(words) and any(said[i : i + len(words)] == words for i in places)


def stored(database: Database, use: Use) -> set[str]:
    """The column's own texts that are the literal, but for case where none is so exactly."""
    name = quoted(use.column)
    sql = (
        f"SELECT DISTINCT {name} AS v FROM {quoted(use.table)} "
        f"WHERE typeof({name}) = 'text' AND lower({name}) = lower(?)"
    )
    rows = read(database, sql, Limits(), parameters=[use.value]).table.column(0).to_pylist()
    return {use.value} if use.value in rows else set(rows)


def found(use: Use, values: set[str], matches: tuple[ValueMatch, ...]) -> bool:
    return any(
        (m.table, m.column) == (use.table, use.column) and m.value in values for m in matches
    )


def examples(root: Path, only: str | None) -> dict[str, list[dict[str, str]]]:
    grouped = defaultdict(list)
    for name in ("train_spider.json", "train_others.json"):
        for example in json.loads((root / name).read_text(encoding="utf-8")):
            if only in (None, example["db_id"]):
                grouped[example["db_id"]].append(example)
    return grouped


def check(root: Path, at_most: int, only: str | None, verbose: bool) -> Counter[str]:
    counts: Counter[str] = Counter()
    for name, asked in examples(root, only).items():
        path = root / "database" / name / f"{name}.sqlite"
        if not path.exists():
            counts["without a database"] += len(asked)
            continue
        database = locate(path)
        schema = read_schema(database, samples_per_column=0)
        for example in asked:
            judge(counts, database, schema, example, at_most, verbose)
    return counts


def judge(
    counts: Counter[str],
    database: Database,
    schema: Schema,
    example: dict[str, str],
    at_most: int,
    verbose: bool,
) -> None:
    question = example["question"]
    try:
        compared = dict.fromkeys(uses(example["query"], schema))
    except SqlglotError:
        counts["not parsed"] += 1
        return
    started = time.perf_counter()
    matches = match_values(database, schema, question, at_most=at_most)
    counts["microseconds"] += int(1e6 * (time.perf_counter() - started))
    counts["questions"] += 1
    counts["matches"] += len(matches)
    for use in compared:
        if use is None:
            counts["of a column that is not there"] += 1
            continue
        counts["literals"] += 1
        if not is_said(use.value, question):
            counts["not said"] += 1
            continue
        values = stored(database, use)
        if not values:
            counts["said, not stored"] += 1
            continue
        counts["said and stored"] += 1
        counts["found"] += found(use, values, matches)
        counts["found first"] += found(use, values, matches[:1])
        counts["value found in any column"] += any(m.value in values for m in matches)
        if verbose and not found(use, values, matches):
            print(f"{database.name}: {question}\n  {use.table}.{use.column} = {use.value!r}")
            for m in matches:
                print(f"    {m.score:.2f} {m.how} {m.table}.{m.column} = {m.value!r}")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--at-most", type=int, default=5, help="matches looked at")
    parser.add_argument("--verbose", action="store_true", help="list what was missed")
    parser.add_argument("--database", help="check one database only")
    options = parser.parse_args()
    try:
        counts = check(options.path, options.at_most, options.database, options.verbose)
    except SqlftError as error:
        print(error)
        return 1
    finally:
        close_workers()
    for what, count in sorted(counts.items()):
        print(f"{what:32}{count:>9,}")
    rate = counts["found"] / max(1, counts["said and stored"])
    print(f"{'found of said and stored':32}{rate:>9.1%}")
    return 0 if rate >= FOUND_AT_LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
