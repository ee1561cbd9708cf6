"""The pages' logic, in Streamlit's own test harness: what a session shows for what is done."""

from collections.abc import Callable
from typing import Any

import pytest

from sqlft.feedback import corrections
from sqlft.model import FixedGenerator

Session = Callable[[], Any]


def test_a_question_gets_its_number_its_sql_and_its_words(session: Session) -> None:
    text = session().ask("How many stores are there?").text
    assert ">25<" in text and "Number of stores" in text
    assert "FROM stores" in text and "Reads stores." in text
    assert "Checked: reads only stores" in text


def test_examples_come_from_the_schema_and_can_be_asked(session: Session) -> None:
    one = session()
    example = one.app.button(key="example-0")
    assert "How many" in example.label
    example.click().run()
    assert "This database does not seem to hold" in one.finish().text


def test_a_refusal_is_help_and_no_alarm(session: Session) -> None:
    app = session().ask("What is the meaning of life?").app
    assert len(app.info) == 1 and not app.error and not app.warning
    assert "You could ask" in app.info[0].value


def test_sql_that_is_no_read_is_not_run_and_says_why(session: Session) -> None:
    one = session().ask("Delete everything")
    assert "does more than read" in one.app.warning[0].value and "was not run" in one.text
    assert "names a column that is not there" in one.ask("Show the towns").app.warning[0].value
    assert "wrote no SQL" in one.ask("Write me a poem").app.warning[0].value


def test_a_query_that_was_mended_says_what_was_changed_in_it(session: Session) -> None:
    one = session().ask("Which postcode is the highest?")
    assert "values that cannot be converted were read as NULL" in one.text
    assert not one.app.warning and "TRY_CAST" in one.app.session_state["entries"][0].answer.sql


def test_edited_sql_runs_under_the_same_rules_and_is_kept_as_right(session: Session) -> None:
    one = session().ask("How many stores are there?").press("Edit SQL")
    entry = one.app.session_state["entries"][0]
    one.app.text_area(key=f"sql-{entry.id}").set_value("DROP TABLE stores")
    assert "does more than read" in one.press("Run").app.warning[0].value and not entry.edited
    one.app.text_area(key=f"sql-{entry.id}").set_value("SELECT count(*) + 1 FROM stores")
    assert ">26<" in one.press("Run").text
    one.press("Save as the right answer")
    (kept,) = corrections()
    assert (kept.judged, kept.right_sql) == ("corrected", "SELECT count(*) + 1 FROM stores")
    assert kept.sql == "SELECT COUNT(*) FROM stores" and kept.database == "retail"
    assert ">25<" in one.press("Back to the model's").text


def test_a_chart_is_changed_and_forgets_that_when_the_columns_change(session: Session) -> None:
    one = session().ask("Which five stores sold the most in 2025?")
    entry = one.app.session_state["entries"][0]
    (kind,) = [box for box in one.app.selectbox if box.label == "Chart"]
    assert kind.value == "bar"
    kind.set_value("scatter")
    (across,) = [box for box in one.app.selectbox if box.label == "Across"]
    across.set_value(2).run()
    assert "led by Berlin" in one.text
    one.press("Edit SQL").app.text_area(key=f"sql-{entry.id}").set_value(
        "SELECT country, count(*) AS n FROM stores GROUP BY 1"
    )
    assert "Makes one row for each country" in one.press("Run").text
    (kind,) = [box for box in one.app.selectbox if box.label == "Chart"]
    assert kind.value == "bar"


def test_a_thumb_is_kept_changed_and_taken_back(session: Session) -> None:
    app = session().ask("How many stores are there?").app
    key = f"thumbs-{app.session_state['entries'][0].id}"
    for thumb, judged in ((1, ["right"]), (0, ["wrong"]), (None, [])):
        app.feedback(key=key).set_value(thumb).run()
        assert [correction.judged for correction in corrections()] == judged


def test_a_question_on_its_way_can_be_stopped(session: Session) -> None:
    one = session().begin("please take your time")
    job = one.app.session_state["job"]
    assert not job.wait(0.3)
    one.press("Stop")
    assert job.wait(60)
    assert "Stopped before there was an answer" in one.finish().text


def test_a_link_asks_its_question_once(session: Session) -> None:
    one = session()
    one.app.query_params["db"], one.app.query_params["q"] = "retail", "How many stores are there?"
    one.app.run()
    assert ">25<" in one.finish().text
    assert len(one.app.run().session_state["entries"]) == 1


