"""What an endpoint is asked: the body of one request, without what its server refuses."""

from __future__ import annotations

import re
from typing import Any

from sqlft.config import Decoding
from sqlft.prompt import Prompt, segments

# Fields that a server may go without: they only ask for more, or have another name.
_OPTIONAL = ("logprobs", "n", "seed", "stop", "max_tokens")


def request_body(
    model: str, prompt: Prompt, decoding: Decoding, *, already: int, without: frozenset[str]
) -> dict[str, Any]:
    """The JSON body that asks for the candidates that are missing.

    A prompt without a chat template goes to `/completions` as one text, any other as messages.
    There, no stop text is sent: it would end the answer at the fence that such models open first.

    Args:
        already: candidates that are there; each further request draws with another seed.
        without: fields that the server refused.
    """
    missing = decoding.candidates - already
    optional = {
        "n": missing if missing > 1 else None,
        "seed": decoding.seed + already,
        "logprobs": True if prompt.chat_template else 1,
        "stop": None if prompt.chat_template else list(prompt.stop) or None,
        "max_tokens": decoding.max_output_tokens,
    }
    body: dict[str, Any] = {"model": model, "temperature": decoding.temperature}
    if prompt.chat_template:
        body["messages"] = [{"role": m.role, "content": m.text} for m in prompt.messages]
    else:
        body["prompt"] = "".join(segment.text for segment in segments(prompt, None))
    body |= {key: v for key, v in optional.items() if v is not None and key not in without}
    if "max_tokens" in without:
        body["max_completion_tokens"] = decoding.max_output_tokens
    return body


def refused_field(said: str, sent: dict[str, Any]) -> str | None:
    """The optional field of the sent body that a server's complaint names, or none.

    >>> refused_field("Unsupported parameter: 'logprobs'", {"logprobs": True, "n": 2})
    'logprobs'
    >>> refused_field("an unknown model", {"n": 2}) is None
    True
    """
    for field in _OPTIONAL:
        # "n" and "stop" are words of their own: they count only where they are quoted.
        word = rf"['\"`]{field}['\"`]" if field in {"n", "stop"} else rf"\b{field}\b"
        if field in sent and re.search(word, said):
            return field
    return None
