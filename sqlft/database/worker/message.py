"""A database engine's complaint as one line for people, without paths and drawings."""

from __future__ import annotations

import re

_DRAWING = re.compile(r"\n\s*LINE \d+:.*", re.DOTALL)
_KIND = re.compile(r"^(?:[A-Z]\w*(?: [A-Z]\w*)? Error|Error): ")
_HINT = re.compile(
    r"\n?(?:Did you mean|Candidate (?:bindings|tables|functions|columns))\b.*", re.DOTALL
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")

MESSAGE_CHARACTERS_AT_MOST = 400


def tidy(text: str, *, location: str = "", name: str = "the database") -> tuple[str, str | None]:
    """The message in one line, and the engine's own advice where it gave any.

    >>> tidy('Binder Error: no "nope" here!\\nCandidate bindings: "i"\\n\\nLINE 1: select nope')
    ('no "nope" here!', 'Candidate bindings: "i"')
    """
    if location:
        text = text.replace(location, name)
    text = _KIND.sub("", _DRAWING.sub("", text))
    found = _HINT.search(text)
    hint = _line(found.group()) if found else None
    message = _line(text[: found.start()] if found else text)
    return message or "the query failed", hint or None


def _line(text: str) -> str:
    line = " ".join(_CONTROL.sub(" ", text).split())
    if len(line) <= MESSAGE_CHARACTERS_AT_MOST:
        return line
    return line[: MESSAGE_CHARACTERS_AT_MOST - 1] + "…"
