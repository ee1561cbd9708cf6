"""A session's questions and what became of them, kept in that session's memory alone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

import streamlit as st

from sqlft.ask import Answer

MOST = 100


@dataclass(eq=False)
class Entry:
    """One question of this session."""

    place_key: str
    question: str
    answer: Answer
    """As it is shown: after an edit, with the edited SQL and its rows."""
    asked: Answer
    """As the model gave it."""
    schema_digest: str
    stopped: bool = False
    """The analyst stopped it before there was an answer."""
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    correction_id: str | None = None
    """Of the judgement that was saved, so that a second thought replaces it."""

    @property
    def edited(self) -> bool:
        return self.answer.sql != self.asked.sql


def entries() -> list[Entry]:
    """The session's questions, the latest first."""
    found: list[Entry] = st.session_state.setdefault("entries", [])
    return found


def keep(entry: Entry) -> None:
    """Puts a question first; the oldest of more than ``MOST`` is forgotten."""
    found = entries()
    found.insert(0, entry)
    del found[MOST:]
    st.session_state["current"] = entry.id


def current() -> Entry | None:
    """The question that is on the page."""
    chosen = st.session_state.get("current")
    return next((entry for entry in entries() if entry.id == chosen), None)


def searched(text: str) -> list[Entry]:
    """The questions that hold every word of the text, in question, SQL or database."""
    wanted = text.casefold().split()
    return [
        entry
        for entry in entries()
        if all(
            word in f"{entry.question} {entry.answer.sql or ''} {entry.place_key}".casefold()
            for word in wanted
        )
    ]