def test_a_link_to_nowhere_is_a_line_and_a_hint(session: Session) -> None:
    one = session()
    one.app.query_params["db"] = "upload~../../etc/passwd"
    one.app.run()
    assert "not here any more" in one.text and "Upload the file again" in one.text


def test_history_is_searched_and_reopened(session: Session) -> None:
    one = session().ask("How many stores are there?").ask("What is the meaning of life?")
    one.app.text_input(key="history-search").set_value("stores").run()
    found = [button for button in one.app.button if (button.key or "").startswith("history-")]
    assert [button.label for button in found] == [r"How many stores are there\?"]
    found[0].click().run()
    assert ">25<" in one.text


def test_ten_sessions_at_once_keep_to_themselves(session: Session) -> None:
    questions = ["How many stores are there?", "What is the meaning of life?"]
    sessions = [session().begin(questions[place % 2]) for place in range(10)]
    for place, one in enumerate(sessions):
        assert (">25<" in one.finish().text) == (place % 2 == 0)
        entries = one.app.session_state["entries"]
        assert [entry.question for entry in entries] == [questions[place % 2]]


def test_an_upload_becomes_the_database_in_use(session: Session) -> None:
    one = session().turn_to("data")
    content = b"Order ID,Order Date,Total\n1,2024-01-01,3.5\n2,2024-01-02,4.5\n"
    uploader = one.app.file_uploader(key="upload-files")
    uploader.set_value([("my orders.csv", content, "text/csv")])
    one.press("Make a database")
    assert one.app.session_state["place"].startswith("upload~") and r"my\_orders" in one.text
    one.app.file_uploader(key="upload-files").set_value([("x.xlsx", b"no workbook", "")])
    assert "is not a workbook" in one.press("Make a database").app.error[0].value


def test_a_server_that_cannot_be_reached_shows_no_password(session: Session) -> None:
    one = session().turn_to("data")
    one.app.text_input(key="server-url").set_value("mysql+nodriver://ann:s3cret@127.0.0.1:1/shop")
    assert one.press("Connect").app.error and "s3cret" not in one.text
    one.app.text_input(key="server-url").set_value("duckdb:////etc/passwd")
    assert "not the URL of a server" in one.press("Connect").app.error[0].value


def test_ways_are_compared_and_their_agreement_told(session: Session) -> None:
    one = session().turn_to("compare")
    one.app.text_input(key="compare-question").set_value("How many stores are there?")
    text = one.press("Compare").finish("compare-job").text
    assert "All 3 give the same rows" in text and text.count(">25<") == 3


def test_corrections_are_counted_checked_and_removed(session: Session) -> None:
    one = session().ask("How many stores are there?")
    one.app.feedback(key=f"thumbs-{one.app.session_state['entries'][0].id}").set_value(1).run()
    one.turn_to("corrections")
    assert [metric.value for metric in one.app.metric] == ["1", "1", "0", "0"]
    assert "sqlft feedback export corrections" in one.text
    assert "1 examples and 0 preference pairs" in one.press("Check what holds").text


def test_a_page_without_anything_says_what_will_be_there(session: Session) -> None:
    one = session()
    assert "Nothing here yet" in one.turn_to("corrections").text
    assert "No evaluation has been run yet" in one.turn_to("quality").text


def test_each_database_is_read_ahead_once_when_it_is_chosen(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def noted(self: FixedGenerator, prompt: Any, decoding: Any, *, cancel: Any = None) -> bool:
        read.append(prompt.schema.name)
        return len(read) > 1  # the first time it gives way

    monkeypatch.setattr("analyst.ahead._AGAIN_S", 0.01)
    monkeypatch.setattr(FixedGenerator, "read_ahead", noted, raising=False)
    one = session()
    _, job = one.app.session_state["ahead"]
    assert job.wait(180) and set(read) == {"retail"} and len(read) > 1
    one.ask("How many stores are there?").app.run()
    assert one.app.session_state["ahead"][1] is job
    one.app.selectbox[0].set_value("bank").run()
    schema, job = one.app.session_state["ahead"]
    assert schema.name == "bank" and job.wait(180) and job.error is None


def test_a_small_evaluation_runs_and_is_browsed(session: Session) -> None:
    one = session().turn_to("quality")
    one.app.number_input[0].set_value(2)
    one.press("Run").finish("quality-job")
    assert not one.app.error and "No evaluation" not in one.text
    assert "<b>2</b> questions" in one.text
