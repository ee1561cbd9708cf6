"""Connections to database servers through SQLAlchemy, read-only as far as the server allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlft.database.place import Database
from sqlft.errors import InputError

if TYPE_CHECKING:
    from sqlalchemy import Engine

_READ_ONLY = {
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}
"""What makes a session of each server refuse to write. Others rely on the account's rights."""

_PACKAGES = {
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "MySQLdb": "mysqlclient",
    "pymysql": "PyMySQL",
    "mariadb": "mariadb",
    "oracledb": "oracledb",
    "pyodbc": "pyodbc",
    "snowflake": "snowflake-sqlalchemy",
}
"""The pip package that holds each driver module."""


_CONNECT_S = 10
_DRIVERS_WITH_A_CONNECT_TIMEOUT = frozenset({"psycopg", "psycopg2", "pymysql", "mysqldb"})


def engine(database: Database) -> Engine:
    """A SQLAlchemy engine on the server that a URL names, once a connection to it has succeeded.

    Every session of it is told to refuse writes where the server has such a setting
    (PostgreSQL, MySQL, MariaDB).

    Raises:
        InputError: the driver is not installed, or the server cannot be reached or refuses the
            account. The message never holds the URL's user, password or options.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError

    url = make_url(database.location)
    try:
        timed = url.get_driver_name() in _DRIVERS_WITH_A_CONNECT_TIMEOUT
        timed = timed and "connect_timeout" not in url.query
        arguments = {"connect_timeout": _CONNECT_S} if timed else {}
        made = create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=arguments)
    except ModuleNotFoundError as error:
        missing = (error.name or "the driver").split(".")[0]
        raise InputError(
            f"the driver for {database.shown} is not installed",
            hint=f"pip install '{_PACKAGES.get(missing, missing)}'",
        ) from None
    except NoSuchModuleError:
        raise InputError(
            f"no SQLAlchemy dialect is installed for {url.drivername}:// URLs",
            hint="check the URL's first word, or install the dialect's package",
        ) from None
    except (SQLAlchemyError, TypeError, ValueError) as error:
        raise InputError(f"{database.shown}: {said_of_server(error, database)}") from None
    command = _READ_ONLY.get(made.dialect.name)
    if command is not None:

        @event.listens_for(made, "connect")
        def refuse_writes(connection: Any, _record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute(command)
            cursor.close()
            connection.commit()

    try:
        with made.connect():
            pass
    except Exception as error:  # drivers raise their own kinds, some not wrapped by SQLAlchemy
        made.dispose()
        raise InputError(
            f"cannot connect to {database.shown}: {said_of_server(error, database)}",
            hint="check the address, the account and that the server runs",
        ) from None
    return made


def said_of_server(error: BaseException, database: Database) -> str:
    """The driver's own words in one line, without the URL's user, password and options."""
    from sqlalchemy.engine import make_url

    url = make_url(database.location)
    text = str(getattr(error, "orig", None) or error)
    secrets = [url.password, *(v for v in url.query.values() if isinstance(v, str))]
    for secret in secrets:
        if secret:
            text = text.replace(str(secret), "***")
    if url.username:  # as servers quote it; the bare word may be any other
        for quote in "\"'":
            text = text.replace(f"{quote}{url.username}{quote}", "***")
    return " ".join(text.split())[:400] or type(error).__name__
