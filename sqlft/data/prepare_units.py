"""What one process does of a preparation: a database made, or some pairs settled, each a file."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path

from sqlft.data.gold import Reason, Settled, settle
from sqlft.data.pairs import Pair, pair_of
from sqlft.data.sqlite_to_duckdb import convert
from sqlft.data.unfinished import write_whole
from sqlft.database import Database, locate
from sqlft.errors import InputError
from sqlft.examples import Example
from sqlft.schema import ForeignKey, Schema, open_database, read_schema


@dataclass(frozen=True, kw_only=True)
class DatabaseFacts:
    """What became of one database, as ``databases.jsonl`` tells it."""

    name: str
    schema: str | None = None
    """A bundled schema's name; then there is no file."""
    reason: Reason | None = None
    """Why it is not there."""
    detail: str = ""
    rows: int | None = None
    digest: str | None = None
    repairs: dict[str, str] = field(default_factory=dict)
    loose_keys: tuple[str, ...] = ()


def file_of(folder: Path, name: str) -> Path:
    """Where a dataset's folder keeps a database."""
    return folder / "databases" / f"{name}.duckdb"


def make_database(
    name: str, place: str | Path, keys: tuple[ForeignKey, ...], folder: Path, facts: Path
) -> None:
    """Nothing, once the database lies in the dataset's folder and ``facts`` says what became of it.

    Raises:
        InputError: the folder cannot be written.
    """
    if isinstance(place, str):
        open_database(place)  # built now, so that no two processes do
        found = DatabaseFacts(name=name, schema=place)
    elif not place.is_file():
        found = DatabaseFacts(name=name, reason="no_database", detail=f"no file {place.name}")
    else:
        found = _made(name, place, keys, file_of(folder, name))
    write_whole(facts, json.dumps(asdict(found), ensure_ascii=False) + "\n")


def _made(name: str, place: Path, keys: tuple[ForeignKey, ...], target: Path) -> DatabaseFacts:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source = locate(place)
        if source.kind == "duckdb":
            read_schema(source, samples_per_column=0)
            partial = target.with_name(f"{target.name}.partial")
            shutil.copyfile(place, partial)
            partial.replace(target)
            return DatabaseFacts(name=name)
        made = convert(source, target, keys)
    except InputError as error:
        if target.parent.is_dir() and os.access(target.parent, os.W_OK):
            return DatabaseFacts(name=name, reason="broken_database", detail=error.message)
        raise
    return DatabaseFacts(
        name=name,
        rows=made.rows,
        digest=made.digest,
        repairs=made.repairs,
        loose_keys=made.loose_keys,
    )


def read_facts(path: Path) -> DatabaseFacts:
    """The facts that ``make_database`` wrote."""
    said = json.loads(path.read_text(encoding="utf-8"))
    return DatabaseFacts(**{**said, "loose_keys": tuple(said["loose_keys"])})


def settle_pairs(
    task: Path, place: str | Path, facts: DatabaseFacts, folder: Path, outcomes: Path
) -> None:
    """Nothing, once ``outcomes`` holds a line for each pair of ``task``: kept or dropped."""
    with task.open(encoding="utf-8") as file:
        lines = [_outcome(pair_of(line), place, facts, folder) for line in file]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    write_whole(outcomes, text.encode("utf-8", "replace").decode())


def _outcome(
    pair: Pair, place: str | Path, facts: DatabaseFacts, folder: Path
) -> dict[str, object]:
    settled = tuple(_settled(pair, place, facts, folder))
    failed = next((s for s in settled if s.reason is not None), None)
    if failed is not None:
        dropped = {
            "id": pair.id,
            "database": pair.database,
            "question": pair.question,
            "gold": pair.gold,
            "reason": failed.reason,
            "detail": failed.detail,
            "gold_rows": failed.gold_rows,
        }
        return {"dropped": dropped}
    example = Example(
        id=pair.id,
        database=pair.database,
        question=pair.question,
        gold=tuple(dict.fromkeys(s.gold_sql for s in settled)),
        evidence=pair.evidence,
        hardness=pair.hardness,
        tags=tuple(sorted({tag for s in settled for tag in s.tags})),
        source=pair.source,
    )
    return {"kept": asdict(example)}


def _settled(
    pair: Pair, place: str | Path, facts: DatabaseFacts, folder: Path
) -> Iterator[Settled]:
    if facts.reason is not None:
        yield Settled(reason=facts.reason, detail=facts.detail)
        return
    for sql in pair.gold:
        try:
            yield _settled_once(sql, str(place), facts.schema, file_of(folder, facts.name))
        except InputError as error:
            yield Settled(reason="broken_database", detail=error.message)


@lru_cache(maxsize=1000)
def _settled_once(sql: str, place: str, bundled: str | None, path: Path) -> Settled:
    """One gold may answer several questions."""
    if bundled is not None:
        database = open_database(bundled)
        return settle(sql, database, database, _schema(database))
    target = locate(path)
    return settle(sql, locate(Path(place)), target, _schema(target))


def _schema(database: Database) -> Schema:
    return read_schema(database, samples_per_column=0)
