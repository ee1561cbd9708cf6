"""The `sqlft` command: its groups, and how every error leaves it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

import sqlft
from sqlft.cli.ask import ask
from sqlft.cli.model import model
from sqlft.cli.query import check, run
from sqlft.cli.schema import schema
from sqlft.errors import SqlftError

INTERRUPTED = 130  # 128 + SIGINT, as shells report it


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(sqlft.__version__, prog_name="sqlft")
def commands() -> None:
    """Questions become SQL that is checked, run and shown.

    \b
    sqlft ask retail "How many stores are there?"
    """


for command in (ask, check, run, schema, model):
    commands.add_command(command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs one command and exits: 0 done, 1 an error of ours, 2 wrong usage, 130 interrupted."""
    try:
        code = commands.main(
            args=None if arguments is None else list(arguments),
            prog_name="sqlft",
            standalone_mode=False,
        )
        sys.stdout.flush()
    except SqlftError as error:
        code = _say(error.message, error.hint, 1)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "sqlft"
        code = _say(error.format_message(), f"{where} --help", 2)
    except click.ClickException as error:
        code = _say(error.format_message(), None, 1)
    except (KeyboardInterrupt, click.Abort):
        code = _say("stopped", None, INTERRUPTED)
    except BrokenPipeError:
        code = _closed_pipe()
    sys.exit(code or 0)


def _say(message: str, hint: str | None, code: int) -> int:

    print(f"sqlft: {message}", file=sys.stderr)
    if hint:
        print(f"  hint: {hint}", file=sys.stderr)
    return code


def _closed_pipe() -> int:
    """The reader went away (`sqlft run ... | head`): not an error, and nothing left to flush."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
