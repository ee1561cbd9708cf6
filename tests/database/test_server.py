"""Servers are reached through SQLAlchemy, and say no more than they should."""

import pytest

from sqlft.database import engine, locate
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
