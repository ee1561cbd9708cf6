"""The writer that answers from a mapping."""

import subprocess
import sys

import pytest

from sqlft.config import Decoding
from sqlft.errors import InputError
from sqlft.model import FixedGenerator
from sqlft.prompt.prompt import Prompt


def asked(question: str) -> Prompt:
    return Prompt(layout="ddl", messages=(), question=question, schema_text="")


def test_each_question_gets_its_own_reply_in_order() -> None:
    writer = FixedGenerator({"a": "SELECT 1", "b": "SELECT 2"})
    replies = writer.generate([asked("b"), asked("a")], Decoding())
    assert [[r.text for r in one] for one in replies] == [["SELECT 2"], ["SELECT 1"]]


def test_several_replies_are_taken_in_turn_up_to_the_candidates() -> None:
    writer = FixedGenerator({"a": ["x", "y"]})
    (replies,) = writer.generate([asked("a")], Decoding(candidates=3))
    assert [r.text for r in replies] == ["x", "y", "x"]


def test_an_unmapped_question_gets_the_default_or_is_an_error() -> None:
    assert FixedGenerator({}, default="d").generate([asked("q")], Decoding())[0][0].text == "d"
    with pytest.raises(InputError, match="no reply is given for 'q'"):
        FixedGenerator({}).generate([asked("q")], Decoding())
    with pytest.raises(InputError, match="'q'"):
        FixedGenerator({"q": []})


def test_cancelled_writing_gives_no_text() -> None:
    (replies,) = FixedGenerator({"a": "x"}).generate([asked("a")], Decoding(), cancel=lambda: True)
    assert [(r.text, r.finish) for r in replies] == [("", "cancelled")]


def test_the_room_is_imported_without_torch() -> None:
    code = (
        "import sys, sqlft.model as m\n"
        "m.FixedGenerator({}), m.known_models(), m.fetch, m.LoadedModel\n"
        "assert not {'torch', 'transformers', 'peft'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
