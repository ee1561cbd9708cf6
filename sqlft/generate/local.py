"""Answers written by weights on this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import torch

from sqlft.config import Decoding
from sqlft.errors import InputError, ModelError
from sqlft.generate.choice import picker
from sqlft.generate.decode import Halt, Rules, Written, write
from sqlft.generate.prefixes import Prefixes
from sqlft.generate.stop import cut, holds_stop
from sqlft.model import Cancel, Finish, LoadedModel, Reply
from sqlft.prompt import Prompt, TokenisedPrompt, tokenise

_LOOK_S = 0.05


class LocalGenerator:
    """A Generator over loaded weights. One prompt is written at a time, whoever asks.

    The same prompt and decoding give the same replies, in every thread and any company.
    """

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded
        # Every step uses all cores: two prompts at once would only take turns at each of them.
        self._lock = threading.Lock()
        self._prefixes = Prefixes()

    @property
    def name(self) -> str:
        """The model's name as a user gave it."""
        return self._loaded.name

    @property
    def adapter(self) -> str | None:
        """The adapter's folder as a user gave it, or none."""
        return self._loaded.adapter

    @property
    def layout(self) -> str:
        """The prompt layout that this model is asked in."""
        return self._loaded.layout

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, *, cancel: Cancel | None = None
    ) -> list[tuple[Reply, ...]]:
        """``decoding.candidates`` replies for each prompt, likeliest first, in the prompts' order.

        ``decoding.write_timeout_s`` holds for each prompt, from when its writing begins; when it
        is over, or ``cancel`` says so, what was written until then is the reply.

        Raises:
            InputError: a prompt does not fit the context, or greedy candidates are asked for.
            ModelError: the device's memory is exhausted.
        """
        if decoding.candidates > 1 and decoding.temperature == 0:
            raise InputError(
                f"{decoding.candidates} greedy answers would all be the same",
                hint="set a temperature above 0, such as 0.7, or candidates to 1",
            )
        asked = [self._fitting(prompt, decoding) for prompt in prompts]
        return [
            self._replies(prompt, tokens, decoding, cancel)
            for prompt, tokens in zip(prompts, asked, strict=True)
        ]

    def _fitting(self, prompt: Prompt, decoding: Decoding) -> TokenisedPrompt:
        tokens = tokenise(prompt, self._loaded.tokenizer)
        limit, needed = self._loaded.context_tokens, len(tokens.ids) + decoding.max_output_tokens
        if limit is not None and needed > limit:
            raise InputError(
                f"the prompt has {len(tokens.ids):,} tokens, and with up to "
                f"{decoding.max_output_tokens:,} for the answer that is more than the "
                f"{limit:,} that {self.name} can hold",
                hint="choose a smaller schema or a model with a longer context",
            )
        return tokens

    def _replies(
        self, prompt: Prompt, tokens: TokenisedPrompt, decoding: Decoding, cancel: Cancel | None
    ) -> tuple[Reply, ...]:
        if not self._turn(cancel):
            return (Reply(text="", finish="cancelled"),) * decoding.candidates
        try:
            written = self._written(
                prompt, tokens, decoding, _halt(decoding.write_timeout_s, cancel)
            )
        finally:
            self._lock.release()
        best_first = sorted(written, key=lambda one: -one.log_probability)
        return tuple(self._reply(one, prompt, len(tokens.ids)) for one in best_first)

    def _turn(self, cancel: Cancel | None) -> bool:
        """Waits until this thread alone may write; false where it is cancelled before."""
        while not self._lock.acquire(timeout=_LOOK_S):
            if cancel is not None and cancel():
                return False
        return True

    def _written(
        self, prompt: Prompt, tokens: TokenisedPrompt, decoding: Decoding, halt: Halt
    ) -> tuple[Written, ...]:
        rules = Rules(
            rows=decoding.candidates,
            pick=picker(decoding.temperature, decoding.seed, decoding.candidates),
            end_ids=self._loaded.end_ids,
            done=holds_stop(self._text, prompt.stop),
            max_output_tokens=decoding.max_output_tokens,
            halt=halt,
        )
        try:
            return write(
                self._loaded.model,
                tokens.ids,
                rules,
                shared=tokens.shared_tokens,
                prefixes=self._prefixes,
            )
        except torch.OutOfMemoryError as error:
            raise ModelError(
                f"the GPU's memory does not hold {self.name} with this prompt",
                hint="--quantize nf4, fewer candidates, or --device cpu",
            ) from error

    def _reply(self, written: Written, prompt: Prompt, prompt_tokens: int) -> Reply:
        return Reply(
            text=cut(self._text(written.ids), prompt.stop),
            finish=written.finish,
            prompt_tokens=prompt_tokens,
            output_tokens=len(written.ids),
            log_probability=written.log_probability,
        )

    def _text(self, ids: Sequence[int]) -> str:
        text: str = self._loaded.tokenizer.decode(
            ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text


def _halt(timeout_s: float, cancel: Cancel | None) -> Halt:
    """Why writing that begins now must end, asked again and again."""
    deadline = time.monotonic() + timeout_s

    def halt() -> Finish | None:
        if cancel is not None and cancel():
            return "cancelled"
        return "timeout" if time.monotonic() > deadline else None

    return halt
