"""How many tables of Spider's golds are shown when all its databases are one schema.

    python tests/spider/check_prune.py PREPARED [--questions N] [--tokens N] [--tokenizer FOLDER]

PREPARED is a folder that `sqlft data prepare spider` made. Its databases become one schema, each
under a namespace that tells nothing; the schema is pruned for each of N questions drawn at random.
Matched values are looked for in all databases, and the best five count. Questions whose gold's
tables cannot be told are left out; those of the older sets that Spider takes in, some of which are
not in English, are counted apart, too. Exits 1 when less than 97 % of the tables are shown, or
half of the questions take more than 50 ms.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlft.data.places import database_of
from sqlft.database import Database, close_workers
from sqlft.examples import Example, dataset
from sqlft.prompt import layout
from sqlft.schema import ForeignKey, Schema, ValueMatch, match_values, pruned, read_schema
from sqlft.sql import check_sql

RECALL_AT_LEAST = 0.97
MS_AT_MOST = 50
TEXT = layout("sqlft").schema_text


class Glued:
    """Several databases as one schema."""

    def __init__(self, databases: dict[str, Database]) -> None:
        self.databases = databases
        self.schemas = {name: read_schema(place) for name, place in databases.items()}
        tables, keys = [], list[ForeignKey]()
        for number, (name, schema) in enumerate(self.schemas.items()):
            tables += [replace(table, namespace=f"s{number}") for table in schema.tables]
            for key in schema.foreign_keys:
                ends = schema.table(key.table), schema.table(key.target_table)
                if None not in ends:
                    keys.append(
                        replace(
                            key,
                            table=self.name(name, key.table),
                            target_table=self.name(name, key.target_table),
                        )
                    )
        self.schema = Schema(name="glued", tables=tuple(tables), foreign_keys=tuple(keys))

    def name(self, database: str, table: str) -> str:
        """What a table of one database is called here."""
        found = self.schemas[database].table(table)
        number = list(self.schemas).index(database)
        return f"s{number}.{found.name if found is not None else table}"

    def values(self, question: str) -> list[ValueMatch]:
        """The five best of what is matched in all databases."""
        found = [
            replace(match, table=self.name(name, match.table))
            for name, place in self.databases.items()
            for match in match_values(place, self.schemas[name], question)
        ]
        return sorted(found, key=lambda match: -match.score)[:5]


def wanted(glued: Glued, example: Example) -> set[str]:
    """The tables that the gold reads; none where they cannot be told."""
    if not example.gold:
        return set()
    verdict = check_sql(example.gold[0], glued.schemas[example.database])
    return {glued.name(example.database, table) for table in verdict.tables if verdict.ok}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--tokens", type=int, default=2000)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--misses", action="store_true")
    asked = parser.parse_args(arguments)
    described = dataset(asked.prepared)
    examples = list(described.examples())
    names = sorted({example.database for example in examples})
    glued = Glued({name: database_of(described, name) for name in names})
    print(f"{len(names)} databases, {len(glued.schema.tables)} tables")
    random.Random(0).shuffle(examples)
    hits, totals, took = {True: 0, False: 0}, {True: 0, False: 0}, []
    shown: list[str] = []
    for example in examples[: asked.questions]:
        tables = wanted(glued, example)
        values = glued.values(example.question) if tables else []
        start = time.perf_counter()
        cut = pruned(glued.schema, example.question, values, text=TEXT, most_tokens=asked.tokens)
        took.append((time.perf_counter() - start) * 1000)
        older = "others" in (example.source or "")
        found = tables & {table.qualified_name for table in cut.tables}
        hits[older] += len(found)
        totals[older] += len(tables)
        shown.append(TEXT(cut))
        if asked.misses and found != tables:
            print(f"  {example.database}: {example.question}  {sorted(tables - found)}")
    close_workers()
    recall = sum(hits.values()) / max(1, sum(totals.values()))
    middle, worst = sorted(took[1:])[len(took) // 2], max(took[1:])
    print(f"index {took[0]:.0f} ms, then {middle:.1f} ms a question (median), {worst:.0f} at most")
    for older, what in ((False, "Spider's own"), (True, "of older sets")):
        print(f"{what}: {hits[older]} of {totals[older]} tables shown")
    print(f"all: {recall:.1%} of {sum(totals.values())} tables shown")
    if asked.tokenizer is not None:
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(asked.tokenizer)
        counts = [len(tokenizer(text)["input_ids"]) for text in shown]
        print(f"tokens shown: {sum(counts) / len(counts):.0f} on average, {max(counts)} at most")
    return 0 if recall >= RECALL_AT_LEAST and middle <= MS_AT_MOST else 1


if __name__ == "__main__":
    sys.exit(main())
