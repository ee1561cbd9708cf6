"""The body of an answer: replies where it can be read, one clear line where not."""

import json
from typing import Any

import pytest

from sqlft.errors import ModelError
from sqlft.model import Reply
from sqlft.model.endpoint_reply import read_replies


def body(*choices: object, **more: Any) -> bytes:
    return json.dumps({"choices": list(choices), **more}).encode()


def choice(text: object, **more: Any) -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": text}, "finish_reason": "stop", **more}


def only(content: bytes) -> Reply:
    (reply,) = read_replies(content, "host")
    return reply


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "JSON"),
        (b"[" * 200_000, "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"9" * 5000, "JSON"),
        (b'data: {"choices": []}\n\n', "JSON"),
        (b"[]", "JSON"),
        (b"{}", "without any choices"),
        (b'{"choices": "x"}', "without any choices"),
        (body(), "without any choices"),
        (body(None), "without text"),
        (body(choice(None)), "without text"),
        (body({"message": 7}), "without text"),
        (body(choice({"a": 1}), usage=[1]), "without text"),
        (body(choice("x"), choice(None)), "without text"),
        (body(choice("x", finish_reason="content_filter")), "content filter"),
    ],
)
def test_an_answer_in_another_form_is_one_line(content: bytes, message: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        read_replies(content, "host")
    assert caught.value.hint and "\n" not in caught.value.message


def test_a_text_in_parts_is_one_text() -> None:
    parts = [{"type": "text", "text": "SELECT "}, {"type": "image"}, {"type": "text", "text": "1"}]
    assert only(body(choice(parts))).text == "SELECT 1"


def test_a_refusal_in_words_is_a_reply() -> None:
    refusal = {"message": {"content": None, "refusal": "I will not."}}
    assert only(body(refusal)).text == "I will not."


def test_reasoning_that_used_up_the_tokens_is_an_empty_reply() -> None:
    spent = only(body(choice(None, finish_reason="length")))
    assert (spent.text, spent.finish) == ("", "length")


def test_lone_surrogates_never_leave_the_answer() -> None:
    assert only(body(choice("a\ud800b"))).text == "a?b"


@pytest.mark.parametrize("count", [-1, "9", 1.5, True, None, [1]])
def test_impossible_counts_are_unknown(count: object) -> None:
    reply = only(body(choice("x"), usage={"prompt_tokens": count, "completion_tokens": count}))
    assert (reply.prompt_tokens, reply.output_tokens) == (None, None)


@pytest.mark.parametrize("score", [float("nan"), float("-inf"), None, "-1"])
def test_log_probabilities_that_are_not_all_known_are_none(score: object) -> None:
    tokens = [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": score}]
    assert only(body(choice("x", logprobs={"content": tokens}))).log_probability is None
    known = choice("x", logprobs={"token_logprobs": [-0.5, -1]})
    assert only(body(known)).log_probability == -1.5


def test_tokens_of_a_shared_request_are_known_only_from_their_own_scores() -> None:
    scored = choice("x", logprobs={"token_logprobs": [-0.5, -1]})
    replies = read_replies(body(scored, choice("y"), usage={"completion_tokens": 9}), "host")
    assert [reply.output_tokens for reply in replies] == [2, None]
