"""Command-line options made from the option groups of ``config``."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

import click

from sqlft.config import Options, flag
from sqlft.errors import InputError

Group = TypeVar("Group", bound=Options)
Command = TypeVar("Command", bound=Callable[..., Any])


def _click_type(annotation: Any, choices: tuple[str, ...] | None) -> Any:
    if choices is not None:
        return click.Choice(choices)
    if isinstance(annotation, types.UnionType):  # such as `str | None`
        return next(t for t in typing.get_args(annotation) if t is not type(None))
    return annotation


def options_of(group: type[Options]) -> Callable[[Command], Command]:
    """A decorator that gives a command one option for each field of the group."""
    hints = typing.get_type_hints(group)

    def decorate(command: Command) -> Command:
        for spec in reversed(fields(group)):
            off = f"/--un{spec.name}" if spec.default is True else ""
            command = click.option(
                flag(spec.name) + off,
                spec.name,
                type=_click_type(hints[spec.name], spec.metadata["choices"]),
                is_flag=hints[spec.name] is bool,
                default=spec.default,
                show_default=spec.default is not None and hints[spec.name] is not bool,
                help=spec.metadata["help"],
            )(command)
        return command

    return decorate


def taken(group: type[Group], values: dict[str, Any]) -> Group:
    """The group made of the command's values.

    Raises:
        click.UsageError: an option is out of bounds.
    """
    try:
        return group(**{spec.name: values[spec.name] for spec in fields(group)})
    except InputError as error:
        raise click.UsageError(error.message) from error
