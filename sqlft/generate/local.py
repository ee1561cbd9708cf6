"""Answers written by weights on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import torch

from sqlft.config import Decoding
from sqlft.errors import InputError, ModelError
from sqlft.generate.beam import search
from sqlft.generate.decode import write
from sqlft.generate.grammar import Masks
from sqlft.generate.prefixes import Prefixes
from sqlft.generate.reader import Halted, Reader, RowReader, SlotReader, active, network
from sqlft.generate.rows import Rules, Task, Written
from sqlft.generate.slots import Slots, most_rows
from sqlft.generate.stop import cut, holds_stop
from sqlft.generate.turns import Turns
from sqlft.model import Cancel, Finish, LoadedModel, Reply
from sqlft.prompt import Prompt, TokenisedPrompt, tokenise


class LocalGenerator:
    """A Generator over loaded weights. One call writes at a time, whoever asks.

    Prompts of one call are written side by side, in as many rows as the device does well with; the
    schema part that several share is read once. The same prompt and decoding give the same replies
    in every thread, and in any company but for rounding: products over more rows may be summed in
    another order, which can decide between two tokens that are as good as equally likely.
    """

    def __init__(self, loaded: LoadedModel, *, beside: LocalGenerator | None = None) -> None:
        """
        Args:
            beside: a generator of the same model with another adapter; the two take turns, and
                keep prefixes in the same room.
        """
        self._loaded = loaded
        # Every step uses all cores: two prompts at once would only take turns at each of them.
        self._turns: Turns = Turns() if beside is None else beside._turns
        self._prefixes: Prefixes = Prefixes() if beside is None else beside._prefixes
        self._masks = Masks(loaded)
        self._end_ids = loaded.end_ids
        self._network = network(loaded.model, self._adapter)

    @property
    def name(self) -> str:
        """The model's name as a user gave it."""
        return self._loaded.name

    @property
    def adapter(self) -> str | None:
        """The adapter's folder as a user gave it, or none."""
        return self._loaded.adapter

    @property
    def _adapter(self) -> str | None:
        """The adapter's key in the model; one that was put there by others has PEFT's own."""
        loaded = self._loaded
        return loaded.adapter_key or ("default" if loaded.adapter is not None else None)

    @property
    def layout(self) -> str:
        """The prompt layout that this model is asked in."""
        return self._loaded.layout

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, *, cancel: Cancel | None = None
    ) -> list[tuple[Reply, ...]]:
        """``decoding.candidates`` replies for each prompt, likeliest first, in the prompts' order;
        where the answer is searched for, the likeliest and up to ``decoding.beams - 1`` others that
        are nearly as likely.

        ``decoding.write_timeout_s`` holds for each prompt, from when its writing begins; when it
        is over, or ``cancel`` says so, what was written until then is the reply.

        Raises:
            InputError: a prompt does not fit the context.
            ModelError: the device's memory is exhausted.
        """
        tasks = [self._task(prompt, decoding) for prompt in prompts]
        if not tasks:
            return []
        wants = {(self._adapter, task.shared) for task in tasks}
        with self._turns.turn(cancel, wants=wants) as mine:
            if not mine:
                return [(Reply(text="", finish="cancelled"),) * decoding.candidates] * len(tasks)
            written = self._write(tasks, decoding, cancel)
        return [
            tuple(
                self._reply(one, prompt, len(task.shared) + len(task.own))
                for one in sorted(answers, key=lambda one: -one.log_probability)
            )
            for prompt, task, answers in zip(prompts, tasks, written, strict=True)
        ]

    def read_ahead(
        self, prompt: Prompt, decoding: Decoding, *, cancel: Cancel | None = None
    ) -> bool:
        """Reads the part of the prompt that others share, for whoever asks next; true once it is
        kept. It changes no answer.

        It gives way, and keeps nothing, as soon as somebody waits to ask over another schema.

        Raises:
            InputError, ModelError: as ``generate``.
        """
        tokens = self._tokens(prompt, decoding)
        key = (self._adapter, tokens.ids[: tokens.shared_tokens])

        def halt() -> Finish | None:
            left = cancel is not None and cancel()
            return "cancelled" if left or self._turns.is_wanted_without(key) else None

        if not key[1] or self._prefixes.take(key) is not None:
            return True
        with self._turns.turn(cancel) as mine, torch.inference_mode():
            if not mine:
                return False
            one = replace(decoding, candidates=1)
            try:
                with self._memory_told(), active(self._loaded.model, self._adapter):
                    reader, _ = self._reader(1, one, len(key[1]))
                    reader.read_ahead(key[1], halt)
            except Halted:
                return False
        return True

    def _tokens(self, prompt: Prompt, decoding: Decoding) -> TokenisedPrompt:
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

    def _task(self, prompt: Prompt, decoding: Decoding) -> Task:
        tokens = self._tokens(prompt, decoding)
        return Task(
            shared=tokens.ids[: tokens.shared_tokens],
            own=tokens.ids[tokens.shared_tokens :],
            done=holds_stop(self._text, prompt.stop),
            mask=self._masks.mask(prompt) if decoding.constrained else None,
        )

    def _write(
        self, tasks: Sequence[Task], decoding: Decoding, cancel: Cancel | None
    ) -> list[tuple[Written, ...]]:
        """The answers to the prompts, in their order; written in the order that pads least."""
        rules = Rules(
            candidates=decoding.candidates,
            greedy=decoding.temperature == 0,
            temperature=decoding.drawn_at,
            seed=decoding.seed,
            end_ids=self._end_ids,
            max_output_tokens=decoding.max_output_tokens,
            timeout_s=decoding.write_timeout_s,
            cancel=cancel,
        )
        order = sorted(range(len(tasks)), key=lambda place: _alike(tasks[place]))
        tokens = max(len(task.shared) + len(task.own) for task in tasks)
        ordered = [tasks[place] for place in order]
        with self._memory_told(), active(self._loaded.model, self._adapter):
            reader, rows = self._reader(len(tasks), decoding, tokens + decoding.max_output_tokens)
            if decoding.searches:
                written = search(reader, ordered, rules, rows=rows, beams=decoding.beams)
            else:
                written = write(reader, ordered, rules, rows=rows)
        found: list[tuple[Written, ...]] = [()] * len(tasks)
        for place, answers in zip(order, written, strict=True):
            found[place] = answers
        return found

    def _reader(self, prompts: int, decoding: Decoding, tokens: int) -> tuple[Reader, int]:
        """What reads, and how many rows it holds."""
        model = self._loaded.model
        each = decoding.beams if decoding.searches else decoding.candidates
        if self._network is None:
            return RowReader(model, self._prefixes, self._adapter), each
        rows = max(each, min(prompts * each, most_rows(model, tokens)))
        slots = Slots(model, rows=rows, tokens=tokens)
        return SlotReader(self._network, slots, self._prefixes, self._adapter), rows

    @contextmanager
    def _memory_told(self) -> Iterator[None]:
        """Says what to do where the device's memory is exhausted."""
        try:
            yield
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


def _alike(task: Task) -> tuple[int, tuple[int, ...], int]:
    """Prompts over one schema next to each other, and there the short ones."""
    return len(task.shared), task.shared, len(task.own)
