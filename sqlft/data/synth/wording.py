"""Sentences around noun phrases, in several registers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from sqlft.data.synth.view import Field, Thing
from sqlft.data.synth.words import listed, plural, sentence

Register = Literal["full", "command", "terse", "chatty"]

_WEIGHTS: dict[Register, tuple[float, float]] = {
    "full": (0.5, 0.38),
    "command": (0.4, 0.25),
    "terse": (0.04, 0.22),
    "chatty": (0.06, 0.15),
}
"""Shares of the registers over schemas without and with notes."""

_SHOW = ("Show", "List", "Give me", "Find", "Return", "Show me", "Display", "Get", "Tell me")
_PLEASE = (
    "Could you give me {}?",
    "Can you show me {}?",
    "I need {}, please.",
    "I'd like to see {}.",
    "Please list {}.",
    "Can you pull up {}?",
    "I'm looking for {}.",
    "We need {} for a report.",
    "Quick question: what are {}?",
    "Let me have {}, please.",
)
_PLEASE_ONE = (
    "Could you tell me {}?",
    "Can you work out {}?",
    "I need to know {}.",
    "I'd like to know {}, please.",
    "Do you know {}?",
    "Please tell me {}.",
    "My boss wants to know {}.",
    "Quick one: what is {}?",
)


@dataclass(frozen=True, kw_only=True)
class Voice:
    """Who asks: what is asked is drawn from ``draw``, how it is said from ``words``."""

    draw: Random
    words: Random
    is_noted: bool
    """Whether the schema's owner speaks, who knows its business terms."""

    def register(self) -> Register:
        """One of the registers."""
        weights = [pair[self.is_noted] for pair in _WEIGHTS.values()]
        return self.words.choices(tuple(_WEIGHTS), weights)[0]

    def pick(self, *texts: str) -> str:
        """One of some texts."""
        return self.words.choice(texts)

    def phrase(self, field: Field) -> str:
        """One of a column's names."""
        if len(field.phrases) == 1 or self.words.random() < 0.6:
            return field.phrase
        return self.words.choice(field.phrases[1:])

    def several(self, what: str) -> str:
        """A question for several things: ``the names and cities of the stores in France``."""
        head = what.partition(" of each ")[0] if " of each " in what else "a and b"
        if " and " not in head:
            return self.single(what)
        match self.register():
            case "full":
                return sentence(
                    f"{self.pick('What are', 'What are', 'What are', 'Which are')} {what}?"
                )
            case "command":
                return f"{self.pick(*_SHOW)} {what}."
            case "terse":
                return self._terse(what)
            case _:
                return self.pick(*_PLEASE).format(what)

    def single(self, what: str) -> str:
        """A question for one value: ``the average price of products``."""
        match self.register():
            case "full":
                return f"What is {what}?"
            case "command":
                is_worked_out = re.match("the (average|mean|total|combined|median) ", what)
                more = ("Calculate", "Compute") if is_worked_out else ("Tell me", "Get")
                show = self.pick("Show", "Find", "Give me", "Return", *more)
                return f"{show} {what}."
            case "terse":
                return self._terse(what)
            case _:
                form = self.pick(*_PLEASE_ONE)
                return form.format(what if form.startswith("Quick") else f"what {what} is")

    def _terse(self, what: str) -> str:
        text = re.sub(r"^(all the|the|all|each|every) ", "", what)
        return text if self.words.random() < 0.5 else sentence(text)

    def columns(self, fields: Sequence[Field], thing: Thing, *, many: bool) -> str:
        """Names of columns in a row, in the plural or not."""
        named = [self.column(f, thing) for f in fields]
        if [f.phrase for f in fields[:2]] == ["first name", "last name"]:
            first = "first and last name"
            named = [first, *named[2:]]
        return listed([plural(n) if many else n for n in named])

    def column(self, field: Field, thing: Thing) -> str:
        """A column's name, with its table's where it says too little."""
        return self.phrase(field)

    def all(self, rows: str, *, bare: bool) -> str:
        """Rows of which all are meant; ``bare`` where nothing narrows them down."""
        if bare:
            return self.pick(f"all {rows}", f"the {rows}", f"all the {rows}", rows)
        return self.pick(f"{rows}", f"all {rows}", f"the {rows}")
