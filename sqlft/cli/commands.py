"""The `sqlft` command's groups, and how each error is told."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from click.exceptions import Exit, NoArgsIsHelpError

import sqlft
from sqlft.cli.adapt import adapt
from sqlft.cli.adapter import adapter
from sqlft.cli.app import app
from sqlft.cli.ask import ask
from sqlft.cli.compare import compare_runs
from sqlft.cli.data import data
from sqlft.cli.eval import evaluate_datasets
from sqlft.cli.feedback import feedback
from sqlft.cli.model import model
from sqlft.cli.query import check, run
from sqlft.cli.schema import schema
from sqlft.cli.score import score
from sqlft.cli.train import train
from sqlft.cli.tune import tune
from sqlft.errors import SqlftError, printable


class ReaderLeftError(Exception):
    """Whoever read our output is gone. Not an OSError: click would exit 1 on its own."""


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderLeftError from error


class _Commands(click.Group):
    """A group that keeps a closed pipe and an interrupt out of click's own handlers."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with _reader_may_leave():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _reader_may_leave():
            return super().invoke(ctx)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(sqlft.__version__, prog_name="sqlft")
def commands() -> None:
    """Questions become SQL that is checked, run and shown.

    \b
    sqlft ask retail "How many stores are there?"

    \b
    Exit codes: 0 done; 1 refused, failed or no answer; 2 wrong usage; 130 interrupted.
    """


for command in (
    ask,
    check,
    run,
    schema,
    data,
    evaluate_datasets,
    score,
    compare_runs,
    adapt,
    train,
    tune,
    adapter,
    model,
    feedback,
    app,
):
    commands.add_command(command)


def exit_code(arguments: Sequence[str]) -> int:
    """Runs one command: its exit code, once what went wrong has been told.

    Raises:
        ReaderLeftError: standard output was closed from the other side.
        KeyboardInterrupt: the user stopped it.
    """
    try:
        code = commands.main(args=list(arguments), prog_name="sqlft", standalone_mode=False)
    except SqlftError as error:
        if "--json" in arguments:
            from sqlft.cli.document import error_document, print_document

            print_document({"error": error_document(error)})
        return say(error.message, error.hint, 1)
    except NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        return 2
    except click.UsageError as error:
        return say(printable(error.format_message()), _usage_hint(error), 2)
    except click.ClickException as error:
        return say(printable(error.format_message()), None, 1)
    except Exit as error:
        return error.exit_code
    except click.Abort as error:
        raise KeyboardInterrupt from error
    return code or 0


def say(message: str, hint: str | None, code: int) -> int:
    """Tells an error on standard error and gives the code back."""
    print(f"sqlft: {message}", file=sys.stderr)
    if hint:
        print(f"  hint: {hint}", file=sys.stderr)
    return code


def _usage_hint(error: click.UsageError) -> str:
    where = error.ctx.command_path if error.ctx else "sqlft"
    takes_text = error.ctx is not None and error.ctx.command in (ask, check, run)
    if takes_text and isinstance(error, click.NoSuchOption) and " " in error.option_name.strip():
        return f'text that begins with "-" goes after a bare "--": {where} DATABASE -- "-- ..."'
    if takes_text and "unexpected extra argument" in error.format_message():
        what = "question" if where.endswith("ask") else "SQL"
        return f'put the {what} in quotes: {where} DATABASE "..."'
    return f"{where} --help"
