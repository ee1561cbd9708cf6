"""The `sqlft` command's way in and out: whatever happens, it ends with one line and a code."""

# Only the standard library's lightest here: an interrupt while the rest is imported is caught.
from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

INTERRUPTED = 130  # 128 + SIGINT, as shells report it


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs one command and exits: 0 done, 1 an error, 2 wrong usage, 130 interrupted."""
    try:
        _encode_everything()
        from sqlft.cli.commands import ReaderLeftError, exit_code

        try:
            code = exit_code(sys.argv[1:] if arguments is None else list(arguments))
            if sys.stdout is not None:
                sys.stdout.flush()
        except (ReaderLeftError, BrokenPipeError):  # `sqlft run ... | head` is no error
            _drop_output()
            code = 0
    except KeyboardInterrupt:
        print("sqlft: stopped", file=sys.stderr)
        code = INTERRUPTED
    except OSError as error:
        _drop_output()
        where = f": {error.filename}" if error.filename else ""
        print(f"sqlft: {error.strerror or error}{where}".encode("unicode_escape").decode(),
              file=sys.stderr)  # fmt: skip
        code = 1
    sys.exit(code)


def _encode_everything() -> None:
    """A character that the terminal's encoding lacks is written out, and stops nothing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """What is still buffered has nowhere to go, and Python must not try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
