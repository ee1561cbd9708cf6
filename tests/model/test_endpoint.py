"""Endpoints: what a real HTTP server is told, and one clear line for whatever it does."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sqlft.config import Decoding, ModelChoice
from sqlft.errors import ModelError, SqlftError
from sqlft.model import EndpointGenerator, Reply, endpoint
from sqlft.prompt import Message, Prompt, Segment

SECRET = "sk-very-secret-1234567890"
SAMPLED = Decoding(temperature=0.7, candidates=3, seed=5)
PROMPT = Prompt(
    layout="ddl",
    messages=(
        Message(role="system", segments=(Segment(text="Write SQL."),)),
        Message(role="user", segments=(Segment(text="orders(id)\n"), Segment(text="how many?"))),
    ),
    question="how many?",
    schema_text="orders(id)",
    answer_start="```sql\n",
    stop=("```",),
)
Act = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Served:
    """A server that acts as scripted, the last act again and again, and keeps what it was sent."""

    url: str = ""
    acts: list[Act] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def generator(self, **choice: Any) -> EndpointGenerator:
        return EndpointGenerator(ModelChoice(model=f"endpoint:org/m@1@{self.url}/v1", **choice))

    def ask(self, act: Act, *more: Act, decoding: Decoding | None = None) -> tuple[Reply, ...]:
        self.acts[:] = [act, *more]
        writer = self.generator(api_key_variable="ENDPOINT_KEY")
        (replies,) = writer.generate([PROMPT], decoding or Decoding())
        return replies

    def failure(self, act: Act, *more: Act, decoding: Decoding | None = None) -> SqlftError:
        with pytest.raises(SqlftError) as caught:
            self.ask(act, *more, decoding=decoding)
        error = caught.value
        assert error.hint and "\n" not in error.message
        assert SECRET not in f"{error!r} {error.hint} {error.__cause__!r} {error.__context__!r}"
        return error


@pytest.fixture(autouse=True)
def quick_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "FIRST_WAIT_S", 0.01)
    monkeypatch.setenv("ENDPOINT_KEY", SECRET)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            served.heard.append({"path": self.path, "headers": headers, **json.loads(body)})
            (served.acts.pop(0) if len(served.acts) > 1 else served.acts[0])(self)

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None: ...  # clients leave whenever they like

    with Server(("127.0.0.1", 0), Handler) as server:
        served.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield served
        served.stop.set()
        server.shutdown()
        thread.join()


def send(status: int, body: bytes | object, **headers: str) -> Act:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"content-length": str(len(content)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return act


def choice(text: object, **more: Any) -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": text}, "finish_reason": "stop", **more}


def answer(*choices: object, **more: Any) -> Act:
    return send(200, {"choices": list(choices), **more})


def scored(text: str, *scores: float) -> dict[str, Any]:
    return choice(text, logprobs={"content": [{"token": "t", "logprob": s} for s in scores]})


def slow(served: Served) -> Act:
    return lambda handler: served.stop.wait(20) and None


def error(message: str, **more: str) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


def test_messages_options_and_key_go_to_the_server_and_its_counts_come_back(served: Served) -> None:
    usage = {"prompt_tokens": 41, "completion_tokens": 3}
    found = served.ask(answer(scored("SELECT 1", -0.5, -0.25), usage=usage))
    assert found == (
        Reply(text="SELECT 1", prompt_tokens=41, output_tokens=3, log_probability=-0.75),
    )
    heard = served.heard[0]
    assert (heard["path"], heard["model"]) == ("/v1/chat/completions", "org/m@1")
    assert heard["messages"] == [
        {"role": "system", "content": "Write SQL."},
        {"role": "user", "content": "orders(id)\nhow many?"},
    ]
    assert (heard["temperature"], heard["max_tokens"], heard["seed"]) == (0.0, 256, 0)
    assert "stop" not in heard and "n" not in heard
    assert heard["headers"]["authorization"] == f"Bearer {SECRET}"


def test_a_prompt_without_chat_template_is_one_text_with_its_stops(served: Served) -> None:
    served.acts[:] = [answer({"text": "SELECT 1", "finish_reason": "length"})]
    plain = replace(PROMPT, chat_template=False, answer_start="", stop=("[/SQL]",))
    ((reply,),) = served.generator(layout="sqlcoder").generate([plain], Decoding())
    assert (reply.text, reply.finish) == ("SELECT 1", "length")
    heard = served.heard[0]
    assert heard["path"] == "/v1/completions"
    assert (heard["prompt"], heard["stop"]) == ("Write SQL.\norders(id)\nhow many?\n", ["[/SQL]"])


def test_candidates_come_from_one_request_likeliest_first(served: Served) -> None:
    choices = [scored("b", -2.0), scored("a", -1.0, -0.5), scored("c", -3.0), scored("d", -0.1)]
    found = served.ask(answer(*choices, usage={"completion_tokens": 9}), decoding=SAMPLED)
    assert [reply.text for reply in found] == ["a", "b", "c"]
    assert [reply.output_tokens for reply in found] == [2, 1, 1]
    assert [heard["n"] for heard in served.heard] == [3]


def test_a_server_that_ignores_n_is_asked_again_with_other_seeds(served: Served) -> None:
    answers = [answer(choice(text)) for text in "abc"]
    found = served.ask(*answers, decoding=SAMPLED)
    assert [reply.text for reply in found] == ["a", "b", "c"]
    assert [heard["seed"] for heard in served.heard] == [5, 6, 7]


def test_fields_that_a_server_refuses_are_left_out_from_then_on(served: Served) -> None:
    served.acts[:] = [
        send(422, {"detail": [{"loc": ["body", "n"], "msg": "Extra inputs are not permitted"}]}),
        send(400, error("`logprobs` is not supported with this model")),
        send(400, error("'max_tokens' is not supported. Use 'max_completion_tokens' instead.")),
        answer(choice("x")),
    ]
    writer = served.generator()
    assert [r.text for r in writer.generate([PROMPT], SAMPLED)[0]] == ["x"] * 3
    writer.generate([PROMPT], Decoding())
    assert len(served.heard) == 3 + 3 + 1
    assert not {"n", "logprobs", "max_tokens"} & set(served.heard[-1])
    assert served.heard[-1]["max_completion_tokens"] == 256


@pytest.mark.parametrize(
    ("status", "said", "message"),
    [
        (401, error(f"Incorrect API key provided: {SECRET}"), "does not know the key (401)"),
        (403, error("no access"), "does not give access to this key (403): no access"),
        (404, error("The model does not exist"), "has no model org/m@1"),
        (400, error("bad temperature"), "does not take the request (400): bad temperature"),
        (400, error("no", code="content_filter"), "content filter"),
        (400, error("This model's maximum context length is 9"), "longer than org/m@1 can hold"),
        (402, b"<html>Pay</html>", "does not take the request (402)"),
        (413, b"", "longer than org/m@1 can hold"),
        (429, error("x", code="insufficient_quota"), "no credit left"),
        (418, b"\x1b[2J\xff" * 50_000, "does not take the request (418)"),
    ],
)
def test_a_refusal_is_one_line_and_is_not_asked_again(
    served: Served, status: int, said: object, message: str
) -> None:
    error = served.failure(send(status, said))
    assert message in error.message
    assert len(error.message) < 1800 and "\x1b" not in error.message
    assert len(served.heard) == 1


@pytest.mark.parametrize(
    ("status", "message", "times"),
    [(429, "limits the rate", 5), (500, "failed (500)", 3), (503, "failed (503)", 3)],
)
def test_a_busy_server_is_asked_again_but_not_for_ever(
    served: Served, status: int, message: str, times: int
) -> None:
    assert message in served.failure(send(status, error("busy"))).message
    assert len(served.heard) == times
    assert served.ask(send(status, b""), answer(choice("x")))[0].text == "x"


def test_retry_after_is_honoured_up_to_a_bound(served: Served) -> None:
    start = time.monotonic()
    served.ask(send(429, b"", retry_after="0.3"), answer(choice("x")))
    assert time.monotonic() - start > 0.3
    for far in ("90", "3600", "inf", "Wed, 21 Oct 2099 07:28:00 GMT"):
        before = len(served.heard)
        assert "limits the rate" in served.failure(send(429, b"", retry_after=far)).message
        assert len(served.heard) == before + 1
    for odd in ("soon", "nan", "-5", "Wed, 99 Oct"):
        assert served.ask(send(429, b"", retry_after=odd), answer(choice("x")))[0].text == "x"


def half(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.wfile.flush()
    handler.connection.close()


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.close()


def gibberish(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\x01 not HTTP at all\r\n\r\n")


@pytest.mark.parametrize("act", [half, hang_up, gibberish])
def test_a_cut_connection_is_tried_again_then_one_line(served: Served, act: Act) -> None:
    assert "was cut" in served.failure(act).message
    assert len(served.heard) == 3
    assert served.ask(act, answer(choice("x")))[0].text == "x"


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (send(200, b"<html>"), "JSON"),
        (answer(), "without any choices"),
        (answer(choice(None)), "without text"),
        (send(200, b" " * 3_000_000), "larger than"),
        (send(200, b"x", content_encoding="gzip"), "compresses"),
    ],
)
def test_an_answer_in_another_form_is_one_line(served: Served, act: Act, message: str) -> None:
    error = served.failure(act)
    assert isinstance(error, ModelError) and message in error.message
    assert len(served.heard) == 1


def endless(status: int) -> Act:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.end_headers()
        while True:  # until the client has gone
            handler.wfile.write(b" " * 65_536)

    return act


@pytest.mark.parametrize(("status", "message"), [(200, "larger than"), (418, "(418)")])
def test_an_endless_answer_is_left(served: Served, status: int, message: str) -> None:
    error = served.failure(endless(status), decoding=Decoding(write_timeout_s=5))
    assert message in error.message


def test_a_timeout_gives_empty_replies_that_say_so(served: Served) -> None:
    start = time.monotonic()
    quick = replace(SAMPLED, write_timeout_s=0.3)
    found = served.ask(answer(choice("a")), slow(served), decoding=quick)
    assert [(r.text, r.finish) for r in found] == [("a", "stop"), ("", "timeout"), ("", "timeout")]
    assert time.monotonic() - start < 10  # half of what the server waits for


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(1000):  # for 20 s at least
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.02)


def test_a_dripping_answer_ends_at_the_deadline(served: Served) -> None:
    start = time.monotonic()
    (reply,) = served.ask(drip, decoding=Decoding(write_timeout_s=0.3))
    assert (reply.finish, time.monotonic() - start < 10) == ("timeout", True)


@pytest.mark.parametrize("act", [None, drip, send(429, b"", retry_after="30")])
def test_cancel_ends_at_once(served: Served, act: Act | None) -> None:
    served.acts[:] = [answer(choice("x")), act or slow(served)]
    asked_at: list[float] = []

    def cancel() -> bool:
        if len(served.heard) == 2 and not asked_at:
            time.sleep(0.1)
            asked_at.append(time.monotonic())
        return bool(asked_at)

    first, second, third = served.generator().generate([PROMPT] * 3, Decoding(), cancel=cancel)
    assert time.monotonic() - asked_at[0] < 5  # measured 0.05 s; the server takes 20 s or more
    assert [r[0].finish for r in (first, second, third)] == ["stop", "cancelled", "cancelled"]
    # and the threads that waited for the server end as well
    left = [thread for thread in threading.enumerate() if thread.name == "sqlft-endpoint"]
    for thread in left:
        thread.join(10)
    assert not any(thread.is_alive() for thread in left)


def test_a_caller_within_an_event_loop_is_answered(served: Served) -> None:
    async def inside() -> str:
        return served.ask(answer(choice("x")))[0].text

    assert asyncio.run(inside()) == "x"


def test_a_redirect_is_not_followed_and_the_key_goes_nowhere(served: Served) -> None:
    elsewhere = f"{served.url}/v2?token={SECRET}"
    for status in (301, 302, 307, 308):
        before = len(served.heard)
        error = served.failure(send(status, b"", location=elsewhere))
        assert "elsewhere" in error.message and str(error.hint).endswith(f"{served.url}/v2")
        assert len(served.heard) == before + 1


def test_the_key_is_in_no_log_reply_or_representation(
    served: Served, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    (reply,) = served.ask(send(500, b""), answer(choice(f"SELECT '{SECRET}'")))
    assert reply.text == "SELECT '***'"
    writer = served.generator(api_key_variable="ENDPOINT_KEY")
    shown = f"{writer!r} {vars(writer)} {writer.name} {caplog.text} {capfd.readouterr()}"
    assert SECRET not in shown and caplog.records


def test_nothing_else_of_the_environment_is_sent(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "other-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: other-secret\nX-Own: other-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/other-secret")
    served.acts[:] = [answer(choice("x"))]
    served.generator().generate([PROMPT], Decoding())
    served.generator(api_key_variable="ENDPOINT_KEY").generate([PROMPT], Decoding())
    bare, keyed = served.heard
    assert "authorization" not in bare["headers"]
    assert keyed["headers"]["authorization"] == f"Bearer {SECRET}"
    assert "other-secret" not in str(served.heard)
    assert not [n for n in bare["headers"] if n.startswith("x-") and "raw" not in n]


def test_a_proxy_is_used_except_for_this_machine(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.acts[:] = [answer(choice("x"))]
    monkeypatch.setenv("HTTP_PROXY", served.url)
    choice_of = ModelChoice(model="endpoint:m@http://a.invalid/v1", api_key_variable="ENDPOINT_KEY")
    assert EndpointGenerator(choice_of).generate([PROMPT], Decoding())[0][0].text == "x"
    assert served.heard[0]["path"] == "http://a.invalid/v1/chat/completions"
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert served.ask(answer(choice("y")))[0].text == "y"
    with pytest.raises(ModelError, match="cannot be reached"):
        EndpointGenerator(choice_of).generate([PROMPT], Decoding())
    monkeypatch.setenv("HTTP_PROXY", "gopher://nowhere")
    with pytest.raises(ModelError, match="proxy"):
        EndpointGenerator(choice_of).generate([PROMPT], Decoding())


def test_https_to_a_server_without_it_is_one_line(served: Served) -> None:
    secure = ModelChoice(model=f"endpoint:m@{served.url.replace('http', 'https')}/v1")
    with pytest.raises(ModelError, match="cannot be reached"):
        EndpointGenerator(secure).generate([PROMPT], Decoding())
