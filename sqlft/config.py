"""Every option once: name, type, default, bounds and help."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

from sqlft.errors import InputError, printable

DEFAULT_MODEL = "smollm2-135m"

Progress = Callable[[str, float | None], None]
"""Told what is being done, and which share of it (0 to 1) is done where that is known."""


def option(
    default: Any,
    *,
    help: str,
    at_least: float | None = None,
    at_most: float | None = None,
    choices: tuple[str, ...] | None = None,
) -> Any:
    """A dataclass field that carries its own help and bounds; the command line is made from it."""
    metadata = {"help": help, "at_least": at_least, "at_most": at_most, "choices": choices}
    return field(default=default, metadata=metadata)


def flag(name: str) -> str:
    """The command-line flag of an option: its name without the unit of time.

    >>> flag("timeout_s"), flag("max_rows")
    ('--timeout', '--max-rows')
    """
    return "--" + name.removesuffix("_s").replace("_", "-")


def check_type(name: str, value: object, kinds: Any, words: str) -> None:
    """Nothing, where the value is of one of the types.

    Args:
        name: the argument, as its caller wrote it.
        kinds: what ``isinstance`` takes.
        words: what the argument must be, in words.

    Raises:
        InputError: it is of another type.

    >>> check_type("question", None, str, "text")
    Traceback (most recent call last):
    sqlft.errors.InputError: question must be text, not None
    """
    if not isinstance(value, kinds):
        raise InputError(f"{name} must be {words}, not {printable(repr(value), at_most=60)}")


_WORDS = {int: "a whole number", float: "a number", str: "text", str | None: "text or None"}


def _fits(value: Any, kind: Any) -> bool:
    if kind in (int, float):  # True is an int to Python, and to nobody who sets a limit
        return isinstance(value, int | kind) and not isinstance(value, bool)
    return isinstance(value, kind)


def _problem(name: str, value: Any, kind: Any, metadata: Any) -> str | None:
    shown = f"{name} ({flag(name)})"
    if not _fits(value, kind):
        return f"{shown} must be {_WORDS[kind]}, not {printable(repr(value), at_most=60)}"
    choices, low, high = (metadata.get(key) for key in ("choices", "at_least", "at_most"))
    if choices is not None and value not in choices:
        return f"{shown} must be one of {', '.join(choices)}, not {value!r}"
    if low is not None and not value >= low:  # "not >=" also catches NaN
        return f"{shown} must be at least {low:g}, not {value!r}"
    if high is not None and not value <= high:
        return f"{shown} must be at most {high:g}, not {value!r}"
    return None


@dataclass(frozen=True, kw_only=True)
class Options:
    """A group of options that checks itself: all problems are reported together.

    Raises:
        InputError: at construction, naming every option of a wrong type or out of bounds.
    """

    def __post_init__(self) -> None:
        kinds = get_type_hints(type(self))
        found = [
            _problem(f.name, getattr(self, f.name), kinds[f.name], f.metadata) for f in fields(self)
        ]
        problems = [problem for problem in found if problem is not None]
        if problems:
            raise InputError("; ".join(problems))


@dataclass(frozen=True, kw_only=True)
class Limits(Options):
    """What one query may use. Times in seconds, sizes in MiB (2**20 bytes), results in rows.

    Args:
        timeout_s: seconds a query may run.
        memory_mib: MiB of memory a query may use.
        max_rows: rows fetched at most; an answer says when there were more.
        max_result_mib: MiB of result fetched at most.

    >>> Limits(timeout_s=2).max_rows
    1000
    >>> Limits(timeout_s=0)
    Traceback (most recent call last):
    sqlft.errors.InputError: timeout_s (--timeout) must be at least 0.01, not 0
    """

    timeout_s: float = option(10.0, help="Seconds a query may run.", at_least=0.01, at_most=3600)
    memory_mib: int = option(1024, help="MiB of memory a query may use.", at_least=64)
    max_rows: int = option(1000, help="Rows fetched at most.", at_least=1)
    max_result_mib: int = option(64, help="MiB of result fetched at most.", at_least=1)


@dataclass(frozen=True, kw_only=True)
class Decoding(Options):
    """How a model writes one answer.

    Args:
        max_output_tokens: tokens written at most.
        candidates: answers written for one question; the first that passes the check is run.
        temperature: 0 is greedy; above it, answers are sampled.
        seed: seed of every random draw.
        write_timeout_s: seconds the model may write.

    >>> Decoding(candidates=3, temperature=0.8).max_output_tokens
    256
    """

    max_output_tokens: int = option(256, help="Tokens written at most.", at_least=1, at_most=8192)
    candidates: int = option(1, help="Answers written for one question.", at_least=1, at_most=64)
    temperature: float = option(
        0.0, help="0 is greedy; above it, answers are sampled.", at_least=0.0, at_most=5.0
    )
    seed: int = option(0, help="Seed of every random draw.", at_least=0)
    write_timeout_s: float = option(120.0, help="Seconds the model may write.", at_least=0.01)


@dataclass(frozen=True, kw_only=True)
class ModelChoice(Options):
    """Which model writes the SQL, and how it is loaded."""

    model: str = option(
        DEFAULT_MODEL,
        help="A known model's name, a Hugging Face id, a local folder, or endpoint:MODEL@URL.",
    )
    adapter: str | None = option(None, help="A PEFT adapter folder.")
    layout: str | None = option(None, help="The prompt layout; default: the one that fits.")
    device: str = option("auto", help="Where it runs.", choices=("auto", "cpu", "cuda"))
    quantize: str = option(
        "none", help="4-bit NF4 weights through bitsandbytes.", choices=("none", "nf4")
    )
    api_key_variable: str | None = option(
        None,
        help="Environment variable with an endpoint's key; default: OPENAI_API_KEY, and none for "
        "a server on this machine.",
    )


def home() -> Path:
    """The folder that everything sqlft writes lies under: SQLFT_HOME, or the user data folder."""
    chosen = os.environ.get("SQLFT_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("sqlft", appauthor=False))


def bundled(folder: str) -> Path:
    """The folder of data files that come with sqlft, in a checkout and in a wheel alike.

    Args:
        folder: "schemas" or "app".
    """
    package = Path(__file__).resolve().parent
    packaged = package / f"_{folder}"
    return packaged if packaged.is_dir() else package.parent / folder
