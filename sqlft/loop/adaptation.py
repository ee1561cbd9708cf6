"""An adaptation before it begins: everything that it needs is read, and nothing is written."""

from __future__ import annotations

import re
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sqlft.config import Progress, home
from sqlft.config.adaptation import Adaptation
from sqlft.data.lengths import meter
from sqlft.data.places import schema_of
from sqlft.data.synth import Subject, subjects_of
from sqlft.errors import InputError
from sqlft.evaluate.run_folder import read_json, write_json
from sqlft.examples import Example
from sqlft.loop.own_pairs import own_pairs
from sqlft.model import known_models
from sqlft.model.adapter import adapter_folder, card_of
from sqlft.model.adapters import DEFAULT_ADAPTER, NO_ADAPTER, known_adapters
from sqlft.model.over import check_stands_alone
from sqlft.model.tokenizer import load_config
from sqlft.schema import Schema

LAYOUT = "sqlft"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ROOM_TOKENS = 512
"""What a question, its values and its answer may need behind the schema."""


@dataclass(frozen=True, kw_only=True)
class AdaptFolder:
    """What lies where; each part is there whole, as ``NAME.partial``, or not at all."""

    path: Path

    @property
    def plan(self) -> Path:
        """What was asked for; the first thing that is written."""
        return self.path / "plan.json"

    @property
    def synthetic(self) -> Path:
        """The pairs as they were made: a dataset."""
        return self.path / "synthetic"

    @property
    def checked(self) -> Path:
        """What passed the check: the datasets ``pairs``, ``own`` and ``own-test``."""
        return self.path / "checked"

    @property
    def parts(self) -> Path:
        """``pairs`` in the datasets ``train``, ``choose`` and ``test``."""
        return self.path / "parts"

    @property
    def training(self) -> Path:
        """The training's folder."""
        return self.path / "training"

    @property
    def adapter(self) -> Path:
        """What the training ended in."""
        return self.training / "adapter"

    @property
    def evaluation(self) -> Path:
        """The evaluation's folder."""
        return self.path / "evaluation"

    @property
    def taken(self) -> Path:
        """Whether ``sqlft ask`` is to take the adapter by itself; written once that is so."""
        return self.path / "taken.json"

    @property
    def report(self) -> Path:
        """The last thing that is written."""
        return self.path / "report.md"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An adaptation with all that it was given, read."""

    name: str
    options: Adaptation
    subject: Subject
    schema: Schema
    own: tuple[Example, ...]
    start: Path | None
    """The adapter to go on from."""
    schema_tokens: int
    """Of the schema as prompts show it."""

    @property
    def folder(self) -> AdaptFolder:
        """Where everything is put."""
        return AdaptFolder(path=adapted_folder(self.name))

    @property
    def installed(self) -> Path:
        """Where the adapter is found by ``sqlft ask``, if it is taken."""
        return home() / "adapters" / self.name

    def as_dict(self) -> dict[str, Any]:
        """What decides the outcome, JSON-able."""
        return {
            "database": self.subject.bundled or self.subject.place.location,
            "schema_digest": self.schema.digest,
            "start": None if self.start is None else str(self.start),
            "options": asdict(self.options),
        }


def adapted_folder(name: str) -> Path:
    """Where the adaptation of that name lies."""
    return home() / "runs" / "adapt" / name


def planned(
    database: str,
    options: Adaptation,
    *,
    name: str | None = None,
    progress: Progress | None = None,
) -> Plan:
    """The plan for a database; nothing is written.

    Args:
        name: of the adapter; none: the database's.

    Raises:
        InputError: the database or the pairs cannot be read, the schema is too long to be taught
            whole, or an adaptation or adapter has the name already.
        ModelError: the base's tokenizer cannot be read.
    """
    plan = _read(database, _from_anywhere(options), name, progress)
    if plan.folder.path.exists():
        done = plan.folder.report.is_file()
        again = f"sqlft adapt {database} --resume" + (f" --name {name}" if name else "")
        raise InputError(
            f"there is {'an' if done else 'an unfinished'} adaptation called {plan.name}",
            hint="give another --name" if done else f"{again}, or another --name",
        )
    if plan.installed.exists():
        raise InputError(f"there is an adapter called {plan.name}", hint="give another --name")
    return plan


def resumed(database: str, *, name: str | None = None, progress: Progress | None = None) -> Plan:
    """The plan of an adaptation that was interrupted.

    Raises:
        InputError: there is none, it is finished, or the database is no longer what it was.
    """
    subject = _subject(database, progress)
    folder = AdaptFolder(path=adapted_folder(name or subject.name))
    if folder.report.is_file():
        raise InputError(f"this adaptation is finished: see {folder.report}")
    if not folder.plan.is_file():
        raise InputError(
            f"there is no adaptation called {name or subject.name} to resume",
            hint=f"sqlft adapt {database}",
        )
    said = read_json(folder.plan)
    plan = _read(database, Adaptation(**said["options"]), name, progress)
    now = plan.as_dict()
    odd = [key for key in ("database", "schema_digest", "start") if now[key] != said[key]]
    if odd:
        raise InputError(
            f"the adaptation {plan.name} began with another {odd[0].replace('_', ' ')}",
            hint=f"remove {folder.path}, and begin anew",
        )
    return plan


def begin(plan: Plan) -> None:
    """Writes down what is to be done, so that it can be resumed.

    Raises:
        InputError: it cannot be written.
    """
    try:
        plan.folder.path.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(plan.folder.path / "pace", ignore_errors=True)
    except OSError as error:
        raise InputError(f"cannot write {plan.folder.path}: {error.strerror or error}") from None
    if not plan.folder.plan.is_file():
        write_json(plan.folder.plan, plan.as_dict())


def _read(database: str, options: Adaptation, name: str | None, progress: Progress | None) -> Plan:
    if options.model.startswith("endpoint:"):
        raise InputError(
            "a model behind an endpoint cannot be trained from here",
            hint="--model names one whose weights are on this machine",
        )
    subject = _subject(database, progress)
    schema = schema_of(subject.place)
    chosen = name or subject.name
    if not _NAME.fullmatch(chosen) or chosen == DEFAULT_ADAPTER:
        raise InputError(f"{chosen!r} is no name for an adapter", hint="give one with --name")
    return Plan(
        name=chosen,
        options=options,
        subject=subject,
        schema=schema,
        own=() if options.examples is None else own_pairs(Path(options.examples), subject),
        start=_start(options),
        schema_tokens=_schema_tokens(schema, options.model, progress),
    )


def _from_anywhere(options: Adaptation) -> Adaptation:
    """The options with whole paths: it may be resumed from another folder."""

    def whole(given: str | None) -> str | None:
        path = None if given is None else Path(given).expanduser()
        return given if path is None or not path.exists() else str(path.absolute())

    known = any(one.name == options.model for one in known_models())
    return replace(
        options,
        examples=whole(options.examples),
        start=whole(options.start),
        model=options.model if known else whole(options.model) or options.model,
    )


def _subject(database: str, progress: Progress | None) -> Subject:
    found = subjects_of([database], progress=progress)
    if len(found) > 1:
        raise InputError(
            f"{database} holds {len(found)} databases", hint="an adapter is for one: name its file"
        )
    return found[0]


def _start(options: Adaptation) -> Path | None:
    """The adapter to go on from: the one that is named, else the general one of this base."""
    if options.start == NO_ADAPTER:
        return None
    if options.start is not None:
        folder = adapter_folder(options.start).absolute()
        check_stands_alone(folder)
        return folder
    general = known_adapters().get(DEFAULT_ADAPTER)
    if general is None:
        return None
    card = card_of(general)
    fits = card.get("base") == options.model and card.get("layout") == LAYOUT
    return general if fits else None


def _schema_tokens(schema: Schema, model: str, progress: Progress | None) -> int:
    """Tokens of the schema's text.

    Raises:
        InputError: the model cannot read it whole.
    """
    found = meter(model, layout_name=LAYOUT, progress=progress)
    tokens = found.count(found.layout.schema_text(schema))
    config = load_config(model, progress=progress).get_text_config()
    context = getattr(config, "max_position_embeddings", None)
    if context is not None and tokens + _ROOM_TOKENS > context:
        raise InputError(
            f"the schema takes {tokens:,} tokens, and {model} reads {context:,} at most",
            hint="adapt a database with fewer tables, such as one of views of what is asked about",
        )
    return tokens
