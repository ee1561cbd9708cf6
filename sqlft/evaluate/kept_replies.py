"""Replies of endpoints, kept on disk: the same request is paid for once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlft.config import Decoding, home
from sqlft.evaluate.completion import prompt_digest
from sqlft.evaluate.run_folder import write_text
from sqlft.evaluate.writing import Writer, Written
from sqlft.model import Reply
from sqlft.prompt import Prompt


def kept_folder() -> Path:
    """Where replies of endpoints are kept; removing it is safe."""
    return home() / "cache" / "endpoints"


def keeping(writer: Writer, name: str, folder: Path) -> Writer:
    """The writer, asked only for what it has not said yet.

    What is kept is found by the model's name and address, the prompt and how it is to be answered.
    Failures, and replies that a time limit cut off, are not kept. A kept reply has the seconds that
    it took when it was written.

    Args:
        name: the model and its address.
    """

    def write(prompts: Sequence[Prompt], decoding: Decoding) -> list[Written]:
        paths = [_path(folder, name, prompt, decoding) for prompt in prompts]
        found = [_read(path) for path in paths]
        missing = [place for place, one in enumerate(found) if one is None]
        written = writer([prompts[place] for place in missing], decoding) if missing else []
        for place, one in zip(missing, written, strict=True):
            found[place] = one
            if one.error is None and all(r.finish in ("stop", "length") for r in one.replies):
                _keep(paths[place], one)
        return [one for one in found if one is not None]

    return write


def _path(folder: Path, name: str, prompt: Prompt, decoding: Decoding) -> Path:
    how = {key: value for key, value in asdict(decoding).items() if key != "write_timeout_s"}
    asked = json.dumps([name, prompt_digest(prompt), prompt.layout, how], sort_keys=True)
    digest = hashlib.sha256(asked.encode()).hexdigest()
    return folder / digest[:2] / f"{digest}.json"


def _read(path: Path) -> Written | None:
    """What is kept; a damaged file is as none, and is written anew."""
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        replies = tuple(Reply(**reply) for reply in document["replies"])
        return Written(replies=replies, seconds=float(document["seconds"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _keep(path: Path, one: Written) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    replies = [asdict(reply) for reply in one.replies]
    write_text(path, json.dumps({"replies": replies, "seconds": one.seconds}))
