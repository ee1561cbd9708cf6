"""Errors are one printable line and a hint."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlft.config import Decoding, Limits, ModelChoice, home
from sqlft.errors import InputError, ModelError, SqlError, SqlftError, printable


@given(st.text())
def test_no_text_can_steer_a_terminal(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown) == shown


def test_a_message_is_one_line_whatever_it_quotes() -> None:
    error = SqlftError("no table \x1b[31mred\n", hint="a\rb")
    assert "\n" not in error.message and "\x1b" not in error.message
    assert error.hint == "a\\rb"


def test_every_option_out_of_bounds_is_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Limits(timeout_s=float("nan"), memory_mib=1, max_rows=-1)
    for name in ("timeout_s (--timeout)", "memory_mib (--memory-mib)", "max_rows (--max-rows)"):
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("group", "values", "said"),
    [
        (Limits, {"max_rows": "5"}, "max_rows (--max-rows) must be a whole number, not '5'"),
        (Limits, {"max_rows": 5.0}, "must be a whole number, not 5.0"),
        (Limits, {"max_rows": True}, "must be a whole number, not True"),
        (Limits, {"timeout_s": None}, "timeout_s (--timeout) must be a number, not None"),
        (Decoding, {"temperature": [0]}, "must be a number, not [0]"),
        (ModelChoice, {"model": None}, "model (--model) must be text, not None"),
        (ModelChoice, {"adapter": 1}, "must be text or None, not 1"),
    ],
)
def test_an_option_of_a_wrong_type_is_named_with_the_type_it_has(
    group: type, values: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError) as caught:
        group(**values)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        SqlError("no table \x1b", kind="unknown_table", hint="orders\n"),
        InputError("no file"),
        ModelError("no model", hint="fetch it"),
    ],
)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_a_process_and_a_copy(error: SqlftError, protocol: int) -> None:
    remade = pickle.loads(pickle.dumps(error, protocol))
    for twin in (remade, copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error) and str(twin) == str(error)
        assert twin.args == error.args and vars(twin) == vars(error)


@pytest.mark.parametrize("group", [Decoding, Limits, ModelChoice])
def test_the_defaults_are_within_their_bounds(group: type) -> None:
    assert group() == group()


def test_home_follows_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLFT_HOME", "here/there")
    assert home().is_absolute() and home().parts[-2:] == ("here", "there")
    monkeypatch.delenv("SQLFT_HOME")
    assert home().name == "sqlft"
