"""What reads tokens: rows in slots, or a model of any other kind row by row."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import torch

from sqlft.generate.llama import Llama, bare
from sqlft.generate.prefixes import Prefixes
from sqlft.generate.slots import Block, Slots
from sqlft.model.generator import Finish

READ_TOKENS = {"cpu": 512, "cuda": 8192}
"""Prompt tokens read in one step, by device. Between steps the deadline is looked at: 512 take
about a second on two cores, and reading in pieces of that size costs no measurable speed."""

SLOT_FAMILIES = frozenset({"llama", "mistral", "qwen2", "qwen3"})
"""Model types whose attention is told by a mask alone, and whose logits are one product."""

Ids = Sequence[int]
Halt = Callable[[], Finish | None]
"""Asked before every step: why writing ends now, or none."""


class Halted(Exception):
    """Reading was ended from outside."""

    def __init__(self, finish: Finish) -> None:
        super().__init__(finish)
        self.finish = finish


class Reader(Protocol):
    """Holds what rows have read. Rows have numbers from 0 on; the caller counts them."""

    def begin(self, first: int, prompts: Sequence[tuple[Ids, Ids]], halt: Halt) -> torch.Tensor:
        """Logits (prompts, vocabulary) after each prompt, read into rows from ``first`` on.

        Args:
            prompts: of each the ids that others may share, and the others; at least one of these.

        Raises:
            Halted: ``halt`` gave a reason.
        """
        ...

    def read_ahead(self, shared: Ids, halt: Halt) -> None:
        """Reads into row 0 what prompts may share, and keeps it for those that begin with it.

        Raises:
            Halted: ``halt`` gave a reason.
        """
        ...

    def read(self, runs: Sequence[Ids]) -> torch.Tensor:
        """Logits (tokens, vocabulary) after every token of the runs; row 0 has the first run."""
        ...

    def copy(self, source: int, target: int) -> None:
        """Makes row ``target`` what row ``source`` is."""
        ...


class Network(Protocol):
    """Reads a block of tokens whose keys and values go to slots."""

    def hidden(self, block: Block, slots: Slots) -> torch.Tensor: ...

    def logits(self, hidden: torch.Tensor) -> torch.Tensor: ...


def network(model: Any, adapter: str | None) -> Network | None:
    """The quickest that reads this model with slots; none for a model that cannot be read so."""
    if Llama.reads(model, adapter):
        return Llama(model, adapter)
    config = bare(model).config
    sliding = getattr(config, "sliding_window", None) and getattr(config, "use_sliding_window", 1)
    if config.model_type not in SLOT_FAMILIES or sliding:
        return None
    return Decoder(model)


@contextmanager
def active(model: Any, adapter: str | None) -> Iterator[None]:
    """Within it, transformers' own layers of the model are those of the adapter, or of none.

    Takes some milliseconds; nothing is copied.
    """
    if not hasattr(model, "peft_config"):
        yield
    elif adapter is None:
        with model.disable_adapter():
            yield
    else:
        if model.active_adapter != adapter:
            model.set_adapter(adapter, inference_mode=True)
        yield


class SlotReader:
    """A reader of many rows in one step.

    A prefix is read by itself, also when it is new: the arithmetic, and with it every token that is
    written, is the same whether it was kept or not.
    """

    def __init__(self, network: Network, slots: Slots, prefixes: Prefixes, adapter: str | None):
        self._network, self._slots, self._prefixes = network, slots, prefixes
        self._adapter = adapter
        self._most = READ_TOKENS.get(slots.device.type, 512)

    def begin(self, first: int, prompts: Sequence[tuple[Ids, Ids]], halt: Halt) -> torch.Tensor:
        for slot, (shared, _) in enumerate(prompts, first):
            self._place(slot, tuple(shared), halt)
        read = self._last(first, [own for _, own in prompts], halt)
        for slot in range(first, first + len(prompts)):
            self._slots.root(slot)
        return read

    def read_ahead(self, shared: Ids, halt: Halt) -> None:
        self._place(0, tuple(shared), halt)

    def _place(self, slot: int, ids: tuple[int, ...], halt: Halt) -> None:
        held = self._prefixes.take((self._adapter, ids))
        self._slots.place(slot, held)
        if held is None and ids:
            self._last(slot, [ids], halt)
            held = self._slots.taken(slot)
            self._prefixes.keep((self._adapter, ids), held, held.nbytes)
        self._slots.begins_with(slot, ids)

    def _last(self, first: int, runs: Sequence[Ids], halt: Halt) -> torch.Tensor:
        """Logits (rows, vocabulary) after the last token of each run, read in pieces."""
        width = max(1, self._most // len(runs))
        ends: list[torch.Tensor | None] = [None] * len(runs)
        for start in range(0, max(map(len, runs)), width):
            finish = halt()
            if finish is not None:
                raise Halted(finish)
            pieces = [tuple(run[start : start + width]) for run in runs]
            hidden = self._network.hidden(self._slots.block(pieces, first=first), self._slots)
            for row, piece in enumerate(pieces):
                if piece:
                    ends[row] = hidden[row, len(piece) - 1]
        return self._network.logits(torch.stack([end for end in ends if end is not None]))

    def read(self, runs: Sequence[Ids]) -> torch.Tensor:
        hidden = self._network.hidden(self._slots.block([tuple(r) for r in runs]), self._slots)
        if hidden.shape[1] == 1:
            return self._network.logits(hidden[:, 0])
        real = torch.tensor([[at < len(run) for at in range(hidden.shape[1])] for run in runs])
        return self._network.logits(hidden[real.to(hidden.device)])

    def copy(self, source: int, target: int) -> None:
        self._slots.copy(source, target)


class RowReader:
    """A reader of one row after the other, for models that keep what they read in their own way."""

    def __init__(self, model: Any, prefixes: Prefixes, adapter: str | None) -> None:
        self._model, self._prefixes, self._adapter = model, prefixes, adapter
        self._caches: dict[int, Any] = {}

    def begin(self, first: int, prompts: Sequence[tuple[Ids, Ids]], halt: Halt) -> torch.Tensor:
        return torch.cat(
            [self._begin(row, *parts, halt) for row, parts in enumerate(prompts, first)]
        )

    def read_ahead(self, shared: Ids, halt: Halt) -> None:
        self._place(0, shared, halt)

    def _begin(self, row: int, shared: Ids, own: Ids, halt: Halt) -> torch.Tensor:
        self._place(row, shared, halt)
        return self._in_pieces(row, own, halt)

    def _place(self, row: int, shared: Ids, halt: Halt) -> None:
        from transformers import DynamicCache

        key = (self._adapter, tuple(shared))
        held = copy.deepcopy(self._prefixes.take(key))
        self._caches[row] = DynamicCache(config=self._model.config) if held is None else held
        if held is None and shared:
            self._in_pieces(row, shared, halt)
            held = copy.deepcopy(self._caches[row])
            self._prefixes.keep(key, held, _bytes_of(held))

    def _in_pieces(self, row: int, ids: Ids, halt: Halt) -> torch.Tensor:
        logits = torch.empty(0)
        for start in range(0, len(ids), READ_TOKENS["cpu"]):
            finish = halt()
            if finish is not None:
                raise Halted(finish)
            logits = self._step(row, ids[start : start + READ_TOKENS["cpu"]], last=1)
        return logits

    def read(self, runs: Sequence[Ids]) -> torch.Tensor:
        return torch.cat([self._step(row, run) for row, run in enumerate(runs)])

    def copy(self, source: int, target: int) -> None:
        self._caches[target] = copy.deepcopy(self._caches[source])

    def _step(self, row: int, ids: Ids, *, last: int = 0) -> torch.Tensor:
        """Logits (ids, vocabulary) after the ids, which the row now holds; ``last``: 0 for all."""
        logits: torch.Tensor = self._model(
            input_ids=torch.tensor([list(ids)], device=self._model.device),
            cache=self._caches[row],
            use_cache=True,
            logits_to_keep=last,
        ).logits
        return logits[0]


class Decoder:
    """transformers' own layers over slots."""

    def __init__(self, model: Any) -> None:
        causal = bare(model)
        self._decoder, self._head = causal.get_decoder(), causal.get_output_embeddings()

    def hidden(self, block: Block, slots: Slots) -> torch.Tensor:
        found: torch.Tensor = self._decoder(
            input_ids=block.ids,
            position_ids=block.positions,
            attention_mask=block.mask,
            cache=_SlotCache(block, slots),
            use_cache=True,
        ).last_hidden_state
        return found

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self._head(hidden)
        return found


class _SlotCache:
    """Slots for one block, as transformers' layers ask for them."""

    def __init__(self, block: Block, slots: Slots) -> None:
        self._block, self._slots = block, slots

    def update(
        self, keys: torch.Tensor, values: torch.Tensor, layer: int, *_: Any, **__: Any
    ) -> Any:
        return self._slots.put(layer, keys, values, self._block)


def _bytes_of(cache: Any) -> int:
    return sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers)
