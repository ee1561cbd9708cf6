"""Keys and values of rows of different lengths, side by side in one place."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import torch

MOST_ROWS = {"cpu": 32, "cuda": 256}
"""Rows side by side, by device: what does most questions a second with the embedded model."""

_CPU_MIB = 2048


@dataclass(frozen=True, kw_only=True)
class Block:
    """Tokens of some neighbouring slots that are read in one step, right-padded to one length."""

    ids: torch.Tensor
    """(rows, length); pads are 0."""
    positions: torch.Tensor
    """(rows, length): how many tokens of its row stand before each; 0 for pads."""
    real: torch.Tensor
    """(rows, length): false for pads."""
    columns: torch.Tensor
    """(rows, length): where keys and values are put; all pads share one column nobody reads."""
    mask: torch.Tensor
    """(rows, 1, length, seen): true where a token (third) may look at a column (last)."""
    first: int
    """The slot of the first row."""
    shared: int
    """Columns at the beginning that hold the same in every row, before all tokens that are read."""


def most_rows(model: Any, tokens: int) -> int:
    """How many rows of so many tokens are read side by side on the model's device."""
    layers, heads, width = _shape(model)
    row_bytes = layers * 2 * heads * (tokens + 1) * width * model.dtype.itemsize
    if model.device.type == "cuda":
        room = int(torch.cuda.mem_get_info(model.device)[0]) // 2
    else:
        room = _CPU_MIB * 2**20
    return max(1, min(MOST_ROWS.get(model.device.type, 1), int(room // row_bytes)))


def _sixteens(length: int) -> int:
    """The next multiple of 16."""
    return -(-length // 16) * 16


def _shape(model: Any) -> tuple[int, int, int]:
    """Layers, heads of keys and values, and the width of each."""
    config = model.config.get_text_config()
    heads = config.num_attention_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // heads
    return config.num_hidden_layers, getattr(config, "num_key_value_heads", heads), width


class Slots:
    """Room for rows, each with the keys and values of its tokens from column 0 on.

    Rows never wait for one another: each has its own length, and a step may read a different number
    of tokens of each. Columns beyond a row's length hold finite numbers that no mask lets through.

    Args:
        rows: how many rows there may be.
        tokens: how many tokens a row may have.
    """

    def __init__(self, model: Any, *, rows: int, tokens: int) -> None:
        layers, heads, width = _shape(model)
        columns = _sixteens(tokens + 1)
        self._spare = columns - 1
        # (layers, keys or values, rows, heads, columns, width). Zeros cost nothing until touched.
        self.data = torch.zeros(
            (layers, 2, rows, heads, columns, width), dtype=model.dtype, device=model.device
        )
        self.lengths = [0] * rows
        # What a row began with, which its copies share: a number of it, and its tokens.
        self._roots: list[tuple[int, int]] = [(row, 0) for row in range(rows)]
        self._counted = rows
        # Of each row which prefix it begins with, by number, and its tokens.
        self._prefixes: list[tuple[int, int]] = [(0, 0)] * rows
        self._numbers: dict[Hashable, int] = {}

    @property
    def device(self) -> torch.device:
        return self.data.device

    def block(self, runs: list[tuple[int, ...]], *, first: int = 0) -> Block:
        """The block that reads one run of tokens a row, the rows beginning at a slot.

        The slots count the tokens as theirs from now on.
        """
        length = max(map(len, runs))
        begun = self.lengths[first : first + len(runs)]
        seen = max(begin + len(run) for begin, run in zip(begun, runs, strict=True))
        seen = _sixteens(seen)  # CUDA's kernels want no other length
        ids = torch.tensor([[*run, *(0,) * (length - len(run))] for run in runs])
        sizes = torch.tensor([len(run) for run in runs])[:, None]
        steps = torch.arange(length)[None]
        real = steps < sizes
        positions = torch.where(real, torch.tensor(begun)[:, None] + steps, 0)
        columns = torch.where(real, positions, self._spare)
        for slot, run in enumerate(runs, first):
            self.lengths[slot] += len(run)
        ids, positions, real, columns = (
            part.to(self.device) for part in (ids, positions, real, columns)
        )
        visible = torch.arange(seen, device=self.device)[None, None] <= positions[:, :, None]
        return Block(
            ids=ids,
            positions=positions,
            real=real,
            columns=columns,
            mask=visible[:, None],
            first=first,
            shared=self._shared(first, begun),
        )

    def _shared(self, first: int, begun: list[int]) -> int:
        """Tokens of the prefix that neighbouring rows share; none for one row by itself."""
        prefixes = set(self._prefixes[first : first + len(begun)])
        if len(begun) < 2 or len(prefixes) > 1:
            return 0
        ((_, tokens),) = prefixes
        return tokens if tokens <= min(begun) else 0

    def put(self, layer: int, keys: torch.Tensor, values: torch.Tensor, block: Block) -> Any:
        """Puts keys and values (rows, heads, length, width); all that the block's rows may see."""
        rows = len(block.ids)
        at = torch.arange(rows, device=self.device)[:, None]
        held = self.data[layer, :, block.first : block.first + rows]
        held[0][at, :, block.columns] = keys.transpose(1, 2)
        held[1][at, :, block.columns] = values.transpose(1, 2)
        seen = block.mask.shape[-1]
        return held[0, :, :, :seen], held[1, :, :, :seen]

    def put_real(
        self,
        layer: int,
        keys: torch.Tensor,
        values: torch.Tensor,
        block: Block,
        real: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """As ``put``, given those of the real tokens alone, (tokens, heads, width)."""
        rows, length = block.ids.shape
        held = self.data[layer, :, block.first : block.first + rows]
        row, column = real // length, block.columns.flatten()[real]
        held[0][row, :, column] = keys
        held[1][row, :, column] = values
        seen = block.mask.shape[-1]
        return held[0, :, :, :seen], held[1, :, :, :seen]

    def copy(self, source: int, target: int) -> None:
        """One row over another; of copies of one row, what they do not share."""
        length = self.lengths[source]
        same = self._roots[source] == self._roots[target]
        since = self._roots[source][1] if same else 0
        self.data[:, :, target, :, since:length] = self.data[:, :, source, :, since:length]
        self.lengths[target], self._roots[target] = length, self._roots[source]
        self._prefixes[target] = self._prefixes[source]

    def root(self, slot: int) -> None:
        """What the row holds now is the beginning of all that become of it."""
        self._roots[slot] = (self._counted, self.lengths[slot])
        self._counted += 1

    def taken(self, slot: int) -> torch.Tensor:
        """A copy of a row's keys and values, (layers, 2, heads, length, width)."""
        return self.data[:, :, slot, :, : self.lengths[slot]].clone()

    def begins_with(self, slot: int, prefix: Hashable) -> None:
        """What the row holds now is this prefix, as in every row of which the same is said."""
        number = self._numbers.setdefault(prefix, len(self._numbers) + 1)
        self._prefixes[slot] = (number, self.lengths[slot])

    def place(self, slot: int, held: torch.Tensor | None) -> None:
        """A row that begins with what ``taken`` gave, or with nothing."""
        length = 0 if held is None else held.shape[-2]
        if held is not None:
            self.data[:, :, slot, :, :length] = held
        self.lengths[slot] = length
        self._prefixes[slot] = (0, 0)
        self.root(slot)
