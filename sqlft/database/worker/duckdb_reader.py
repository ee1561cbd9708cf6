"""A DuckDB file, opened so that no statement can write, leave the file or change a setting."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import duckdb
import pyarrow as pa

from sqlft.database.worker.failure import Failure, too_much_memory, too_much_result
from sqlft.database.worker.message import tidy
from sqlft.database.worker.readable import carried, shaped

_BATCH_ROWS = 2048  # DuckDB's own vector size: the result cap is looked at after each batch

_AT_OPEN = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",  # else SQL could read this module's variables
    "threads": "2",
    "async_threads": "1",
}

_AFTER_OPEN = (
    "TimeZone = 'UTC'",
    "temp_directory = ''",
    "home_directory = ''",
    "secret_directory = ''",
    "allow_persistent_secrets = false",
    "enable_external_access = false",  # it forbids to set some of those above, so it comes late
    "disabled_filesystems = 'LocalFileSystem'",
    "lock_configuration = true",
)

_READING = frozenset({"SELECT", "MULTI"})
"""Statement types of plain reads; MULTI is a PIVOT that looks up its own columns."""


class DuckDBReader:
    """One open DuckDB file. Not thread-safe, but for ``interrupt``."""

    def __init__(self, location: str, name: str, memory_mib: int) -> None:
        self._location, self._name, self._memory_mib = location, name, memory_mib
        # DuckDB keeps four fifths for its own buffers, so that it says "out of memory" in most
        # cases before the process's address limit makes an allocation fail.
        settings: dict[str, Any] = {**_AT_OPEN, "memory_limit": f"{memory_mib * 4 // 5} MiB"}
        warnings.simplefilter("ignore")
        try:
            self._root = duckdb.connect(location, read_only=True, config=settings)
            for setting in _AFTER_OPEN:
                self._root.execute(f"SET {setting}")
            self._root.sql("SELECT count(*) FROM duckdb_tables()").fetchall()
        except (duckdb.Error, MemoryError, ValueError) as error:
            raise self._not_opened(str(error)) from None
        self._cursor: duckdb.DuckDBPyConnection | None = None

    def run(
        self,
        statement: str,
        parameters: Sequence[Any],
        *,
        max_rows: int,
        max_result_mib: int,
        trusted: bool,
    ) -> tuple[pa.Table, bool]:
        """The first ``max_rows`` rows of one statement, and whether there were more.

        Every statement gets a connection of its own, so that no temporary table, variable,
        transaction or prepared statement outlives it. Only ``trusted`` text may be something else
        than a query. Columns that Arrow or Python cannot hold come as DuckDB's own text of them.

        Raises:
            Failure: the statement failed, ran out of memory, or its result is too large.
        """
        self._cursor = cursor = self._root.cursor()
        try:
            self._require_one_query(cursor, statement, trusted)
            return self._fetch(cursor, statement, parameters, max_rows, max_result_mib)
        except Failure:
            raise
        except RecursionError:
            raise Failure("query_error", "the query is nested too deeply") from None
        except (MemoryError, duckdb.OutOfMemoryException):
            raise too_much_memory(self._memory_mib) from None
        except (duckdb.Error, pa.ArrowException, OSError, RuntimeError, ValueError) as error:
            raise self._failed(error) from None
        finally:
            self._cursor = None
            with suppress(duckdb.Error):
                cursor.close()

    def interrupt(self) -> None:
        """Asks the running statement to stop; a long call inside one function does not hear it."""
        cursor = self._cursor
        if cursor is not None:
            with suppress(duckdb.Error):
                cursor.interrupt()

    def _require_one_query(
        self, cursor: duckdb.DuckDBPyConnection, statement: str, trusted: bool
    ) -> None:
        found = cursor.extract_statements(statement)
        if len(found) != 1:
            many = "more than one statement" if found else "no statement in it"
            raise Failure("query_error", f"the text has {many}", "give one query")
        if not trusted and found[0].type.name not in _READING:
            raise Failure("query_error", f"{found[0].type.name} is not a query; only queries run")

    def _fetch(
        self,
        cursor: duckdb.DuckDBPyConnection,
        statement: str,
        parameters: Sequence[Any],
        max_rows: int,
        max_result_mib: int,
    ) -> tuple[pa.Table, bool]:
        relation = cursor.sql(statement, params=list(parameters) or None)
        if relation is None:
            raise Failure("query_error", "the statement returns no rows")
        names, types = relation.columns, relation.types
        as_text = {i for i, type_ in enumerate(types) if not carried(type_)}
        table, truncated = _rows(relation, as_text, max_rows, max_result_mib)
        columns = [shaped(column) for column in table.columns]
        unreadable = {i for i, column in enumerate(columns) if column is None}
        if unreadable:  # rare (infinity, the year 10000): the engine itself says what they are
            table, truncated = _rows(relation, as_text | unreadable, max_rows, max_result_mib)
            columns = [shaped(column) for column in table.columns]
        return pa.Table.from_arrays(columns, names=names), truncated

    def _failed(self, error: Exception) -> Failure:
        text = str(error)
        if isinstance(error, duckdb.InterruptException) or "INTERRUPT Error" in text:
            return Failure("timeout", "the query was stopped")
        if "Out of Memory Error" in text or "bad_alloc" in text or "bad allocation" in text:
            return too_much_memory(self._memory_mib)
        # At the start only: a query can put any words into an error of its own.
        corrupt = text.startswith("Corrupt database file")
        if corrupt or isinstance(error, (duckdb.IOException, duckdb.SerializationException)):
            return self._damaged(text)
        message, hint = tidy(text, location=self._location, name=self._name)
        fatal = isinstance(error, (duckdb.FatalException, duckdb.InternalException))
        if fatal:
            message = message.split(" Stack Trace")[0]
        return Failure("query_error", message, hint, retire=fatal)

    def _damaged(self, text: str) -> Failure:
        message, _ = tidy(text, location=self._location, name=self._name)
        return Failure(
            "input",
            f"{self._location} cannot be read: {message}",
            "the file may be damaged or cut short; restore it from a copy",
            retire=True,
        )

    def _not_opened(self, text: str) -> Failure:
        lowered = text.lower()
        if "could not set lock" in lowered or "conflicting lock" in lowered:
            holder = _between(text, "(PID ", ")")
            by = f" (process {holder})" if holder.isdigit() else ""
            return Failure(
                "input",
                f"{self._location} is open for writing in another program{by}",
                "close it there, then ask again",
            )
        if "version number" in lowered or "newer version" in lowered:
            return Failure(
                "input",
                f"{self._location} was written by another version of DuckDB",
                f"this is DuckDB {duckdb.__version__}: export it there, or install that one here",
            )
        if "encrypt" in lowered:
            return Failure("input", f"{self._location} is encrypted", "give a decrypted copy")
        if "out of memory" in lowered or not text:
            return Failure(
                "input",
                f"{self._location} cannot be opened in {self._memory_mib} MiB",
                "raise the memory limit",
            )
        return self._damaged(text)


def _rows(
    relation: duckdb.DuckDBPyRelation, as_text: set[int], max_rows: int, max_result_mib: int
) -> tuple[pa.Table, bool]:
    # The limit goes into the query: a sort of millions of rows then keeps only the first ones.
    limited = relation.limit(max_rows + 1)
    if as_text:
        count = len(relation.columns)
        chosen = [f"#{i + 1}{'::VARCHAR' * (i in as_text)} AS c{i}" for i in range(count)]
        limited = limited.project(", ".join(chosen))
    batches, rows, size = [], 0, 0
    with limited.to_arrow_reader(_BATCH_ROWS) as reader:
        schema = reader.schema
        for batch in reader:
            batches.append(batch)
            rows += batch.num_rows
            size += batch.nbytes
            if size > max_result_mib << 20:
                raise too_much_result(max_result_mib)
    table = pa.Table.from_batches(batches, schema)
    return table.slice(0, max_rows), rows > max_rows


def _between(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0]
