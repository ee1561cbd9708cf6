"""One spelling of column types: DuckDB's own, whatever database they come from."""

from __future__ import annotations

import re

from sqlglot import exp
from sqlglot.errors import SqlglotError

_T = exp.DataType.Type

_NAMES = {
    _T.INT: "INTEGER",
    _T.MEDIUMINT: "INTEGER",
    _T.SERIAL: "INTEGER",
    _T.BIGSERIAL: "BIGINT",
    _T.SMALLSERIAL: "SMALLINT",
    _T.UINT: "UINTEGER",
    _T.UMEDIUMINT: "UINTEGER",
    _T.INT128: "HUGEINT",
    _T.UINT128: "UHUGEINT",
    _T.YEAR: "SMALLINT",
    _T.MONEY: "DECIMAL(19,4)",
    _T.DATETIME: "TIMESTAMP",
    _T.DATETIME2: "TIMESTAMP",
    _T.SMALLDATETIME: "TIMESTAMP",
    _T.TIMESTAMPNTZ: "TIMESTAMP",
    _T.TIMESTAMPTZ: "TIMESTAMP WITH TIME ZONE",
    _T.TIMESTAMPLTZ: "TIMESTAMP WITH TIME ZONE",
    _T.TIMETZ: "TIME WITH TIME ZONE",
    _T.JSONB: "JSON",
    _T.SET: "VARCHAR",
    _T.XML: "VARCHAR",
    _T.INET: "VARCHAR",
}
_OWN_NAMES = frozenset(
    "BIGINT BIGNUM BIT BOOLEAN DATE DOUBLE FLOAT GEOMETRY INTERVAL JSON SMALLINT TIME TIME_NS"
    " TIMESTAMP TIMESTAMP_MS TIMESTAMP_NS TIMESTAMP_S TINYINT UBIGINT USMALLINT UTINYINT UUID"
    " VARIANT".split()
)
_TEXT = {_T.TEXT, _T.VARCHAR, _T.NVARCHAR, _T.CHAR, _T.NCHAR, _T.BPCHAR, _T.NAME}
_TEXT |= {_T.TINYTEXT, _T.MEDIUMTEXT, _T.LONGTEXT}
_BYTES = {_T.BINARY, _T.VARBINARY, _T.BLOB, _T.TINYBLOB, _T.MEDIUMBLOB, _T.LONGBLOB, _T.IMAGE}
_DECIMAL = {_T.DECIMAL, _T.BIGDECIMAL, _T.UDECIMAL}


def type_name(kind: exp.DataType, dialect: str = "duckdb") -> str:
    """DuckDB's spelling of a parsed type, as DuckDB's own catalog would print it.

    >>> type_name(exp.DataType.build("numeric(10, 2)[]", dialect="postgres"), "postgres")
    'DECIMAL(10,2)[]'
    """
    base = kind.this
    inner = [part for part in kind.expressions if isinstance(part, exp.DataType)]
    if base in {_T.ARRAY, _T.LIST}:
        size = kind.args.get("values")
        length = size[0].name if size else ""
        return f"{type_name(inner[0], dialect) if inner else 'VARCHAR'}[{length}]"
    if base == _T.MAP and len(inner) == 2:
        return f"MAP({type_name(inner[0], dialect)}, {type_name(inner[1], dialect)})"
    if base in {_T.STRUCT, _T.UNION}:
        return f"{base.value}({', '.join(_member(m, dialect) for m in kind.expressions)})"
    if base == _T.ENUM:
        return f"ENUM({', '.join(m.sql(dialect='duckdb') for m in kind.expressions)})"
    return _plain(kind, dialect)


def _member(member: exp.Expression, dialect: str) -> str:
    kind = member.args.get("kind")
    shown = type_name(kind, dialect) if isinstance(kind, exp.DataType) else "VARCHAR"
    return f"{member.this.sql(dialect='duckdb')} {shown}"


def _plain(kind: exp.DataType, dialect: str) -> str:
    base = kind.this
    if base in _DECIMAL:
        digits = [part.name for part in kind.expressions]
        return f"DECIMAL({digits[0]},{digits[1] if len(digits) > 1 else 0})" if digits else "DOUBLE"
    if base in _TEXT:
        return "VARCHAR"
    if base in _BYTES:
        return "BLOB"
    if base == _T.FLOAT and dialect == "sqlite":  # its REAL has 8 bytes, others' have 4
        return "DOUBLE"
    name = _NAMES.get(base, str(base.value))
    return name if base in _NAMES or name in _OWN_NAMES else "VARCHAR"


def named_type(text: str, dialect: str) -> str:
    """DuckDB's spelling of a type given as text; ``VARCHAR`` for one that is not known.

    >>> named_type("character varying(20)", "postgres"), named_type("tsvector", "postgres")
    ('VARCHAR', 'VARCHAR')
    """
    try:
        kind = exp.DataType.build(text, dialect=dialect, udt=True)
    except (SqlglotError, ValueError):
        return "VARCHAR"
    return type_name(kind, dialect)


_DECLARED = re.compile(r"\s*([A-Za-z][A-Za-z0-9_ ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*")
_KNOWN = {
    "TINYINT": "TINYINT",
    "SMALLINT": "SMALLINT",
    "BIGINT": "BIGINT",
    "INT8": "BIGINT",
    "UNSIGNED BIG INT": "UBIGINT",
    "BOOLEAN": "BOOLEAN",
    "BOOL": "BOOLEAN",
    "DATE": "DATE",
    "TIME": "TIME",
    "DATETIME": "TIMESTAMP",
    "TIMESTAMP": "TIMESTAMP",
    "JSON": "JSON",
    "UUID": "UUID",
}
# SQLite's own order: the first fragment that the declared type contains decides.
# https://www.sqlite.org/datatype3.html, "Determination Of Column Affinity"
_AFFINITIES = (
    (("INT",), "INTEGER"),
    (("CHAR", "CLOB", "TEXT"), "VARCHAR"),
    (("BLOB",), "BLOB"),
    (("REAL", "FLOA", "DOUB"), "DOUBLE"),
)


def sqlite_type(declared: str) -> str:
    """The DuckDB type that stands nearest to a type as SQLite's DDL declares it.

    SQLite takes any words for a type; one it would only call "numeric" becomes ``DOUBLE``, and a
    column without a type, which holds anything, ``VARCHAR``.

    >>> [sqlite_type(t) for t in ("", "varchar(20)", "DECIMAL(10, 2)", "money", "big integer")]
    ['VARCHAR', 'VARCHAR', 'DECIMAL(10,2)', 'DOUBLE', 'INTEGER']
    """
    if not declared.strip():
        return "VARCHAR"
    match = _DECLARED.fullmatch(declared)
    words = " ".join((match.group(1) if match else declared).upper().split())
    if match and words in {"DECIMAL", "NUMERIC"} and match.group(2):
        return f"DECIMAL({match.group(2)},{match.group(3) or 0})"
    if words in _KNOWN:
        return _KNOWN[words]
    for fragments, name in _AFFINITIES:
        if any(fragment in words for fragment in fragments):
            return name
    return "DOUBLE"
