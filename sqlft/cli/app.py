"""`sqlft app`: the analysts' app in a browser."""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from sqlft.cli.options import options_of, taken
from sqlft.config import Decoding, Limits, ModelChoice
from sqlft.errors import InputError

_PORT = 8501


@click.command(short_help="Open the analysts' app on DATABASE.")
@click.argument("database", default="retail")
@click.option("--port", type=click.IntRange(1, 65535), help=f"Default: {_PORT}, or the next free.")
@options_of(ModelChoice)
@options_of(Decoding)
@options_of(Limits)
def app(database: str, port: int | None, **values: Any) -> int:
    """Open the analysts' app on DATABASE; it listens on this machine only.

    DATABASE is a bundled schema's name, a DuckDB or SQLite file, or a URL. Others can be uploaded
    or connected in the app.

    \b
    sqlft app
    sqlft app shop.duckdb --adapter runs/shop
    """
    if importlib.util.find_spec("streamlit") is None:
        raise InputError("the app needs Streamlit", hint="pip install 'sqlft[app]'")
    from sqlft.config import bundled
    from sqlft.schema import bundled_names, open_database

    place = open_database(database)  # what is wrong with it is said here, not in the browser
    keeps_name = place.kind == "url" or database in bundled_names()
    options = {
        "database": database if keeps_name else place.location,
        "model": asdict(taken(ModelChoice, values)),
        "decoding": asdict(taken(Decoding, values)),
        "limits": asdict(taken(Limits, values)),
    }
    chosen = _free_port(port)
    main = bundled("app") / "main.py"
    if not main.is_file():
        raise InputError("this copy of sqlft has no app", hint="reinstall sqlft")
    _serve(str(main), options, chosen)
    return 0


def _free_port(wanted: int | None) -> int:
    """The port that was asked for, or the first free one from the usual on.

    Raises:
        InputError: the port that was asked for is taken, or none of twenty is free.
    """
    for port in [wanted] if wanted is not None else range(_PORT, _PORT + 20):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    shown = f"port {wanted} is" if wanted is not None else "the usual ports are"
    raise InputError(f"{shown} taken by another program", hint="choose another with --port")


def _flags(path: Path) -> dict[str, Any]:
    """Streamlit's options in a config.toml, named as its flags are."""
    with path.open("rb") as file:
        return dict(_flat(tomllib.load(file)))


def _flat(options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every value, by the names on the way to it.

    >>> dict(_flat({"server": {"port": 1}, "theme": {"dark": {"linkColor": "red"}}}))
    {'server_port': 1, 'theme_dark_linkColor': 'red'}
    """
    for name, value in options.items():
        if isinstance(value, dict):
            yield from ((f"{name}_{inner}", found) for inner, found in _flat(value))
        else:
            yield name, value


def _serve(main: str, options: dict[str, Any], port: int) -> None:
    """Runs Streamlit in this process until it is stopped."""
    import json

    os.environ["SQLFT_APP"] = json.dumps(options)
    sys.stdout.flush()
    from streamlit.web import bootstrap

    # Said as flags, so that no config.toml of the user's home or folder can open the app up.
    # Streamlit's own start alone reads the one that lies beside the app.
    flags = {**_flags(Path(main).parent / ".streamlit" / "config.toml"), "server_port": port}
    bootstrap.load_config_options(flags)
    bootstrap.run(main, False, [], flags)
