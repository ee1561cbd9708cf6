"""What an endpoint answered: replies out of JSON, or what is wrong with it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from sqlft.errors import ModelError
from sqlft.model.generator import Finish, Reply

_FINISHES: Mapping[str, Finish] = {"length": "length", "max_tokens": "length"}
_OTHER_SERVER = "check the address: it usually ends in /v1, and the server speaks OpenAI's API"


def read_replies(content: bytes, host: str) -> tuple[Reply, ...]:
    r"""The replies in the body of a successful response, at least one.

    Texts come without lone surrogates. Tokens of a reply that shares its request with others are
    known only where the server gives log-probabilities.

    Raises:
        ModelError: it is not JSON, has no choices, or a choice has no text.

    >>> read_replies(b'{"choices": [{"message": {"content": "SELECT 1"}}]}', "host")[0].text
    'SELECT 1'
    """
    document = _document(content, host)
    choices = document.get("choices")
    if not isinstance(choices, list) or not choices:
        raise ModelError(f"{host} answered without any choices", hint=_OTHER_SERVER)
    usage = _mapping(document.get("usage"))
    alone = len(choices) == 1
    return tuple(_reply(_mapping(choice), usage, alone, host) for choice in choices)


def _document(content: bytes, host: str) -> Mapping[str, Any]:
    try:
        document = json.loads(content.decode("utf-8", errors="replace"))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise ModelError(f"{host} did not answer with a JSON object", hint=_OTHER_SERVER)
    return document


def _reply(choice: Mapping[str, Any], usage: Mapping[str, Any], alone: bool, host: str) -> Reply:
    reason = choice.get("finish_reason")
    if reason == "content_filter":
        raise filtered(host)
    finish = _FINISHES.get(reason, "stop") if isinstance(reason, str) else "stop"
    text = _text(choice)
    if text is None and finish != "length":  # reasoning may use up every token before any text
        raise ModelError(
            f"{host} answered without text",
            hint="choose a model that writes text; raise --max-output-tokens for one that reasons",
        )
    scores = _log_probabilities(choice)
    return Reply(
        text=(text or "").encode("utf-8", errors="replace").decode("utf-8"),
        finish=finish,
        prompt_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens"))
        if alone
        else (len(scores) if scores else None),
        log_probability=math.fsum(scores) if scores else None,
    )


def filtered(host: str) -> ModelError:
    """The error of an answer, or a question, that a content filter stopped."""
    return ModelError(
        f"the content filter of {host} stopped the answer",
        hint="ask in other words, or choose another endpoint",
    )


def _text(choice: Mapping[str, Any]) -> str | None:
    """The text of a choice: of a completion, a message, its parts, or its refusal."""
    message = _mapping(choice.get("message"))
    content = message.get("content", choice.get("text"))
    if isinstance(content, list):
        parts = [_mapping(part).get("text") for part in content]
        content = "".join(part for part in parts if isinstance(part, str))
    for found in (content, message.get("refusal")):
        if isinstance(found, str):
            return found
    return None


def _log_probabilities(choice: Mapping[str, Any]) -> list[float] | None:
    """Natural log-probabilities of the written tokens; none where they are not all known."""
    given = _mapping(choice.get("logprobs"))
    scores = given.get("token_logprobs")
    if isinstance(given.get("content"), list):
        scores = [_mapping(token).get("logprob") for token in given["content"]]
    if not isinstance(scores, list) or not scores:
        return None
    known = [float(s) for s in scores if isinstance(s, int | float) and math.isfinite(s)]
    return known if len(known) == len(scores) else None


def _count(value: object) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and isinstance(value, int) and value >= 0 else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
