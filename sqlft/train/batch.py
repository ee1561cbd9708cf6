"""Packs of lessons as the tensors that a model reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from sqlft.train.lesson import Lesson
from sqlft.train.shared_prefix import RowShape

PADDING = -1
PREFIX = 0


def tensors(packs: Sequence[Sequence[Lesson]], *, pad_id: int) -> dict[str, Any]:
    """One row a pack: its prefix, then each lesson's question and answer.

    Returns:
        ``input_ids`` and ``position_ids`` (rows, length): a lesson's positions go on where the
        prefix ends. ``segments`` (rows, length): what each token belongs to, as ``visible`` takes
        it. ``targets_at`` (n,): places in the flattened (rows * length) before each answer token;
        ``shift_labels`` (n,): those tokens. ``row_shapes``: a ``RowShape`` a row, which says what
        the segments say.

    Raises:
        ValueError: a pack's lessons have different prefixes.
    """
    rows = [_row(pack) for pack in packs]
    length = max(len(row[0]) for row in rows)
    ids = torch.full((len(rows), length), pad_id, dtype=torch.long)
    positions = torch.zeros((len(rows), length), dtype=torch.long)
    segments = torch.full((len(rows), length), PADDING, dtype=torch.long)
    places: list[int] = []
    labels: list[int] = []
    for number, (row_ids, row_positions, row_segments, targets) in enumerate(rows):
        ids[number, : len(row_ids)] = torch.tensor(row_ids)
        positions[number, : len(row_ids)] = torch.tensor(row_positions)
        segments[number, : len(row_ids)] = torch.tensor(row_segments)
        places += [number * length + at for at, _ in targets]
        labels += [token for _, token in targets]
    return {
        "input_ids": ids,
        "position_ids": positions,
        "segments": segments,
        "targets_at": torch.tensor(places),
        "shift_labels": torch.tensor(labels),
        "row_shapes": tuple(_shape(pack) for pack in packs),
    }


def _shape(pack: Sequence[Lesson]) -> RowShape:
    return RowShape(prefix=len(pack[0].prefix), lessons=tuple(_own_tokens(one) for one in pack))


def _own_tokens(one: Lesson) -> int:
    """Of what is read of it: nothing is foretold from its answer's last token."""
    return len(one.question) + len(one.answer) - 1


def _row(
    pack: Sequence[Lesson],
) -> tuple[list[int], list[int], list[int], list[tuple[int, int]]]:
    """Ids, positions, segments, and where which answer token is to be foretold."""
    prefix = pack[0].prefix
    ids, positions = list(prefix), list(range(len(prefix)))
    segments = [PREFIX] * len(prefix)
    targets: list[tuple[int, int]] = []
    for number, one in enumerate(pack, PREFIX + 1):
        if one.prefix != prefix:
            raise ValueError(f"{one.id} and {pack[0].id} have different prefixes")
        first = len(ids) + len(one.question) - 1
        targets += [(first + at, token) for at, token in enumerate(one.answer)]
        own = (*one.question, *one.answer[:-1])
        ids += own
        positions += range(len(prefix), len(prefix) + len(own))
        segments += [number] * len(own)
    return ids, positions, segments, targets


def visible(segments: torch.Tensor) -> torch.Tensor:
    """Which token sees which: a mask (rows, 1, length, length), where the segments lie.

    True where the token of the third axis sees the token of the fourth: the prefix and its own
    lesson, no later token. Padding sees and is seen by itself only. It is made on the device that
    reads it: of rows of 4,096 tokens it has 16 MiB each, their segments 32 KiB.

    Args:
        segments: (rows, length) of ``PREFIX``, a lesson's number from 1 on, or ``PADDING``.
    """
    length = segments.shape[1]
    seeing, seen = segments[:, :, None], segments[:, None, :]
    related = ((seen == PREFIX) | (seen == seeing)) & (seeing != PADDING)
    places = torch.arange(length, device=segments.device)
    earlier, itself = places[:, None] >= places, places[:, None] == places
    return ((related & earlier) | itself)[:, None]
