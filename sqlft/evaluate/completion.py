"""What a model wrote, kept as it came: one JSON line for each prompt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from sqlft.errors import InputError
from sqlft.model import Reply
from sqlft.prompt import Prompt


@dataclass(frozen=True, kw_only=True)
class Completion:
    """The replies to one prompt, or why there are none."""

    id: str
    """The question's."""
    step: int
    """1 for the first prompt of a question; strategies may have a second."""
    prompt: str
    """The prompt's digest."""
    replies: tuple[Reply, ...] = ()
    error: str | None = None
    seconds: float = 0.0
    """Of the writing; of prompts that were written together, an equal share."""
    together: int = 1
    """Prompts that were written together."""


def prompt_digest(prompt: Prompt) -> str:
    """16 hex digits over everything that the model is shown."""
    seen = [
        [
            [message.role, [[s.text, s.trusted, s.shared] for s in message.segments]]
            for message in prompt.messages
        ],
        prompt.answer_start,
        prompt.stop,
        prompt.chat_template,
    ]
    text = json.dumps(seen, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def write_completions(file: TextIO, found: Iterable[Completion]) -> None:
    """Appends lines; they are on the disk when this returns."""
    import os

    for one in found:
        file.write(json.dumps(_document(one), ensure_ascii=False, separators=(",", ":")) + "\n")
    file.flush()
    os.fsync(file.fileno())


def _document(one: Completion) -> dict[str, Any]:
    document = {key: value for key, value in asdict(one).items() if value not in (None, ())}
    document["seconds"] = round(one.seconds, 4)
    document["replies"] = [
        {key: value for key, value in asdict(reply).items() if value is not None}
        for reply in one.replies
    ]
    return document


def read_completions(path: Path) -> dict[tuple[str, int], Completion]:
    """By question and step, the last that was written; none where the file is not there yet.

    A last line that was cut off as it was written is left out, as if it had never begun.

    Raises:
        InputError: any other line cannot be read.
    """
    return {(one.id, one.step): one for one in _lines(path)}


def _lines(path: Path) -> Iterator[Completion]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    *whole, _cut = raw.split(b"\n")
    for number, line in enumerate(whole, 1):
        try:
            document = json.loads(line)
            replies = tuple(Reply(**reply) for reply in document.pop("replies"))
            yield Completion(replies=replies, **document)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InputError(
                f"{path}, line {number} cannot be read",
                hint="remove the run's folder and start again",
            ) from None


def cut_unfinished(path: Path) -> None:
    """Removes a last line without an end, so that what is appended begins on its own line."""
    if not path.is_file():
        return
    raw = path.read_bytes()
    whole = raw.rfind(b"\n") + 1
    if whole < len(raw):
        with path.open("r+b") as file:
            file.truncate(whole)
