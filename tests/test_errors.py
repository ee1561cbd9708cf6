"""Errors are one printable line and a hint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlft.config import Decoding, Limits, ModelChoice, home
from sqlft.errors import InputError, SqlftError, printable


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
    for name in ("--timeout", "--memory-mib", "--max-rows"):
        assert name in str(caught.value)


@pytest.mark.parametrize("group", [Decoding, Limits, ModelChoice])
def test_the_defaults_are_within_their_bounds(group: type) -> None:
    assert group() == group()


def test_home_follows_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLFT_HOME", "here/there")
    assert home().is_absolute() and home().parts[-2:] == ("here", "there")
    monkeypatch.delenv("SQLFT_HOME")
    assert home().name == "sqlft"
