"""Corrections as a dataset: checked training examples, and pairs of better and worse SQL."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlft.compare import STRICT, compare, result_of
from sqlft.config import Limits
from sqlft.database import Database
from sqlft.errors import InputError, SqlError, SqlftError
from sqlft.examples import Dataset, Example, write_examples, write_manifest
from sqlft.execute import run_query
from sqlft.feedback.correction import Correction
from sqlft.feedback.preferences import Preference, preference
from sqlft.schema import Schema, bundled_names, notes_path, open_database, read_schema
from sqlft.sql import check_sql

PAIRS_FILE = "preferences.jsonl"
_LIMITS = Limits(max_rows=200_000)


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A correction that became no example, and why."""

    id: str
    question: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What became of the corrections.

    ``pairs`` counts lines of ``preferences.jsonl``; ``used`` are the ids behind the examples.
    """

    examples: int
    pairs: int
    used: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A database of the corrections, under its name in the dataset."""

    name: str
    database: Database
    schema: Schema
    bundled: bool


def export_corrections(found: Sequence[Correction], out: Path) -> Exported:
    """What became of the corrections, once the dataset folder ``out`` is there, complete.

    Of several judgements of one question over one database the last one counts. SQL becomes a gold
    only if it passes the check against the schema as it is now, runs, and gives a row; a refusal
    that was called right becomes a question without an answer. A pair is the right SQL and the
    wrong one where their results differ (rule ``strict``) or the wrong one fails. Database files
    are copied into ``out``, so that the dataset stands by itself.

    Raises:
        InputError: ``out`` is there already or cannot be written, or no correction can be used.
    """
    if out.exists():
        raise InputError(f"{out} is there already", hint="name a folder that is not there yet")
    left: list[LeftOut] = []
    last = _last_words(found, left)
    places = _places(last, left)
    examples: list[Example] = []
    pairs: list[Preference] = []
    for correction in last:
        place = places.get(correction.database)
        if place is None:
            continue
        try:
            example = _example(correction, place)
        except SqlftError as error:
            left.append(_left(correction, error.message))
            continue
        examples.append(example)
        pairs += _pairs(example, correction, found, place)
    if not examples:
        reason = f": {left[0].question!r}: {left[0].reason}" if left else ""
        raise InputError(
            f"no correction can become an example{reason}",
            hint="judge answers in the app first (`sqlft app`)",
        )
    _write(out, examples, pairs, places)
    return Exported(
        examples=len(examples),
        pairs=len(pairs),
        used=tuple(example.id.removeprefix("feedback-") for example in examples),
        left_out=tuple(left),
    )


def _last_words(found: Iterable[Correction], left: list[LeftOut]) -> list[Correction]:
    """The last judgement of each question that says what is right."""
    last: dict[tuple[str, str], Correction] = {}
    for correction in found:
        key = (correction.database, correction.question.casefold())
        before = last.pop(key, None)
        if before is not None and correction.judged == "wrong" and before.judged == "corrected":
            correction, before = before, correction  # a thumb down does not take back one's own SQL
        if before is not None:
            left.append(_left(before, "judged again later"))
        last[key] = correction
    for correction in [c for c in last.values() if c.judged == "wrong"]:
        left.append(_left(correction, "wrong, and nobody wrote the right SQL yet"))
        del last[correction.database, correction.question.casefold()]
    return list(last.values())


def _places(last: Sequence[Correction], left: list[LeftOut]) -> dict[str, _Place]:
    """The databases that can be read, by how corrections call them."""
    places: dict[str, _Place] = {}
    for name in dict.fromkeys(correction.database for correction in last):
        try:
            if "://" in name:
                raise InputError("its database is a server, which no dataset can hold")
            database = open_database(name)
            schema = read_schema(database, notes=notes_path(database))
        except SqlftError as error:
            left += [_left(c, error.message) for c in last if c.database == name]
            continue
        taken = {place.name for place in places.values()}
        bundled = name in bundled_names()
        shown, number = database.name, 2
        while shown in taken or (not bundled and shown in bundled_names()):
            shown, number = f"{database.name}-{number}", number + 1
        places[name] = _Place(name=shown, database=database, schema=schema, bundled=bundled)
    return places


