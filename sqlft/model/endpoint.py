"""Answers written by a model behind an OpenAI-compatible server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlft.config import Decoding, ModelChoice, flag
from sqlft.errors import InputError, ModelError
from sqlft.model.endpoint_address import KEY_VARIABLE, key_of, parse_endpoint
from sqlft.model.endpoint_loop import run_until_cancelled
from sqlft.model.endpoint_reply import read_replies
from sqlft.model.endpoint_request import refused_field, request_body
from sqlft.model.generator import Cancel, Reply
from sqlft.prompt import Prompt, layout

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from sqlft.model.endpoint_client import Key
    from sqlft.model.endpoint_failure import Failure

FIRST_WAIT_S = 0.5
MAX_WAIT_S = 60.0
_REPLY_BYTES, _TOKEN_BYTES = 2**20, 2**10  # a token with its log-probability takes about 150


class EndpointGenerator:
    """A Generator over an endpoint. Its key is read once, and is in no error, log or record."""

    def __init__(self, choice: ModelChoice) -> None:
        """
        Raises:
            InputError: the model is not an endpoint, an option is for models on this machine, or
                the key is missing.
            ModelError: the openai package is missing.
        """
        for given, name in (
            (choice.adapter is not None, "adapter"),
            (choice.quantize != "none", "quantize"),
            (choice.device != "auto", "device"),
        ):
            if given:
                raise InputError(
                    f"{flag(name)} is for models on this machine, not for endpoints",
                    hint=f"leave out {flag(name)}",
                )
        self._endpoint = parse_endpoint(choice.model)
        self._layout = layout(choice.layout or "ddl").name
        value = key_of(self._endpoint, choice.api_key_variable)
        self._key = _key(value, choice.api_key_variable)
        self._without: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """``endpoint:MODEL@URL``."""
        return self._endpoint.name

    @property
    def adapter(self) -> str | None:
        """None: what the server adapts is its own."""
        return None

    @property
    def layout(self) -> str:
        """The prompt layout that the endpoint is asked in."""
        return self._layout

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, *, cancel: Cancel | None = None
    ) -> list[tuple[Reply, ...]]:
        """``decoding.candidates`` replies for each prompt, in the prompts' order.

        Likeliest first where the server gives log-probabilities, else in the server's order.
        ``decoding.write_timeout_s`` holds for each prompt, all its requests and waits together.
        Text that a timeout or ``cancel`` finds unfinished is still with the server: that reply is
        empty. The seed is passed on; whether it settles the answer is the server's to say.

        Raises:
            ModelError: the endpoint failed, or did not answer in its API's form.
            InputError: a prompt does not fit the context, or greedy candidates are asked for.
        """
        if decoding.candidates > 1 and decoding.temperature == 0:
            raise InputError(
                f"{decoding.candidates} greedy answers would all be the same",
                hint="set a temperature above 0, such as 0.7, or candidates to 1",
            )
        answers: list[tuple[Reply, ...]] = []
        run_until_cancelled(self._answer_all(prompts, decoding, answers), cancel)
        found = list(answers)
        cancelled = (Reply(text="", finish="cancelled"),) * decoding.candidates
        return found + [cancelled] * (len(prompts) - len(found))

    async def _answer_all(
        self, prompts: Sequence[Prompt], decoding: Decoding, answers: list[tuple[Reply, ...]]
    ) -> None:
        from sqlft.model.endpoint_client import client_of

        async with client_of(self._endpoint, self._key) as client:
            for prompt in prompts:
                answers.append(await self._candidates(client, prompt, decoding))

    async def _candidates(
        self, client: AsyncOpenAI, prompt: Prompt, decoding: Decoding
    ) -> tuple[Reply, ...]:
        found: list[Reply] = []
        deadline = time.monotonic() + decoding.write_timeout_s
        try:
            async with asyncio.timeout(decoding.write_timeout_s):
                while len(found) < decoding.candidates:  # servers may give fewer than n
                    content = await self._asked(client, prompt, decoding, len(found), deadline)
                    found += read_replies(content, self._endpoint.host)
        except TimeoutError:
            missing = decoding.candidates - len(found)
            found += [Reply(text="", finish="timeout")] * missing
        kept = [replace(r, text=self._key.hidden(r.text)) for r in found[: decoding.candidates]]
        scores = [reply.log_probability for reply in kept]
        if None not in scores:
            kept.sort(key=lambda reply: -(reply.log_probability or 0.0))
        return tuple(kept)

    async def _asked(
        self,
        client: AsyncOpenAI,
        prompt: Prompt,
        decoding: Decoding,
        already: int,
        deadline: float,
    ) -> bytes:
        """The body of the answer, asked again where that may help."""
        from sqlft.model.endpoint_client import send

        room = decoding.candidates * decoding.max_output_tokens * _TOKEN_BYTES
        tries = 0
        while True:
            body = request_body(
                self._endpoint.model, prompt, decoding, already=already, without=self._without
            )
            answer = await send(
                client, body, self._endpoint, self._key, max_reply_bytes=_REPLY_BYTES + room
            )
            if isinstance(answer, bytes):
                return answer
            refused = refused_field(answer.said, body)
            if refused is not None:
                self._without |= {refused}
                continue
            tries += 1
            await asyncio.sleep(_wait_s(answer, tries, deadline - time.monotonic()))


def _wait_s(failure: Failure, tries: int, left_s: float) -> float:
    """Seconds until the request is sent again; doubled each time, or as the server asks.

    Raises:
        SqlftError: it was sent often enough, or the wait is too long.
    """
    wait_s = FIRST_WAIT_S * 2 ** (tries - 1) if failure.wait_s is None else failure.wait_s
    if tries >= failure.tries or wait_s > min(left_s, MAX_WAIT_S):
        raise failure.error
    return wait_s


def _key(value: str | None, variable: str | None) -> Key:
    try:
        from sqlft.model.endpoint_client import Key
    except ImportError as error:
        raise ModelError(
            f"endpoints need the openai package ({error})", hint="pip install 'sqlft[endpoint]'"
        ) from error
    return Key(value=value, variable=None if value is None else variable or KEY_VARIABLE)
