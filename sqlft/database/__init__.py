"""The only opener of databases: files in worker processes, servers through SQLAlchemy."""

from sqlft.database.build import build_duckdb
from sqlft.database.place import Database, locate
from sqlft.database.pool import close_workers
from sqlft.database.process import Cancel
from sqlft.database.read import Parameter, QueryResult, read, read_catalog, read_many
from sqlft.database.server import engine, said_of_server
from sqlft.database.stream import PackedRows, Stream, streamed

__all__ = [
    "Cancel",
    "Database",
    "PackedRows",
    "Parameter",
    "QueryResult",
    "Stream",
    "build_duckdb",
    "close_workers",
    "engine",
    "locate",
    "read",
    "read_catalog",
    "read_many",
    "said_of_server",
    "streamed",
]