def _example(correction: Correction, place: _Place) -> Example:
    """The example that a correction makes.

    Raises:
        SqlError, InputError: its SQL does not pass the check, fails, or gives nothing.
    """
    sql = correction.right_sql if correction.judged == "corrected" else correction.sql
    if correction.judged == "right" and correction.outcome == "refused":
        gold: tuple[str, ...] = ()
    else:
        if sql is None or (correction.judged == "right" and correction.outcome != "answered"):
            raise InputError("there is no SQL that could be right")
        _check(sql, place)
        gold = (sql,)
    return Example(
        id=f"feedback-{correction.id}",
        database=place.name,
        question=correction.question,
        gold=gold,
        source="feedback",
        tags=(correction.judged,),
    )


def _check(sql: str, place: _Place) -> None:
    error = check_sql(sql, place.schema, place.database.kind).error()
    if error is not None:
        raise error
    if not run_query(sql, place.database, _LIMITS).table.num_rows:
        raise InputError("its SQL gives no row, which shows nothing")


def _pairs(
    example: Example, correction: Correction, found: Sequence[Correction], place: _Place
) -> list[Preference]:
    """The right SQL against every different one that was called wrong for the same question."""
    if not example.gold:
        return []
    same = (correction.database, correction.question.casefold())
    wrong = [
        other.sql
        for other in found
        if (other.database, other.question.casefold()) == same
        and other.judged in ("wrong", "corrected")
        and other.sql is not None
    ]
    return [
        {
            "id": f"{example.id}-{number}",
            "database": place.name,
            "question": example.question,
            "right_sql": example.gold[0],
            "wrong_sql": sql,
            **preference(
                example.question,
                right_sql=example.gold[0],
                wrong_sql=sql,
                database=place.database,
                schema=place.schema,
                layout_name=correction.layout,
            ),
        }
        for number, sql in enumerate(dict.fromkeys(wrong), 1)
        if _differs(example.gold[0], sql, place)
    ]


def _differs(right: str, wrong: str, place: _Place) -> bool:
    gold = result_of(run_query(right, place.database, _LIMITS).table)
    try:
        other = result_of(run_query(wrong, place.database, _LIMITS).table)
    except SqlError:
        return True
    return not compare(gold, other, STRICT, gold_sql=right).equal


def _write(
    out: Path,
    examples: Sequence[Example],
    pairs: Sequence[Preference],
    places: dict[str, _Place],
) -> None:
    partial = out.with_name(f"{out.name}.partial")
    used = [p for p in places.values() if any(e.database == p.name for e in examples)]
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        databases: dict[str, str | Path] = {}
        for place in used:
            databases[place.name] = place.name if place.bundled else _copied(place, partial)
        write_examples(partial / "examples.jsonl", examples)
        if pairs:
            lines = "".join(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs)
            (partial / PAIRS_FILE).write_text(lines, encoding="utf-8")
        described = Dataset(
            name=out.name,
            examples_path=partial / "examples.jsonl",
            databases=databases,
            source="corrections by people, from the app",
            counts={"examples": len(examples), "pairs": len(pairs)},
        )
        write_manifest(partial, described)
        partial.rename(out)
    except OSError as error:
        raise InputError(f"{out} could not be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _copied(place: _Place, folder: Path) -> Path:
    """The database file, with its notes beside it, inside the dataset."""
    target = folder / "databases" / f"{place.name}.{place.database.kind}"
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(place.database.location, target)
    notes = notes_path(place.database)
    if notes is not None:
        shutil.copyfile(notes, target.with_name(f"{place.name}.notes.toml"))
    return target


def _left(correction: Correction, reason: str) -> LeftOut:
    return LeftOut(id=correction.id, question=correction.question, reason=reason)
