"""A dataset over a changed copy of its database: other names, other facts, the same questions.

    python tests/evidence/changed_database.py DATASET OUT
        [--split test] [--seed 7] [--rename | --no-rename] [--values | --no-values]

For "form, not facts": what an adapter gets right over the copy, it must have read in the prompt.
With --rename, half of the columns, some keys and a few tables are called something else, in the
database, its notes and the golds; every gold must return on a copy that is only renamed what it
returned on the original, or its question is left out. With --values, rows swap what they say and
dates go back some weeks (other_values.py tells how); questions stay as they are, so that the
values they name are still there. A question whose gold finds nothing any more is left out, too.
OUT is a dataset folder with the database, its notes, and change.json: what was changed, what was
left out and why, and for which questions the gold's result is another one now.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from other_names import other_names, under
from other_values import OtherValues, Tables, other_values
from written_schema import ddl, in_order, notes, quoted

from sqlft.compare import STRICT, Result, compare, result_of
from sqlft.config import Limits
from sqlft.data.check import check_datasets
from sqlft.data.places import database_of, schema_of
from sqlft.database import Database, build_duckdb, close_workers, locate
from sqlft.errors import InputError, SqlError, SqlftError
from sqlft.evaluate.run_folder import write_json, write_text
from sqlft.evaluate.ties import tie_keys
from sqlft.examples import Dataset, Example, dataset, write_examples, write_manifest
from sqlft.execute import run_query
from sqlft.schema import ForeignKey, Schema
from sqlft.sql import parse_query
from sqlft.sql.from_first import hoist_joins, write_usual
from sqlft.sql.rename import NewNames, renamed

CHANGE = "change.json"
_GOLD_LIMITS = Limits(timeout_s=60, max_rows=200_000)
_TABLE_LIMITS = Limits(timeout_s=120, max_rows=5_000_000, max_result_mib=1024, memory_mib=2048)


@dataclass(frozen=True, kw_only=True)
class Original:
    """What is changed: the questions, their database, and its rows."""

    described: Dataset
    path: Path
    examples: tuple[Example, ...]
    database: Database
    schema: Schema
    tables: Tables


def original(path: Path, split: str) -> Original:
    """The questions of one part of a dataset, all over one database.

    Raises:
        InputError: there are none, or they are over several.
    """
    described = dataset(path)
    examples = tuple(e for e in described.examples() if split in ("all", e.split))
    databases = sorted({example.database for example in examples})
    if len(databases) != 1:
        raise InputError(
            f"{path} has questions about {len(databases)} databases in its part {split!r}",
            hint="name a dataset about one database, and one of its parts with --split",
        )
    database = database_of(described, databases[0])
    schema = schema_of(database)
    tables = {
        table.qualified_name: run_query(
            f"SELECT * FROM {quoted(table.name)}", database, _TABLE_LIMITS
        ).table
        for table in schema.tables
    }
    return Original(
        described=described,
        path=path,
        examples=examples,
        database=database,
        schema=schema,
        tables=tables,
    )


def change(
    path: Path, out: Path, *, split: str = "test", seed: int = 7, rename: bool, values: bool
) -> dict[str, Any]:
    """What was changed in the copy at ``out``: the document in its ``change.json``.

    Raises:
        InputError: nothing is to be changed, ``out`` is there already, or ``original`` says why.
    """
    if not (rename or values):
        raise InputError("nothing is to be changed", hint="give --rename, --values or both")
    if out.exists():
        raise InputError(f"{out} is there already", hint="name another folder")
    one = original(path, split)
    names = other_names(one.schema, random.Random(seed)) if rename else {}
    partial = out.with_name(f"{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        document = _written(one, names, seed, values, partial)
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return document


def _written(
    one: Original, names: NewNames, seed: int, values: bool, folder: Path
) -> dict[str, Any]:
    schema = under(one.schema, names) if names else one.schema
    name = one.examples[0].database
    file = folder / "databases" / f"{name}.duckdb"
    _build(file, schema, one, names, one.tables)
    write_text(file.with_name(f"{name}.notes.toml"), notes(schema))
    kept, left_out = _proven(one, names, locate(file))
    facts = other_values(one.schema, one.tables, seed) if values else None
    different = list[str]()
    if facts is not None:
        close_workers()  # they hold the file that is replaced
        _build(file, schema, one, names, facts.tables)
        kept, different = _over_other_values(one, kept, locate(file), left_out)
    kept = _checked(one, kept, file, folder, left_out)
    different = [example.id for example in kept if example.id in different]
    close_workers()
    document = {
        "dataset": str(one.path),
        "seed": seed,
        "questions": len(one.examples),
        "kept": len(kept),
        "unanswerable": sum(not example.gold for example in kept),
        "left_out": left_out,
        "result_differs": different,
        "names": {old: {"name": new[0], "columns": new[1]} for old, new in names.items()},
        "values": None if facts is None else _said(facts),
        "terms_left_out": len(one.schema.glossary) - len(schema.glossary),
    }
    write_json(folder / CHANGE, document)
    return document


def _said(facts: OtherValues) -> dict[str, Any]:
    return {"weeks_back": facts.weeks, "moved": facts.moved, "shifted": facts.shifted}


def _build(file: Path, schema: Schema, one: Original, names: NewNames, tables: Tables) -> None:
    """The database file with these rows, which are under the old names."""
    old_of = {
        new.qualified_name: old.qualified_name
        for old, new in zip(one.schema.tables, schema.tables, strict=True)
    }

    def parts() -> Iterator[tuple[str, pa.Table]]:
        for table in in_order(schema):
            old = old_of[table.qualified_name]
            _, columns = names.get(old, ("", {}))
            for part in _insertable(old, one.schema, tables[old]):
                new = [columns.get(column, column) for column in part.column_names]
                yield table.name, part.rename_columns(new)

    build_duckdb(file, ddl(schema), parts())


def _insertable(table: str, schema: Schema, rows: pa.Table) -> Iterator[pa.Table]:
    """The rows in their order, in parts that refer to rows of earlier parts of the table only.

    DuckDB looks a key up among the rows that were there before the statement.
    """
    own = [k for k in schema.foreign_keys if k.table == k.target_table == table and not k.noted]
    ends = [[rows.select(columns).to_pylist() for columns in _ends(key)] for key in own]
    start, since = 0, [set[tuple[object, ...]]() for _ in own]
    for place in range(len(rows)):
        here = [(tuple(a[place].values()), tuple(b[place].values())) for a, b in ends]
        if any(refers in new for (refers, _), new in zip(here, since, strict=True)):
            yield rows.slice(start, place - start)
            start, since = place, [set() for _ in own]
        for (_, target), new in zip(here, since, strict=True):
            new.add(target)
    yield rows.slice(start)


def _ends(key: ForeignKey) -> tuple[list[str], list[str]]:
    return list(key.columns), list(key.target_columns)


def _proven(one: Original, names: NewNames, copy: Database) -> tuple[list[Example], dict[str, str]]:
    """The examples whose golds return the same on the renamed copy; by id, why others do not."""
    kept, left_out = list[Example](), dict[str, str]()
    for example in one.examples:
        golds = [_rewritten(gold, one.schema, names) for gold in example.gold]
        if None in golds:
            left_out[example.id] = "a gold's names cannot be followed"
            continue
        new = replace(example, gold=tuple(gold for gold in golds if gold is not None))
        pairs = zip(example.gold, new.gold, strict=True)
        if all(_is_same(old, one.database, made, copy) for old, made in pairs):
            kept.append(new)
        else:
            left_out[example.id] = "a gold does not return the same rows on the renamed copy"
    return kept, left_out


def _rewritten(gold: str, schema: Schema, names: NewNames) -> str | None:
    """The gold under the new names in the usual order; none where that is not certain."""
    if not names:
        return gold
    try:
        found = renamed(gold, schema, names)
        return None if found is None else write_usual(hoist_joins(parse_query(found)), pretty=False)
    except SqlError:
        return None


def _is_same(one_sql: str, one: Database, other_sql: str, other: Database) -> bool:
    """Whether both run whole and say the same under the strict rule."""
    try:
        return same(one_sql, _rows(one_sql, one), _rows(other_sql, other), one)
    except SqlError:
        return False


def _rows(sql: str, database: Database) -> Result:
    found = run_query(sql, database, _GOLD_LIMITS)
    if found.truncated:
        raise SqlError("more rows than are compared", kind="too_large")
    return result_of(found.table)


def same(sql: str, one: Result, other: Result, database: Database) -> bool:
    """Whether two results say the same, rows with equal sort keys in any order.

    Args:
        sql: the query that gave the first one, on this database.
    """
    plainly = compare(one, other, STRICT, gold_sql=sql)
    if plainly.equal or plainly.reason != "wrong_order":
        return plainly.equal
    keys = tie_keys(sql, one, database.kind, lambda again: _rows(again, database))
    return keys is not None and compare(one, other, STRICT, gold_sql=sql, tie_keys=keys).equal


def _over_other_values(
    one: Original, kept: Sequence[Example], copy: Database, left_out: dict[str, str]
) -> tuple[list[Example], list[str]]:
    """The examples whose golds still find something; the ids of those that find something else."""
    old = {example.id: example for example in one.examples}
    still, different = list[Example](), list[str]()
    for example in kept:
        golds = old[example.id].gold
        try:
            before = [_rows(gold, one.database) for gold in golds]
            after = [_rows(gold, copy) for gold in example.gold]
        except SqlError as error:
            left_out[example.id] = f"a gold does not run on the changed copy: {error.message}"
            continue
        if any(_finds(was) and not _finds(now) for was, now in zip(before, after, strict=True)):
            left_out[example.id] = "a gold finds nothing on the changed copy"
            continue
        still.append(example)
        compared = zip(golds, before, after, strict=True)
        if golds and not any(same(sql, was, now, one.database) for sql, was, now in compared):
            different.append(example.id)
    return still, different


def _checked(
    one: Original,
    kept: list[Example],
    file: Path,
    folder: Path,
    left_out: dict[str, str],
) -> list[Example]:
    """The examples that are written: those with which `sqlft data check` finds no fault."""
    _write_dataset(one, kept, file, folder)
    report = check_datasets([dataset(folder)], jobs=1)
    faults = {f.id: f.rule for f in report.findings if f.severity == "error" and f.id}
    if not faults:
        return kept
    left_out |= {key: f"`sqlft data check` says {rule}" for key, rule in faults.items()}
    return _checked(one, [e for e in kept if e.id not in faults], file, folder, left_out)


def _finds(result: Result) -> bool:
    """Whether there is anything but zeros and NULLs."""
    return any(cell not in (None, 0) for row in result.rows for cell in row)


def _write_dataset(one: Original, kept: Sequence[Example], file: Path, folder: Path) -> None:
    write_examples(folder / "examples.jsonl", kept)
    counts = Counter(example.split or "" for example in kept)
    unanswerable = {"unanswerable": sum(not example.gold for example in kept)}
    described = Dataset(
        name=f"{one.described.name}-changed",
        examples_path=folder / "examples.jsonl",
        databases={kept[0].database: file} if kept else {},
        licence=one.described.licence,
        source=f"{one.described.name}, over a changed copy of its database",
        split=one.described.split,
        counts={"examples": len(kept), **{k: n for k, n in counts.items() if k}, **unanswerable},
    )
    write_manifest(folder, described)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--split", default="test", help="a part of the dataset, or all")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rename", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--values", action=argparse.BooleanOptionalAction, default=True)
    said = parser.parse_args(arguments)
    try:
        found = change(
            said.dataset,
            said.out,
            split=said.split,
            seed=said.seed,
            rename=said.rename,
            values=said.values,
        )
    except SqlftError as error:
        print(f"{error.message}{f' ({error.hint})' if error.hint else ''}", file=sys.stderr)
        return 1
    _show(found, said.out)
    return 0


def _show(found: dict[str, Any], out: Path) -> None:
    answerable = found["kept"] - found["unanswerable"]
    print(f"{out}: {found['kept']} of {found['questions']} questions kept,")
    print(f"  {answerable} with a gold and {found['unanswerable']} that cannot be answered")
    for reason, count in Counter(found["left_out"].values()).most_common():
        print(f"  left out {count}: {reason}")
    if found["names"]:
        tables = sum(old != new["name"] for old, new in found["names"].items())
        columns = sum(len(new["columns"]) for new in found["names"].values())
        print(f"  other names: {tables} tables, {columns} columns")
        print(f"  glossary terms whose SQL could not be followed: {found['terms_left_out']}")
    if found["values"] is not None:
        moved, shifted = (sum(map(len, found["values"][k].values())) for k in ("moved", "shifted"))
        weeks, different = found["values"]["weeks_back"], len(found["result_differs"])
        print(f"  other values: {moved} columns among rows; {shifted} dates {weeks} weeks back")
        print(f"  the gold's result is another one for {different} of {answerable}")


if __name__ == "__main__":
    sys.exit(main())
