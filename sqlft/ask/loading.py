"""Makes an assistant: a database, its notes, and what writes the SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlft.ask.assistant import Assistant
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

    Args:
        database: a bundled schema's name, a DuckDB or SQLite file, or a SQLAlchemy URL.
        model: a known model's name, a Hugging Face causal LM id, a local folder, or
            ``endpoint:MODEL@URL``.
        adapter: a PEFT adapter folder.
        layout: the prompt layout; by default the adapter's, else one that fits the model.
        device: auto, cpu or cuda.
        quantize: none or nf4.
        api_key_variable: the environment variable that holds an endpoint's key.
        notes: a notes.toml; by default the one beside the database, ``NAME.notes.toml`` before
            ``notes.toml``.
        generator: writes the SQL instead of a model that is loaded here; ``model`` and the five
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
    value_index(place, read_schema(place, notes=notes), progress=progress)
    return Assistant(
        database=place,
        generator=generator or _local_generator(choice, progress),
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


def _local_generator(choice: ModelChoice, progress: Progress | None) -> Generator:
    if choice.model.startswith("endpoint:"):
        from sqlft.model import EndpointGenerator

        return EndpointGenerator(choice)
    # Imported here: torch and transformers take seconds, and a given generator needs neither.
    from sqlft.generate import LocalGenerator
    from sqlft.model import load_model

    return LocalGenerator(load_model(choice, progress=progress))
