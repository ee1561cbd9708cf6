"""Provenance tells the truth and no secrets."""

import sys

import pytest

from sqlft.record import record


def test_a_record_names_versions_and_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["sqlft", "run", "postgresql://ann:secret@host/shop", "x"])
    found = record().as_dict()
    assert found["packages"]["duckdb"].startswith("2.")
    assert found["command"][0] == "sqlft"
    assert "secret" not in str(found) and "ann" in str(found)
