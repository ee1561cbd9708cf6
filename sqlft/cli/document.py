"""Answers and rows as JSON documents."""

from __future__ import annotations

import base64
import datetime
import decimal
import json
import math
from typing import TYPE_CHECKING, Any

from sqlft.errors import ModelError, SqlError, SqlftError

if TYPE_CHECKING:
    import pyarrow

    from sqlft.ask import Answer
    from sqlft.sql import Verdict


def json_value(value: Any) -> Any:
    """The value as JSON knows it.

    Dates and times are ISO text; decimals are numbers, as text where a 64-bit float would change
    them; NaN and infinities are text; bytes are base64.

    >>> json_value(decimal.Decimal("2.50")), json_value(float("nan"))
    (2.5, 'nan')
    """
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, decimal.Decimal):
        number = float(value)
        return number if decimal.Decimal(repr(number)) == value else str(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def rows_document(rows: pyarrow.Table, *, truncated: bool) -> dict[str, Any]:
    """Columns with their Arrow types, and rows as lists in the columns' order."""
    columns = [column.to_pylist() for column in rows.columns]
    return {
        "columns": [{"name": field.name, "type": str(field.type)} for field in rows.schema],
        "rows": [[json_value(v) for v in values] for values in zip(*columns, strict=True)],
        "truncated": truncated,
    }


def error_document(error: SqlftError) -> dict[str, Any]:
    """An error's kind, message and hint.

    >>> error_document(SqlftError("no such file"))
    {'kind': 'input_error', 'message': 'no such file', 'hint': None}
    """
    kind = "model_error" if isinstance(error, ModelError) else "input_error"
    kind = error.kind if isinstance(error, SqlError) else kind
    return {"kind": kind, "message": error.message, "hint": error.hint}


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """A verdict with its problems."""
    return {
        "ok": verdict.ok,
        "sql": verdict.sql,
        "tables": list(verdict.tables),
        "columns": list(verdict.columns),
        "problems": [
            {"kind": p.kind, "message": p.message, "hint": p.hint} for p in verdict.problems
        ],
    }


def answer_document(answer: Answer) -> dict[str, Any]:
    """Everything an answer holds."""
    return {
        "question": answer.question,
        "status": answer.status,
        "sql": answer.sql,
        "display_sql": answer.display_sql,
        "verdict": None if answer.verdict is None else verdict_document(answer.verdict),
        "result": None
        if answer.rows is None
        else rows_document(answer.rows, truncated=answer.truncated),
        "refusal": answer.refusal,
        "error": None if answer.error is None else error_document(answer.error),
        "confidence": answer.confidence,
        "mended": answer.mended,
        "passed_over": answer.passed_over,
        "candidates": [
            {"reply": c.reply, "sql": c.sql, "refused": c.refused, "finish": c.finish}
            | {"votes": c.votes, "log_probability": json_value(c.log_probability)}
            | {"doubts": list(c.doubts)}
            for c in answer.candidates
        ],
        "schema_text": answer.schema_text,
        "prompt_tokens": answer.prompt_tokens,
        "output_tokens": answer.output_tokens,
        "seconds": {name: round(s, 6) for name, s in answer.seconds.items()},
        "model": answer.model,
        "adapter": answer.adapter,
    }


def as_json(value: Any, *, indent: int = 0) -> str:
    """JSON text that people and line-based tools read: a row, or another list in a list, a line.

    >>> print(as_json({"rows": [[1, "a"], [2, None]], "truncated": False}))
    {
      "rows": [
        [1, "a"],
        [2, null]
      ],
      "truncated": false
    }
    """
    pad = "\n" + " " * (indent + 2)
    end = "\n" + " " * indent
    if isinstance(value, dict) and value:
        items = [f"{_compact(k)}: {as_json(v, indent=indent + 2)}" for k, v in value.items()]
        return "{" + pad + f",{pad}".join(items) + end + "}"
    if isinstance(value, list | tuple) and value:
        nested = (as_json(v, indent=indent + 2) if isinstance(v, dict) else _compact(v)
                  for v in value)  # fmt: skip
        return "[" + pad + f",{pad}".join(nested) + end + "]"
    return _compact(value)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def print_document(document: Any) -> None:
    """Prints one JSON document, and nothing else."""
    print(as_json(document))
