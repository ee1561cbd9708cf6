"""Packs hold everything once, and teach exactly what their lessons teach one by one."""

from __future__ import annotations

import random
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sqlft.config.recipe import Lora, Packing
from sqlft.train.batch import tensors
from sqlft.train.loss import answer_loss
from sqlft.train.packing import Sized, batches, packs
from sqlft.train.plan import Share, plan
from sqlft.train.shared_prefix import knows_shapes, with_shared_prefix_attention
from sqlft.train.trainable import with_lora

SIZES = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 60)), min_size=1, max_size=60)


@given(SIZES, st.integers(1, 9), st.integers(10, 300), st.integers(10, 900))
def test_every_item_is_read_once_within_the_limits(sizes, per_prefix, per_pack, per_batch):
    items = [
        Sized(item=number, group=group, prefix_tokens=10 * group, own_tokens=own)
        for number, (group, own) in enumerate(sizes)
    ]
    rng = random.Random(1)
    made = packs(items, questions_per_prefix=per_prefix, tokens_per_pack=per_pack, rng=rng)
    read = batches(made, tokens_per_batch=per_batch, rng=rng)
    flat = [pack for batch in read for pack in batch]
    assert Counter(item for pack in flat for item in pack.items) == Counter(range(len(items)))
    for pack in flat:
        assert len({sizes[item][0] for item in pack.items}) == 1
        assert len(pack.items) <= per_prefix
        assert pack.tokens <= per_pack or len(pack.items) == 1
    for batch in read:
        padded = len(batch) * max(pack.tokens for pack in batch)
        assert padded <= per_batch or len(batch) == 1


def _gradients(model, groups):
    """Loss and gradients of the lessons read in those groups, a batch a group of packs."""
    model.zero_grad()
    total = 0.0
    for packs_read in groups:
        loss = answer_loss(model, tensors(packs_read, pad_id=0))
        loss.backward()
        total += float(loss.detach())
    return total, {n: p.grad.clone() for n, p in model.named_parameters() if p.requires_grad}


def _plain_loss(model, lesson):
    """The loss of one lesson, by transformers' own causal mask and labels."""
    ids = torch.tensor([[*lesson.prefix, *lesson.question, *lesson.answer]])
    labels = ids.clone()
    labels[:, : len(lesson.prefix) + len(lesson.question)] = -100
    return model(input_ids=ids, labels=labels).loss * len(lesson.answer)


def _unpacked(model, lessons):
    model.zero_grad()
    total = 0.0
    for lesson in lessons:
        loss = _plain_loss(model, lesson)
        loss.backward()
        total += float(loss.detach())
    return total, {n: p.grad.clone() for n, p in model.named_parameters() if p.requires_grad}


@pytest.mark.parametrize("attention", ["sdpa", "eager", "shared prefix"])
@pytest.mark.parametrize("shape", [(1, 40, 40), (4, 64, 200), (16, 512, 4096), (3, 512, 90)])
def test_a_packed_gradient_is_the_sum_of_the_unpacked_ones(tiny_llama, lessons, shape, attention):
    if attention == "shared prefix":
        assert knows_shapes(with_shared_prefix_attention(tiny_llama))
    else:
        tiny_llama.set_attn_implementation(attention)
    model = with_lora(tiny_llama, Lora(rank=3, alpha=6.0))
    with torch.no_grad():  # a new adapter's B is zero, and with it every gradient of A
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.2)
    per_prefix, per_row, per_step = shape
    order = plan(
        lessons,
        [Share(numbers=range(len(lessons)), weight=1)],
        Packing(questions_per_prefix=per_prefix, tokens_per_row=per_row, tokens_per_step=per_step),
        epochs=1,
        seed=2,
    )
    groups = [[[lessons[n] for n in pack] for pack in batch] for batch in order]
    loss, packed = _gradients(model, groups)
    expected, unpacked = _unpacked(model, lessons)
    assert loss == pytest.approx(expected, rel=1e-5)
    assert len(packed) == 2 * 2 * 7
    for name, gradient in unpacked.items():
        off = (packed[name] - gradient).norm() / gradient.norm()
        assert off < 1e-4, name


def test_lessons_with_different_prefixes_never_share_a_row(lessons):
    with pytest.raises(ValueError, match="different prefixes"):
        tensors([[lessons[0], lessons[-1]]], pad_id=0)


def test_an_epoch_reads_each_share_as_often_as_its_weight_says(lessons):
    shares = [Share(numbers=range(8), weight=2.5), Share(numbers=range(8, 17), weight=0.34)]
    order = plan(lessons, shares, Packing(), epochs=1, seed=0)
    read = Counter(number for batch in order for pack in batch for number in pack)
    assert sorted(read[n] for n in range(8)) == [2, 2, 2, 2, 3, 3, 3, 3]
    assert sum(read[n] for n in range(8, 17)) == 3


def test_epochs_differ_and_do_not_depend_on_how_many_there_are(lessons):
    shares = [Share(numbers=range(len(lessons)), weight=1)]
    packing = Packing(questions_per_prefix=3, tokens_per_row=64, tokens_per_step=128)
    one, two = (plan(lessons, shares, packing, epochs=n, seed=4) for n in (1, 2))
    assert two[: len(one)] == one and two[len(one) :] != one
    half = plan(lessons, shares, packing, epochs=0.5, seed=4)
    assert half == one[: len(half)] and len(half) == -(-len(one) // 2)


def _tables_a_pack(alike_rate):
    draw = random.Random(3)
    items = [
        Sized(
            item=number,
            group="shop",
            prefix_tokens=9,
            own_tokens=2,
            needs=frozenset(draw.sample("abcdefgh", draw.randint(1, 2))),
        )
        for number in range(160)
    ]
    made = packs(
        items,
        questions_per_prefix=8,
        tokens_per_pack=99,
        rng=random.Random(4),
        alike_rate=alike_rate,
    )
    assert sorted(number for pack in made for number in pack.items) == list(range(160))
    needed = [frozenset().union(*(items[n].needs for n in pack.items)) for pack in made]
    return sum(map(len, needed)) / len(made)


def test_gathered_packs_need_few_tables_each_and_hold_every_item_once():
    assert _tables_a_pack(0) > 6 > 4 > _tables_a_pack(1)
    assert _tables_a_pack(1) < _tables_a_pack(0.5) < _tables_a_pack(0)


def test_half_precision_bases_learn_through_an_adapter_in_full_precision(tiny_llama, lessons):
    model = with_lora(tiny_llama.bfloat16(), Lora(rank=2))
    learning = {n: p for n, p in model.named_parameters() if p.requires_grad}
    assert {p.dtype for p in learning.values()} == {torch.float32}
    answer_loss(model, tensors([lessons[:3]], pad_id=0)).backward()
    assert all(p.grad is not None and p.grad.dtype == torch.float32 for p in learning.values())
