"""How many gold queries the grammar of answers lets through, and what else it lets through.

    python tests/spider/check_grammar.py DATASETS... [--form ordinary] [--refused]
        [--corruptions N] [--walks N] [--seed N]

DATASETS are dataset folders, or folders of them. Gold queries of every split are counted; what a
refused one looks like is shown for the split ``train`` alone: nobody reads the others. A corruption
is an accepted gold in which one column's name stands for one that is absent, or not in scope. A
walk is a sentence by chance over one of the datasets' schemas; it must be read by sqlglot, pass the
check, and be bound by DuckDB. Exits 1 when a corruption is accepted, or more than 1 walk in 1,000
fails.
"""

from __future__ import annotations

import argparse
import gc
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
from walks import walk

from sqlft.data.places import database_of, datasets_at, schema_of
from sqlft.database import close_workers
from sqlft.errors import SqlftError
from sqlft.generate.grammar.canonical import canonical_sentences
from sqlft.generate.grammar.machine import Place, narrow_text
from sqlft.generate.grammar.ordinary import ordinary_sentences
from sqlft.schema import Schema
from sqlft.sql import canonical, check_sql, parse_query

REFUSAL = "no answer"
FAILED_AT_MOST = 0.001
CLAUSES = "WITH FROM JOIN ON SELECT WHERE GROUP HAVING QUALIFY ORDER LIMIT UNION".split()


@dataclass(frozen=True, kw_only=True)
class Form:
    """One answer form: how a gold is written in it, and the grammar that is asked."""

    written: Callable[[str, Schema], str]
    start: Callable[[Schema, str], Place]


def ordinary(sql: str, schema: Schema) -> str:
    """The query as it was written, on one line."""
    return " ".join(parse_query(sql) and sql.split())


FORMS = {
    "canonical": Form(written=canonical, start=canonical_sentences),
    "ordinary": Form(written=ordinary, start=ordinary_sentences),
}


@dataclass(frozen=True, kw_only=True)
class Gold:
    """A gold query in the answer form, and how far the grammar followed it."""

    group: str
    split: str
    schema: Schema
    sql: str
    followed: int
    accepted: bool

    @property
    def clause(self) -> str:
        """The last clause that was begun where the grammar stopped."""
        words = re.findall(r"[A-Z]+", self.sql[: self.followed])
        return next((word for word in reversed(words) if word in CLAUSES), "start")


def golds(paths: Sequence[Path], form: Form) -> Iterator[Gold]:
    """Every gold of the datasets, asked."""
    described = {d.name: d for path in paths for d in datasets_at(path)}
    for name, one in described.items():
        schema = cache(lambda name, one=one: schema_of(database_of(one, name)))
        for example in one.examples():
            for sql in example.gold:
                yield asked(sql, f"{name}", example.split or "-", schema(example.database), form)


def asked(sql: str, group: str, split: str, schema: Schema, form: Form) -> Gold:
    try:
        sql = form.written(sql, schema)
    except SqlftError:
        return Gold(group=group, split=split, schema=schema, sql=sql, followed=0, accepted=False)
    place: Place | None = form.start(schema, REFUSAL)
    text = narrow_text(sql)
    followed = 0
    for character in text:
        place = place.after(character) if place is not None else None
        if place is None:
            break
        followed += 1
    accepted = place is not None and place.accepting
    before = text[:followed].encode("latin-1").decode(errors="ignore")
    return Gold(
        group=group,
        split=split,
        schema=schema,
        sql=sql,
        followed=len(before),
        accepted=accepted,
    )


def tell_golds(found: Sequence[Gold], show: bool) -> None:
    groups = Counter((gold.group, gold.split) for gold in found)
    for (group, split), total in groups.items():
        mine = [gold for gold in found if (gold.group, gold.split) == (group, split)]
        accepted = sum(gold.accepted for gold in mine)
        refused = Counter(gold.clause for gold in mine if not gold.accepted)
        why = f"  {dict(refused.most_common())}" if split == "train" and refused else ""
        print(f"{group:16} {split:8} {accepted:5}/{total:<5} {accepted / total:7.2%}{why}")
        for gold in mine if show and split == "train" else ():
            if not gold.accepted:
                print(f"  {gold.sql[: gold.followed]} >>> {gold.sql[gold.followed :]}")


def corruptions(found: Sequence[Gold], number: int, draw: random.Random) -> Iterator[Gold]:
    """Accepted golds, each with one column's name changed to what is not in scope there."""
    pool = list({gold.sql: gold for gold in found if gold.accepted}.values())
    draw.shuffle(pool)
    made = 0
    for gold in pool * 4:
        if made == number:
            return
        changed = corrupted(gold, draw)
        if changed is not None:
            made += 1
            yield changed


