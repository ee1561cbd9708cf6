"""What an option is: a dataclass field with a type, bounds and help, and groups that check them."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, ClassVar, get_type_hints

from sqlft.errors import InputError, printable

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


_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def kind_words(kind: Any) -> str:
    """What a value of this type is, in words.

    >>> kind_words(int), kind_words(str | None), kind_words(tuple[str, ...])
    ('a whole number', 'text or None', 'a list of texts')
    """
    if isinstance(kind, types.UnionType):
        return " or ".join("None" if k is type(None) else _WORDS[k] for k in typing.get_args(kind))
    return "a list of texts" if typing.get_origin(kind) is tuple else _WORDS[kind]


def _fits(value: Any, kind: Any) -> bool:
    if isinstance(kind, types.UnionType):
        return any(_fits(value, each) for each in typing.get_args(kind))
    if typing.get_origin(kind) is tuple:
        return isinstance(value, tuple) and all(isinstance(each, str) for each in value)
    if kind in (int, float):  # True is an int to Python, and to nobody who sets a limit
        return isinstance(value, int | kind) and not isinstance(value, bool)
    return isinstance(value, kind)


def _problem(shown: str, value: Any, kind: Any, metadata: Mapping[str, Any]) -> str | None:
    if not _fits(value, kind):
        return f"{shown} must be {kind_words(kind)}, not {printable(repr(value), at_most=60)}"
    choices, low, high = (metadata.get(key) for key in ("choices", "at_least", "at_most"))
    if value is None:
        return None
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

    section: ClassVar[str | None] = None
    """The recipe's section that the group is; none: a group of the command line's options."""

    def __post_init__(self) -> None:
        problems = problems_of(type(self), {f.name: getattr(self, f.name) for f in fields(self)})
        if problems:
            raise InputError("; ".join(problems))


def problems_of(group: type[Options], values: Mapping[str, Any]) -> list[str]:
    """What is wrong with values for options of a group, one line each; names must be known.

    Fields that are groups themselves, or tuples of groups, are theirs to judge.
    """
    kinds = get_type_hints(group)
    found = [
        _problem(_shown(group, f), values[f.name], kinds[f.name], f.metadata)
        for f in fields(group)
        if f.name in values and "help" in f.metadata
    ]
    return [problem for problem in found if problem is not None]


def _shown(group: type[Options], spec: Field[Any]) -> str:
    if group.section is None:
        return f"{spec.name} ({flag(spec.name)})"
    return f"{group.section}.{spec.name}" if group.section else spec.name
