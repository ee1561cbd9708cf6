"""The app in a headless browser, end to end: what an analyst does, and what a stranger tries."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
# Streamlit's own upload box is marked as presentational and labelled at once; it is not ours.
NOT_OURS = {"presentation-role-conflict"}
Visit = Callable[..., Any]


def violations(visitor: Any) -> list[str]:
    """What axe-core finds wrong with the page as it stands."""
    visitor.page.evaluate(AXE)
    found = visitor.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}"
        for one in found["violations"]
        if one["id"] not in NOT_OURS
    ]


def test_ask_edit_correct_and_export(
    visitor: Visit, app_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = visitor().open()
    assert "Try one of these" in one.text
    one.ask("How many stores are there?")
    assert "25" in one.text and "Checked: reads only stores" in one.text
    assert "q=How+many+stores" in one.page.url and "db=retail" in one.page.url
    one.press("Edit SQL")
    one.page.get_by_label("SQL", exact=True).fill("DELETE FROM stores")
    one.press("Run", exact=False)
    assert "does more than read" in one.text
    one.page.get_by_label("SQL", exact=True).fill("SELECT count(*) + 5 AS n FROM stores")
    one.press("Run", exact=False)
    assert "30" in one.text and "Your SQL for" in one.text
    one.press("Save as the right answer")
    one.page.get_by_text("Your SQL is kept as the right answer").wait_for()
    one.turn_to("Corrections")
    assert "Waiting to be trained on" in one.text
    out = tmp_path / "corrections"
    monkeypatch.setenv("SQLFT_HOME", str(app_home))
    done = subprocess.run(
        [sys.executable, "-m", "sqlft", "feedback", "export", str(out)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    written = [json.loads(line) for line in (out / "examples.jsonl").read_text().splitlines()]
    golds = {example["question"]: example["gold"] for example in written}
    assert golds["How many stores are there?"] == ["SELECT count(*) + 5 AS n FROM stores"]


def test_a_chart_a_table_and_whole_downloads(visitor: Visit) -> None:
    one = visitor().open().ask("What were total sales per month?")
    chart = one.page.locator('[data-testid="stVegaLiteChart"]')
    chart.locator("canvas, svg").first.wait_for()
    assert "36 rows" in one.text
    one.page.get_by_text("Table", exact=True).click()
    one.page.get_by_test_id("stDataFrame").wait_for()
    one.ask("List a million numbers")
    assert "More than 1,000 rows" in one.text and "A download holds all" in one.text
    with one.page.expect_download(timeout=300_000) as waiting:
        one.page.get_by_role("button", name="CSV").click()
    lines = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert lines.count("\n") == 1_000_001
    assert next(csv.reader(io.StringIO(lines))) == ["n", "label"]
    assert waiting.value.suggested_filename == "list-a-million-numbers.csv"


def test_an_upload_is_asked_and_compared(visitor: Visit, tmp_path: Path) -> None:
    file = tmp_path / "Visits 2025.csv"
    file.write_text("City,Visits\nRome,3\nOslo,4\n")
    one = visitor().open("/data")
    one.page.get_by_role("tab", name="Add data").click()
    one.page.locator('input[type="file"]').set_input_files(str(file))
    one.page.get_by_text("Visits 2025.csv").wait_for()
    one.press("Make a database")
    one.page.locator("h1", has_text="Visits_2025").wait_for()
    one.turn_to("Ask")
    one.ask("How are the visits?")
    assert "2 rows, led by Oslo (visits: 4)" in one.text
    one.turn_to("Compare")
    one.page.get_by_label("Your question", exact=True).fill("How are the visits?")
    one.press("Compare")
    one.page.get_by_text("All 3 give the same rows.").wait_for()


def test_two_people_at_once_see_their_own(visitor: Visit) -> None:
    first, second = visitor().open(), visitor().open()
    first.page.get_by_label("Your question", exact=True).fill("please take your time")
    first.page.keyboard.press("Enter")
    # Streamlit shows a button of that name, too, while a page is being drawn.
    stop = first.page.get_by_test_id("stMain").get_by_role("button", name="Stop")
    stop.wait_for()
    second.ask("How many stores are there?")
    assert "25" in second.text and "take your time" not in second.page.content()
    assert "How many stores" not in first.page.content()
    stop.click()
    first.page.get_by_text("Stopped before").first.wait_for()
    assert "25" in second.settled().text


def test_hostile_questions_and_links_do_nothing(visitor: Visit) -> None:
    one = visitor().open()
    nasty = "<img src=x onerror=\"document.title='owned'\"> **x** :red[y] [z](javascript:alert(1))"
    one.ask(nasty)
    assert nasty in one.text and one.page.title() != "owned"
    assert one.page.locator("h2.sq-question img, h2.sq-question a").count() == 0
    one.open("/?db=upload~..%2F..%2Fetc&q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "not here any more" in one.text and "Traceback" not in one.page.content()
    one.open("/?db=retail&q=Delete%20everything")
    one.page.get_by_text("does more than read").wait_for()


def test_the_keyboard_is_enough(visitor: Visit) -> None:
    one = visitor().open()
    one.page.get_by_label("Your question", exact=True).focus()
    one.page.keyboard.type("How many stores are there?")
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Enter")
    one.page.locator("h2.sq-question").wait_for()
    one.settled()
    reached = set()
    for _ in range(60):
        one.page.keyboard.press("Tab")
        reached.add(one.page.evaluate("document.activeElement.innerText || ''").split("\n")[-1])
    assert {"Edit SQL", "CSV", "Again"} <= reached


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_passes_axe_and_asks_nobody_else(visitor: Visit, scheme: str) -> None:
    one = visitor(scheme).open()
    wrong = {"welcome": violations(one)}
    wrong["answer"] = violations(one.ask("Which five stores sold the most in 2025?"))
    one.page.get_by_text("What the model saw of the schema").click()
    wrong["edit"] = violations(one.press("Edit SQL"))
    wrong["refusal"] = violations(one.ask("What is the meaning of life?"))
    wrong["failure"] = violations(one.ask("Show the towns"))
    one.turn_to("Data")
    one.page.get_by_text("How the tables hang together").click()
    one.page.locator('[data-testid="stMermaidChart"]').first.wait_for()
    wrong["data"] = violations(one.settled())
    for tab in ("Business terms", "Add data"):
        one.page.get_by_role("tab", name=tab).click()
        wrong[tab] = violations(one.settled())
    for page in ("Compare", "Corrections", "Quality"):
        wrong[page] = violations(one.turn_to(page))
    assert {page: found for page, found in wrong.items() if found} == {}
    hosts = {
        urlsplit(url).hostname for url in one.requested if not url.startswith(("data:", "blob:"))
    }
    assert hosts == {"localhost"}
