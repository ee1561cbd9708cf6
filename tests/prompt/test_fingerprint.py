"""What a fingerprint covers."""

from __future__ import annotations

import copy
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from sqlft.prompt import Message, Segment, fingerprint, layout, layout_names
from sqlft.prompt.layout import Parts


def test_it_is_the_same_in_another_process() -> None:
    code = (
        "from sqlft.prompt import *\n"
        "print(*(fingerprint(layout(name), None) for name in layout_names()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == [fingerprint(layout(name), None) for name in layout_names()]


def test_layouts_differ() -> None:
    assert len({fingerprint(layout(name), None) for name in layout_names()}) == len(layout_names())


def _with_other_boundaries(parts: Parts) -> tuple[Message, ...]:
    def halves(segment: Segment) -> tuple[Segment, Segment]:
        return (
            replace(segment, text=segment.text[:9]),
            replace(segment, text=segment.text[9:], trusted=not segment.trusted),
        )

    return tuple(
        replace(message, segments=tuple(half for s in message.segments for half in halves(s)))
        for message in layout("sqlft").messages(parts)
    )


@pytest.mark.parametrize(
    "change",
    [
        {"answer_form": "ordinary"},
        {"refusal": "none"},
        {"answer_start": "```sql\n"},
        {"schema_text": lambda schema: schema.name},
        {"chat_template": False},
        {"messages": _with_other_boundaries},
    ],
    ids=lambda change: next(iter(change)),
)
def test_it_changes_with_what_a_model_sees(change: dict[str, Any], chat_tokenizer: Any) -> None:
    known = layout("sqlft")
    changed = replace(known, **change)
    assert fingerprint(changed, chat_tokenizer) != fingerprint(known, chat_tokenizer)


def test_it_changes_with_the_tokenizer(chat_tokenizer: Any, llama_tokenizer: Any) -> None:
    known = layout("sqlft")
    other = copy.deepcopy(chat_tokenizer)
    other.chat_template = other.chat_template.replace("assistant\n", "writer\n")
    without = copy.deepcopy(chat_tokenizer)
    without.eos_token = "<tool_call>"
    tokenizers = (None, chat_tokenizer, llama_tokenizer, other, without)
    assert len({fingerprint(known, tokenizer) for tokenizer in tokenizers}) == len(tokenizers)


def test_it_stays_with_a_copy_of_the_tokenizer(chat_tokenizer: Any) -> None:
    again = copy.deepcopy(chat_tokenizer)
    assert fingerprint(layout("ddl"), again) == fingerprint(layout("ddl"), chat_tokenizer)
