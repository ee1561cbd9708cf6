"""What is asked, made fit to be shown to a model."""

from __future__ import annotations

from sqlft.config import check_type
from sqlft.errors import InputError

MAX_QUESTION_CHARACTERS = 4000


def clean_question(question: str) -> str:
    """The question on one line, without control characters.

    Raises:
        InputError: it is no text, is empty, or is longer than MAX_QUESTION_CHARACTERS.

    >>> clean_question(" how many\\n orders? ")
    'how many orders?'
    """
    check_type("question", question, str, "text")
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise InputError(
            f"the question has {len(question):,} characters; "
            f"at most {MAX_QUESTION_CHARACTERS:,} are read",
            hint="ask one short question",
        )
    text = " ".join("".join(c if c.isprintable() else " " for c in question).split())
    if not text:
        raise InputError("the question is empty", hint='ask something like "How many orders?"')
    return text
