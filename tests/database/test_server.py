"""Servers are reached through SQLAlchemy, and say no more than they should."""

import pytest

from sqlft.database import engine, locate, said_of_server
from sqlft.errors import InputError

SECRET = "s3cret"


def _refused(url):
    with pytest.raises(InputError) as caught:
        engine(locate(url))
    text = f"{caught.value} {caught.value.hint}"
    assert SECRET not in text
    assert "\n" not in text
    return text


def test_a_missing_driver_names_its_package():
    text = _refused(f"mysql+pymysql://ann:{SECRET}@db.example/shop")
    assert "the driver for mysql+pymysql://db.example/shop is not installed" in text
    assert "pip install 'PyMySQL'" in text


def test_an_unknown_kind_of_server_is_said():
    assert "no SQLAlchemy dialect" in _refused(f"nosuchdb://ann:{SECRET}@db.example/shop")


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_drivers_words_lose_the_account(quote):
    database = locate(f"postgresql://ann:{SECRET}@db.example/shop?sslpassword=k3y")
    words = f"no\n entry for user {quote}ann{quote} with {SECRET}, k3y: an annual limit"
    said = said_of_server(Exception(words), database)
    assert said == "no entry for user *** with ***, ***: an annual limit"
