"""One example: what it holds, and files of them as JSON lines."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sqlft.errors import InputError
from sqlft.files import whole_file

MAX_LINE_BYTES = 4 * 2**20


@dataclass(frozen=True, kw_only=True)
class Example:
    """A question over a database and the queries that answer it.

    Raises:
        InputError: at construction, where a value is of the wrong type or empty.
    """

    id: str
    database: str
    question: str
    gold: tuple[str, ...]
    """SQL, any one right; empty when the schema cannot answer."""
    evidence: str | None = None
    category: str | None = None
    hardness: str | None = None
    tags: tuple[str, ...] = ()
    source: str | None = None
    split: str | None = None

    def __post_init__(self) -> None:
        problem = next(filter(None, (_problem(f.name, getattr(self, f.name)) for f in _FIELDS)), "")
        if problem:
            raise InputError(problem)


_FIELDS = fields(Example)
_LISTS = ("gold", "tags")
_REQUIRED = ("id", "database", "question", "gold")


def _problem(name: str, value: object) -> str | None:
    if name in _LISTS:
        if not isinstance(value, tuple) or not all(isinstance(v, str) and v.strip() for v in value):
            return f"{name} must be a list of texts that are not empty"
    elif name in _REQUIRED:
        if not isinstance(value, str) or not value.strip():
            return f"{name} must be a text that is not empty"
    elif value is not None and not isinstance(value, str):
        return f"{name} must be a text"
    return None


def parse_example(line: str) -> Example:
    """The example of one JSON line.

    Raises:
        InputError: with the reason.

    >>> parse_example('{"id": "a-1", "database": "shop", "question": "how many?", "gold": []}').id
    'a-1'
    """
    try:
        document = json.loads(line, object_pairs_hook=_once)
    except RecursionError:
        raise InputError("not JSON: nested too deeply") from None
    except ValueError as error:
        raise InputError(f"not JSON: {error}") from None
    if not isinstance(document, dict):
        raise InputError("not a JSON object")
    check_keys(document, [f.name for f in _FIELDS])
    missing = [name for name in _REQUIRED if name not in document]
    if missing:
        raise InputError(f"missing {', '.join(missing)}")
    for name in _LISTS:
        if isinstance(document.get(name), list):
            document[name] = tuple(document[name])
    return Example(**document)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise InputError("a key stands twice in one object")
    return document


def check_keys(document: Mapping[str, object], known: list[str]) -> None:
    """Nothing; an InputError names a key that is not known, and the nearest that is."""
    for key in document:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(known)}"
            raise InputError(f"unknown key {key!r}", hint=hint)


def read_examples(path: Path) -> Iterator[Example]:
    """The examples of a file of JSON lines, one by one; empty lines are skipped.

    A million lines take under 200 MB.

    Raises:
        InputError: while reading, naming the line and the reason.
    """
    seen: set[int] = set()  # hashes: a million ids would take twice the memory
    for number, line in _lines(path):
        try:
            example = parse_example(line)
        except InputError as error:
            raise _at(path, number, error.message, hint=error.hint) from None
        if hash(example.id) in seen:
            raise _at(path, number, f"the id {example.id!r} stands on an earlier line, too")
        seen.add(hash(example.id))
        yield example


def _at(path: Path, number: int, reason: str, hint: str | None = None) -> InputError:
    return InputError(f"{path}, line {number}: {reason}", hint=hint)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines that are not empty, decoded."""
    try:
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(raw) > MAX_LINE_BYTES:
                    raise _at(path, number, f"longer than {MAX_LINE_BYTES // 2**20} MiB")
                text = _decoded(path, number, raw.removeprefix(b"\xef\xbb\xbf"))
                if not raw.endswith(b"\n") and text.strip() and not text.rstrip().endswith("}"):
                    raise _at(path, number, "the file ends in the middle of the line")
                if text.strip():
                    yield number, text
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


def _decoded(path: Path, number: int, raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 (byte {error.start + 1} of the line)"
        raise _at(path, number, reason, hint="save the file as UTF-8") from None


def write_examples(path: Path, examples: Iterable[Example]) -> int:
    """How many examples were written; the file appears complete or not at all."""
    count = 0
    with whole_file(path) as file:
        for example in examples:
            file.write(_json_line(example) + "\n")
            count += 1
    return count


def _json_line(example: Example) -> str:
    said = {k: v for k, v in asdict(example).items() if v not in (None, ()) or k in _REQUIRED}
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace").decode()
