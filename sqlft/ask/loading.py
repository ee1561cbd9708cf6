"""Makes an assistant: a database, its notes, and what writes the SQL."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlft.ask.assistant import Assistant
from sqlft.ask.writer import Writer, writers
from sqlft.config import DEFAULT_MODEL, Decoding, Limits, ModelChoice, Progress, check_type
from sqlft.database import Database
from sqlft.errors import InputError
from sqlft.model import Generator
from sqlft.schema import notes_path, read_schema, value_index
from sqlft.schema.reading import notes_file, opened


def load(
    database: str | Path | Database,
    *,
    model: str | Path = DEFAULT_MODEL,
    adapter: str | Path | None = None,
    adapters: Mapping[str, str | Path] | None = None,
    layout: str | None = None,
    device: str = "auto",
    quantize: str = "none",
    api_key_variable: str | None = None,
    notes: str | Path | None = None,
    generator: Generator | None = None,
    limits: Limits | None = None,
    decoding: Decoding | None = None,
    progress: Progress | None = None,
) -> Assistant:
    """An assistant for one database.

    The default model, then one that is trained for this database::

        sqlft.load("shop.duckdb").ask("How many orders?").rows
        sqlft.load("shop.duckdb", model="smollm2-135m", adapter="runs/shop")

    Several adapters over one model in memory::

        assistant = sqlft.load("shop.duckdb", adapters={"shop": "runs/shop", "old": "runs/old"})
        assistant.ask("How many orders?", adapter="shop")

    Args:
        database: a bundled schema's name, a DuckDB or SQLite file, or a SQLAlchemy URL.
        model: a known model's name, a Hugging Face causal LM id, a local folder, or
            ``endpoint:MODEL@URL``.
        adapter: a PEFT adapter folder, a known adapter's name, one of ``adapters``, or ``none``.
            By default the model gets, of its adapters that come with sqlft or lie under
            SQLFT_HOME, the one whose card names this schema, else the one named ``default``.
        adapters: by any name, further adapters of the same model, for ``ask`` to choose from.
        layout: the prompt layout; by default the adapter's, else one that fits the model.
        device: auto, cpu or cuda.
        quantize: none or nf4.
        api_key_variable: the environment variable that holds an endpoint's key.
        notes: a notes.toml; by default the one beside the database, ``NAME.notes.toml`` before
            ``notes.toml``.
        generator: writes the SQL instead of a model that is loaded here; ``model`` and the six
            options after it are not used then.
        limits: seconds, memory, rows and size of result of one query; by default ``Limits()``.
        decoding: tokens, candidates and randomness of one answer; by default ``Decoding()``.
        progress: told what is being done, and which share of it (0 to 1) where that is known.

    Raises:
        InputError: the database or the notes cannot be read, or an argument is of a wrong type or
            out of bounds.
        ModelError: the model cannot be loaded.
    """
    choice = ModelChoice(
        model=_as_text(model),
        adapter=_as_text(adapter),
        layout=layout,
        device=device,
        quantize=quantize,
        api_key_variable=api_key_variable,
    )
    check_type("adapters", adapters, Mapping | None, "a mapping from names to folders")
    named = {name: str(_as_text(path)) for name, path in (adapters or {}).items()}
    limits = Limits() if limits is None else limits
    decoding = Decoding() if decoding is None else decoding
    check_type("limits", limits, Limits, "a sqlft.Limits")
    check_type("decoding", decoding, Decoding, "a sqlft.Decoding")
    if generator is not None:
        _check_generator(generator)
    place = opened(database, progress=progress)
    notes = notes_file(notes) or notes_path(place)
    # What is wrong with the database is said before a model loads, and the first question does not
    # wait for the index of its values.
    schema = read_schema(place, notes=notes)
    value_index(place, schema, progress=progress)
    if generator is not None:
        writer, others = Writer(generator=generator), dict[str, Writer]()
    else:
        writer, others = writers(choice, schema, named, progress)
    return Assistant(
        database=place,
        generator=writer.generator,
        calibration=writer.calibration,
        adapters=others,
        notes=notes,
        limits=limits,
        decoding=decoding,
    )


def _as_text(given: Any) -> Any:
    """A folder's path as text; everything else as it is, for the options to judge."""
    return str(given) if isinstance(given, Path) else given


def _check_generator(generator: object) -> None:
    for name in ("generate", "name", "adapter", "layout"):  # what the Generator protocol asks for
        if not hasattr(generator, name):
            raise InputError(
                f"generator has no {name!r}: {type(generator).__name__} is no writer of SQL",
                hint="sqlft.FixedGenerator is the smallest one; leave it out to load a model",
            )
