"""A writer that answers from a mapping: for tests, documentation and embedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle, islice

from sqlft.config import Decoding
from sqlft.errors import InputError
from sqlft.model.generator import Cancel, Reply
from sqlft.prompt.prompt import Prompt


class FixedGenerator:
    """A Generator without a model: each question has its replies.

    Several replies to one question are its candidates, best first; they are taken in turn until
    there are as many as were asked for.

    Args:
        replies: from each question to what is written for it: one text, or several.
        default: what is written for every other question; none: that is an InputError.
        layout: the prompt layout that it says it expects.
        name: the model's name in answers.

    >>> from sqlft.config import Decoding
    >>> from sqlft.prompt.prompt import Prompt
    >>> asked = Prompt(layout="ddl", messages=(), question="how many orders?", schema_text="")
    >>> writer = FixedGenerator({"how many orders?": "SELECT count(*) FROM orders"})
    >>> writer.generate([asked], Decoding())[0][0].text
    'SELECT count(*) FROM orders'
    """

    def __init__(
        self,
        replies: Mapping[str, str | Sequence[str]],
        *,
        default: str | None = None,
        layout: str = "ddl",
        name: str = "fixed",
    ) -> None:
        self._replies = {question: _texts(found) for question, found in replies.items()}
        self._default = default
        self._layout = layout
        self._name = name
        empty = [question for question, texts in self._replies.items() if not texts]
        if empty:
            raise InputError(f"no reply is given for {empty[0]!r}")

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._name

    @property
    def adapter(self) -> str | None:
        """None: there are no weights to adapt."""
        return None

    @property
    def layout(self) -> str:
        """The prompt layout that it says it expects."""
        return self._layout

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, *, cancel: Cancel | None = None
    ) -> list[tuple[Reply, ...]]:
        """``decoding.candidates`` replies for each prompt, in the prompts' order.

        Raises:
            InputError: a question has no reply and there is no default.
        """
        answers = []
        for prompt in prompts:
            if cancel is not None and cancel():
                found = [Reply(text="", finish="cancelled")]
            else:
                found = [Reply(text=text) for text in self._of(prompt.question)]
            answers.append(tuple(islice(cycle(found), decoding.candidates)))
        return answers

    def _of(self, question: str) -> tuple[str, ...]:
        if question in self._replies:
            return self._replies[question]
        if self._default is not None:
            return (self._default,)
        raise InputError(
            f"no reply is given for {question!r}", hint="add it to the mapping, or give a default"
        )


def _texts(found: str | Sequence[str]) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else tuple(found)