def corrupted(gold: Gold, draw: random.Random) -> Gold | None:
    names = {column.name for table in gold.schema.tables for column in table.columns}
    bare = re.sub(r"'(?:[^']|'')*'", lambda found: " " * len(found.group()), gold.sql)
    spots = list(re.finditer(r"(?<![\w\"])[A-Za-z_]\w*(?![\w.\"(])", bare))
    spots = [m for m in spots if m.group() in names]
    spots = [m for m in spots if not re.search(r"(?:FROM|JOIN|AS) $", bare[: m.start()])]
    if not spots:
        return None
    spot = draw.choice(spots)
    for name in draw.choices([*sorted(names), "no_such_column"], k=8):
        sql = gold.sql[: spot.start()] + name + gold.sql[spot.end() :]
        if any(
            problem.kind == "unknown_column" for problem in check_sql(sql, gold.schema).problems
        ):
            return Gold(
                group=gold.group,
                split=gold.split,
                schema=gold.schema,
                sql=sql,
                followed=len(sql),
                accepted=False,
            )
    return None


def engine(schema: Schema) -> duckdb.DuckDBPyConnection:
    """A database that has the schema's tables, and nothing in them."""
    connection = duckdb.connect(config={"threads": 1})
    for table in schema.tables:
        columns = ", ".join(f"{name(c.name)} {c.type}" for c in table.columns)
        parts = (table.namespace, table.name) if table.namespace else (table.name,)
        if table.namespace:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name(table.namespace)}")
        connection.execute(f"CREATE TABLE {'.'.join(map(name, parts))} ({columns})")
    return connection


def name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def fault(sql: str, schema: Schema, connection: duckdb.DuckDBPyConnection) -> str | None:
    """What is wrong with a sentence; none where it could run."""
    try:
        connection.execute(f"EXPLAIN {sql}")
    except duckdb.Error as error:
        return f"DuckDB: {str(error).splitlines()[0]}"
    try:
        canonical(sql, schema)
    except SqlftError as error:
        return f"sqlglot: {error}"
    verdict = check_sql(sql, schema)
    return None if verdict.ok else f"check: {verdict.problems[0].message}"


def walks(schemas: Sequence[Schema], form: Form, number: int, draw: random.Random) -> int:
    """Walks over the schemas in turn; how many failed."""
    failed, done, long = list[tuple[str, str]](), 0, 0
    characters = 0
    each = max(1, number // len(schemas))
    for schema in schemas:
        connection = engine(schema)
        for turn in range(each):
            if turn % 50 == 0:
                start = form.start(schema, REFUSAL)
            try:
                sql = walk(start, draw, soft_length=70, most_length=400)
            except AssertionError as error:
                failed.append(("no way on", str(error)))
                done += 1
                continue
            if sql is None:
                long += 1
                continue
            done += 1
            characters += len(sql)
            query = sql.strip().removesuffix(";")
            wrong = None if query == REFUSAL else fault(query, schema, connection)
            if wrong is not None:
                failed.append((wrong, sql))
        connection.close()
    rate = len(failed) / max(1, done)
    print(
        f"walks: {done} over {len(schemas)} schemas, {characters / max(1, done):.0f} characters "
        f"each, {long} more left off as too long; failed {len(failed)} ({rate:.3%})"
    )
    for wrong, sql in failed[:40]:
        print(f"  {wrong}\n    {sql}")
    return len(failed) if rate > FAILED_AT_MOST else 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("datasets", type=Path, nargs="+")
    parser.add_argument("--form", choices=sorted(FORMS), default="canonical")
    parser.add_argument("--refused", action="store_true", help="show refused golds of train")
    parser.add_argument("--corruptions", type=int, default=0)
    parser.add_argument("--walks", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    gc.set_threshold(200_000)  # else half of a walk's time is the collector's
    draw, form = random.Random(chosen.seed), FORMS[chosen.form]
    start = time.process_time()
    found = list(golds(chosen.datasets, form))
    close_workers()
    tell_golds(found, chosen.refused)
    print(f"{1000 * (time.process_time() - start) / len(found):.1f} ms of CPU a gold")
    bad = made = 0
    for changed in corruptions(found, chosen.corruptions, draw):
        made += 1
        place = form.start(changed.schema, REFUSAL).follow(narrow_text(changed.sql))
        if place is not None and place.accepting:
            bad += 1
            print(f"  accepted: {changed.sql}" if changed.split == "train" else "  accepted")
    if chosen.corruptions:
        print(f"corruptions: {made - bad} of {made} rejected")
    if chosen.walks:
        schemas = list({id(gold.schema): gold.schema for gold in found}.values())
        draw.shuffle(schemas)
        bad += walks(schemas, form, chosen.walks, draw)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
