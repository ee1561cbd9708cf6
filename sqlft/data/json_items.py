"""The objects of a JSON array, read one by one from a file of any size."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlft.errors import InputError

_CHUNK_BYTES = 1 << 20
_ITEM_CHARACTERS_MOST = 4 << 20
_SPACE = " \t\r\n"


def json_items(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The line on which each object begins, and the object.

    Raises:
        InputError: while reading, naming the line: not UTF-8, not JSON, cut short, not an array
            of objects.
    """
    try:
        with path.open("rb") as file:
            yield from _Items(path, iter(lambda: file.read(_CHUNK_BYTES), b"")).read()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


class _Items:
    def __init__(self, path: Path, chunks: Iterator[bytes]) -> None:
        self._path, self._chunks = path, chunks
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("strict").decode
        self._text, self._at, self._line, self._ended = "", 0, 1, False

    def read(self) -> Iterator[tuple[int, dict[str, Any]]]:
        if self._next() != "[":
            raise self._wrong("not a JSON array: it must begin with [")
        self._step(1)
        first = True
        while (mark := self._next()) != "]":
            if not first:
                if mark != ",":
                    raise self._wrong("a comma or ] is missing" if mark else "the file ends early")
                self._step(1)
                mark = self._next()
            if not mark:
                raise self._wrong("the file ends early")
            if mark != "{":
                raise self._wrong("not a JSON object")
            yield self._line, self._object()
            first = False
        self._step(1)
        if self._next():
            raise self._wrong("something follows the end of the array")

    def _object(self) -> dict[str, Any]:
        while True:
            try:
                found, end = json.JSONDecoder().raw_decode(self._text, self._at)
            except RecursionError:
                raise self._wrong("nested too deeply") from None
            except ValueError as error:
                if self._ended or len(self._text) - self._at > _ITEM_CHARACTERS_MOST:
                    self._step(getattr(error, "pos", self._at) - self._at)
                    early = self._ended and not self._text[self._at :].strip(_SPACE + '"')
                    said = "the file ends early" if early else f"not JSON: {error.args[0]}"
                    raise self._wrong(said.split(": line ")[0]) from None
                self._more()
                continue
            assert isinstance(found, dict)
            self._step(end - self._at)
            return found

    def _next(self) -> str:
        """The next character that is no space, or nothing at the end."""
        while True:
            rest = self._text[self._at : self._at + 4096]
            spaces = len(rest) - len(rest.lstrip(_SPACE))
            self._step(spaces)
            if spaces < len(rest):
                return self._text[self._at]
            if self._at >= len(self._text):
                if self._ended:
                    return ""
                self._more()

    def _step(self, count: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + count)
        self._at += count

    def _more(self) -> None:
        raw = next(self._chunks, b"")
        self._ended = not raw
        try:
            text = self._decode(raw, self._ended)
        except UnicodeDecodeError as error:
            lines = self._text.count("\n", self._at) + raw[: error.start].count(b"\n")
            self._line += lines
            raise self._wrong("not UTF-8; save the file as UTF-8") from None
        self._text, self._at = self._text[self._at :] + text, 0

    def _wrong(self, reason: str) -> InputError:
        return InputError(f"{self._path}, line {self._line}: {reason}")
