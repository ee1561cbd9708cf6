"""Training beside TRL's SFTTrainer: the same weights, examples, LoRA and loss on answers.

    python tests/bench/train_against_trl.py                                # seconds, a tiny model
    python tests/bench/train_against_trl.py --base smollm2-135m --data DATASET --seconds 60
    python tests/bench/train_against_trl.py --base codellama-7b --device cuda --schema-tokens 2000 \
        --seconds 25 [--quantize nf4]

Each contender trains for ``--seconds`` after ``--warmup`` steps, one after the other in one
process, on fresh adapters with equal first weights; examples are counted by the end tokens that the
loss is taken on. ``--equal N`` trains all on the same N examples once instead, in the same order
and in about as many steps where TRL's setting lets the order be chosen, and compares the loss on
examples that none saw: what a step meets, and how many there are, moves it more than anything else.

TRL's settings tried are in ``TRL_SETTINGS``: padded batches of several sizes, batches of like
length, and best-fit packing (which transformers keeps apart by positions), with adapters in fp32
as PEFT makes them and in the base's type. ``CodeLlama-7B`` is its shapes with random weights: what
a step costs does not depend on what the weights are.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM, TrainerCallback, TrainingArguments

from sqlft.config.recipe import Lora, Packing
from sqlft.train.course import Course, Taught
from sqlft.train.lesson import Lesson
from sqlft.train.plan import Share, plan
from sqlft.train.shared_prefix import with_shared_prefix_attention
from sqlft.train.supervised import SupervisedTrainer, mean_loss
from sqlft.train.trainable import with_lora

SHAPES = {
    # hidden size, of the MLP, layers, heads, heads of keys and values, vocabulary
    "tiny": (64, 128, 2, 4, 2, 512),
    "smollm2-135m-shapes": (576, 1536, 30, 9, 3, 49152),
    "codellama-7b": (4096, 11008, 32, 32, 32, 32016),
}
END = 2
QUESTION_TOKENS, ANSWER_TOKENS = 30, 36
"""Spider's, on average, in SmolLM2's tokens, with the chat marks around the question."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How TRL is set. Its steps hold about as many examples as ours."""

    name: str
    batch: int = 1
    packing: bool = False
    like_lengths: bool = False
    checkpointing: bool = False
    adapter_dtype: str = "float32"


TRL_SETTINGS = {
    "cpu": (
        Setting(name="batch 1", batch=1),
        Setting(name="batch 4, like lengths", batch=4, like_lengths=True),
        Setting(name="batch 8, like lengths", batch=8, like_lengths=True),
        Setting(name="packed (bfd)", packing=True),
        Setting(name="batch 8, like lengths, adapter in base's type", batch=8, like_lengths=True,
                adapter_dtype="base"),
        Setting(name="packed (bfd), adapter in base's type", packing=True, adapter_dtype="base"),
    ),
    "cuda": (
        Setting(name="batch 2", batch=2),
        Setting(name="batch 8, checkpointing", batch=8, checkpointing=True),
        Setting(name="packed (bfd), checkpointing", packing=True, checkpointing=True),
        Setting(name="batch 2, adapter in base's type", batch=2, adapter_dtype="base"),
        Setting(name="batch 8, checkpointing, adapter in base's type", batch=8, checkpointing=True,
                adapter_dtype="base"),
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one contender did."""

    name: str
    examples: int
    seconds: float
    processor_s: float
    """Of all cores: on a machine that others use too, the fairer measure."""
    peak_mib: float
    """CUDA: allocated at most. CPU: the process's largest size so far, over all contenders."""
    steps: int
    loss: float | None = None
    error: str | None = None

    @property
    def examples_per_s(self) -> float:
        return self.examples / self.seconds if self.seconds else 0.0

    @property
    def examples_per_processor_s(self) -> float:
        return self.examples / self.processor_s if self.processor_s else 0.0


# The examples


def synthetic(schemas: int, questions: int, schema_tokens: int, vocabulary: int) -> list[Lesson]:
    """Lessons of random tokens over schemas of about that many tokens."""
    rng = random.Random(7)

    def drawn(mean: int) -> tuple[int, ...]:
        length = max(1, round(mean * rng.uniform(0.6, 1.4)))
        return tuple(rng.randrange(3, vocabulary) for _ in range(length))

    found = []
    for schema in range(schemas):
        prefix = drawn(schema_tokens)
        found += [
            Lesson(
                id=f"{schema}-{at}",
                prefix=prefix,
                question=drawn(QUESTION_TOKENS),
                answer=(*drawn(ANSWER_TOKENS), END),
            )
            for at in range(questions)
        ]
    return found


def read(path: str, tokenizer: Any, layout_name: str, at_most: int) -> list[Lesson]:
    """Lessons of a real dataset: of databases drawn at random, all, as an epoch reads them."""
    from sqlft.examples import dataset
    from sqlft.prompt import layout
    from sqlft.train.course import taught
    from sqlft.train.exercise import exercises

    described = dataset(Path(path))
    by_database: dict[str, list[str]] = {}
    for example in described.examples():
        by_database.setdefault(example.database, []).append(example.id)
    names = sorted(by_database)
    random.Random(7).shuffle(names)
    chosen: list[str] = []
    for name in names:
        if len(chosen) < at_most:
            chosen += by_database[name]
    asked = list(exercises(described, ids=set(chosen)))
    return list(taught(asked, layout(layout_name), tokenizer, max_tokens=4096).lessons)


# The model


def base_model(options: argparse.Namespace) -> Any:
    """The frozen base, on its device, in bfloat16 unless it is told otherwise."""
    dtype = getattr(torch, options.dtype)
    if options.base not in SHAPES:
        from sqlft.config import ModelChoice
        from sqlft.model import load_model

        choice = ModelChoice(model=options.base, device=options.device, quantize=options.quantize)
        return load_model(choice, dtype=options.dtype).model
    hidden, mlp, layers, heads, shared_heads, vocabulary = SHAPES[options.base]
    config = LlamaConfig(
        hidden_size=hidden, intermediate_size=mlp, num_hidden_layers=layers,
        num_attention_heads=heads, num_key_value_heads=shared_heads, vocab_size=vocabulary,
        max_position_embeddings=16384, eos_token_id=END, pad_token_id=END,
        attn_implementation="sdpa", tie_word_embeddings=options.base != "codellama-7b",
    )  # fmt: skip
    torch.manual_seed(1)
    previous = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    with torch.device(options.device):
        model = LlamaForCausalLM(config)
    torch.set_default_dtype(previous)
    if options.quantize == "nf4":
        quantise(model, dtype)
    return model.eval().requires_grad_(False)


def quantise(model: Any, dtype: torch.dtype) -> None:
    """Every linear layer but the last in NF4 with double quantisation, where it lies."""
    import bitsandbytes as bnb

    head = model.get_output_embeddings()
    layers = [(name, m) for name, m in model.named_modules() if type(m) is torch.nn.Linear]
    for name, layer in layers:
        if layer is head:
            continue
        made = bnb.nn.Linear4bit(
            layer.in_features, layer.out_features, bias=False, compute_dtype=dtype,
            compress_statistics=True, quant_type="nf4", device="meta",
        )  # fmt: skip
        made.weight = bnb.nn.Params4bit(
            layer.weight.data, requires_grad=False, compress_statistics=True, quant_type="nf4"
        ).to(layer.weight.device)
        owner, _, last = name.rpartition(".")
        setattr(model.get_submodule(owner), last, made)
        layer.weight = None
    model.is_loaded_in_4bit = True
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def with_fresh_adapter(base: Any, lora: Lora) -> Any:
    """Our adapter; the next contender gets the base back by ``unload``."""
    torch.manual_seed(2)
    return with_lora(with_shared_prefix_attention(base), lora)


# The clock


class Clock(TrainerCallback):
    """Ends training when its seconds are over; what comes before the warm-up's end is not counted.

    Args:
        most: examples after which it ends as well; none: when the seconds are over.
    """

    def __init__(self, seconds: float, warmup: int, device: str, most: int | None = None) -> None:
        self._wanted, self._warmup, self._device, self._most = seconds, warmup, device, most
        self._began: float | None = None
        self._processor_began = 0.0
        self.examples = self.steps = self.total = 0
        self.seconds = self.processor_s = 0.0

    def counted(self, labels: torch.Tensor) -> None:
        """Examples that a batch holds: each answer ends with one end token."""
        count = int((labels == END_ID[0]).sum())
        self.total += count
        if self._began is not None:
            self.examples += count

    def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> Any:
        if self._device == "cuda":
            torch.cuda.synchronize()
        now = time.perf_counter()
        if self._began is not None:
            self.steps += 1
            self.seconds = now - self._began
            self.processor_s = time.process_time() - self._processor_began
        elif state.global_step >= self._warmup:
            self._began, self._processor_began = now, time.process_time()
        done = self.seconds >= self._wanted if self._most is None else self.total >= self._most
        control.should_training_stop = control.should_training_stop or done
        return control


END_ID = [END]
"""The end token of the lessons; a real tokenizer's takes its place."""


def counting(trainer: Any, clock: Clock, key: str) -> None:
    """Has the trainer tell the clock what it reads."""
    step = trainer.training_step

    def told(model: Any, inputs: Any, *rest: Any, **named: Any) -> Any:
        clock.counted(inputs[key])
        return step(model, inputs, *rest, **named)

    trainer.training_step = told


# The contenders


def arguments(
    folder: str, options: argparse.Namespace, kind: Callable[..., Any], **more: Any
) -> Any:
    """What both trainers are told."""
    return kind(
        output_dir=folder,
        use_cpu=options.device == "cpu",
        per_device_train_batch_size=more.pop("batch", 1),
        num_train_epochs=1000 if options.equal is None else 1,
        learning_rate=options.learning_rate,
        lr_scheduler_type="constant",
        max_grad_norm=1.0,
        optim="adamw_torch",
        logging_steps=1_000_000,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        bf16=False,  # the weights are in bfloat16; autocast beside that only costs
        dataloader_pin_memory=options.device == "cuda",
        seed=3,
        **more,
    )


def ours(base: Any, lessons: Sequence[Lesson], held: Sequence[Lesson], options: Any) -> Found:
    """Shared-prefix packs, as `sqlft train` reads them."""
    batches = planned(lessons, options, epochs=1 if options.equal is not None else 200)
    model = with_fresh_adapter(base, lora_of(options))
    clock = Clock(options.seconds, options.warmup, options.device, options.equal)
    with tempfile.TemporaryDirectory() as folder:
        settings = arguments(
            folder, options, TrainingArguments,
            gradient_checkpointing=options.checkpointing,
            gradient_checkpointing_kwargs={"use_reentrant": False},
        )  # fmt: skip
        trainer = SupervisedTrainer(model, settings, course(lessons, batches), callbacks=[clock])
        counting(trainer, clock, "shift_labels")
        return ended("ours", trainer, model, clock, held, options)


def planned(lessons: Sequence[Lesson], options: argparse.Namespace, *, epochs: int) -> Any:
    """What each of our steps reads."""
    every = [Share(numbers=range(len(lessons)), weight=1)]
    return plan(lessons, every, packing_of(options), epochs=epochs, seed=0)


def trl(
    base: Any, lessons: Sequence[Lesson], held: Sequence[Lesson], options: Any, setting: Setting
) -> Found:
    """TRL's SFTTrainer on the same tokens, the loss on the same answers."""
    from datasets import Dataset
    from peft import LoraConfig, get_peft_model
    from trl import SFTConfig, SFTTrainer

    config = LoraConfig(
        task_type="CAUSAL_LM", r=options.rank, lora_alpha=2 * options.rank, lora_dropout=0.0,
        target_modules="all-linear",
    )  # fmt: skip
    torch.manual_seed(2)
    base.set_attn_implementation("sdpa")
    model = get_peft_model(base, config, autocast_adapter_dtype=setting.adapter_dtype == "float32")
    longest = max(lesson.tokens for lesson in lessons)
    ordered = list(lessons)
    random.Random(5).shuffle(ordered)
    per_step, sampling = options.examples_per_step, "random"
    if setting.like_lengths:
        sampling = "group_by_length"
    elif options.equal is not None and not setting.packing:
        steps = planned(lessons, options, epochs=1)
        ordered = [lessons[number] for step in steps for pack in step for number in pack]
        per_step, sampling = len(ordered) / len(steps), "sequential"
    data = Dataset.from_dict(
        {
            "input_ids": [[*one.prefix, *one.question, *one.answer] for one in ordered],
            "completion_mask": [
                [0] * (one.tokens - len(one.answer)) + [1] * len(one.answer) for one in ordered
            ],
        }
    )
    clock = Clock(options.seconds, options.warmup, options.device, options.equal)
    per_row = max(1, max(2048, longest) // longest) if setting.packing else setting.batch
    with tempfile.TemporaryDirectory() as folder:
        settings = arguments(
            folder, options, SFTConfig,
            batch=setting.batch,
            gradient_accumulation_steps=max(1, round(per_step / per_row)),
            completion_only_loss=True,
            packing=setting.packing,
            max_length=max(2048, longest) if setting.packing else longest,
            gradient_checkpointing=setting.checkpointing,
            gradient_checkpointing_kwargs={"use_reentrant": False},
            train_sampling_strategy=sampling,
        )  # fmt: skip
        trainer = SFTTrainer(
            model=model, args=settings, train_dataset=data, processing_class=stand_in(),
            callbacks=[clock],
        )  # fmt: skip
        counting(trainer, clock, "labels")
        return ended(f"TRL, {setting.name}", trainer, model, clock, held, options)


def ended(
    name: str, trainer: Any, model: Any, clock: Clock, held: Sequence[Lesson], options: Any
) -> Found:
    """Trains, and says what was done; the base is as it was before."""
    error = None
    try:
        trainer.train()
    except (torch.OutOfMemoryError, RuntimeError) as caught:
        error = " ".join(str(caught).split())[:100]
    loss = None
    if held and error is None:
        loss = mean_loss(model.eval(), course(held, planned(held, options, epochs=1)))
    peak = peak_mib(options.device)
    model.unload()
    return Found(
        name=name, examples=clock.examples,
        seconds=clock.seconds, processor_s=clock.processor_s, peak_mib=peak,
        steps=clock.steps, loss=loss, error=error,
    )  # fmt: skip


def course(lessons: Sequence[Lesson], batches: Any) -> Course:
    """Lessons that are taught as they stand."""
    layout: Any = None
    return Course(
        Taught(exercises=(), lessons=tuple(lessons), dropped=()),
        batches, layout=layout, tokenizer=_Ends(), max_tokens=0, seed=0,
    )  # fmt: skip


class _Ends:
    """All that a course without variation asks a tokenizer for."""

    @property
    def pad_token_id(self) -> int:
        return END_ID[0]

    @property
    def eos_token_id(self) -> int:
        return END_ID[0]


def stand_in() -> Any:
    """A tokenizer that TRL may ask for its marks; the examples are token ids already."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    words = {f"<{number}>": number for number in range(END_ID[0] + 1)}
    made = Tokenizer(models.WordLevel(words, unk_token="<0>"))
    end = f"<{END_ID[0]}>"
    return PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token=end, pad_token=end, unk_token="<0>"
    )


def lora_of(options: argparse.Namespace) -> Lora:
    return Lora(rank=options.rank, alpha=2 * options.rank)


def packing_of(options: argparse.Namespace) -> Packing:
    return Packing(
        questions_per_prefix=options.questions_per_prefix,
        tokens_per_row=options.tokens_per_row,
        tokens_per_step=max(options.tokens_per_row, options.tokens_per_step),
    )


def peak_mib(device: str) -> float:
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def fresh_memory(device: str) -> Iterator[None]:
    gc.collect()
    if device == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    yield


# The comparison


def compared(options: argparse.Namespace) -> list[Found]:
    """Every contender in turn, ours first."""
    base = base_model(options)
    vocabulary = base.config.vocab_size
    if options.data:
        from sqlft.model.tokenizer import load_tokenizer

        tokenizer = load_tokenizer(options.base)
        END_ID[0] = tokenizer.eos_token_id
        lessons = read(options.data, tokenizer, options.layout, options.examples)
    else:
        END_ID[0] = END
        questions = -(-options.examples // options.schemas)
        lessons = synthetic(options.schemas, questions, options.schema_tokens, vocabulary)
    random.Random(11).shuffle(lessons)
    held: list[Lesson] = []
    if options.equal is not None:
        held, lessons = lessons[options.equal :], lessons[: options.equal]
    tokens = sum(lesson.tokens for lesson in lessons) / len(lessons)
    schema = sum(len(lesson.prefix) for lesson in lessons) / len(lessons)
    print(
        f"{options.base} on {options.device}, {options.quantize}, {options.dtype}: {len(lessons)} "
        f"examples of {tokens:.0f} tokens, {schema:.0f} of them the schema's"
    )
    found = []
    with fresh_memory(options.device):
        found.append(ours(base, lessons, held, options))
        show(found[-1])
    for setting in TRL_SETTINGS[options.device]:
        if options.only and options.only not in setting.name:
            continue
        with fresh_memory(options.device):
            found.append(trl(base, lessons, held, options, setting))
            show(found[-1])
    return found


def show(one: Found) -> None:
    what = one.error or f"{one.examples_per_s:8.2f} examples/s"
    loss = "" if one.loss is None else f"  held-out loss {one.loss:.4f}"
    print(f"  {one.name:<48} {what}  {one.steps:>4} steps in {one.seconds:6.1f} s "
          f"({one.examples_per_processor_s:.2f} a processor's second)  "
          f"peak {one.peak_mib:8,.0f} MiB{loss}", flush=True)  # fmt: skip


def ratio(found: Sequence[Found], what: str = "examples_per_s") -> float:
    """How many times as fast ours is as TRL's best."""
    return float(getattr(found[0], what) / max(getattr(one, what) for one in found[1:]))


def parsed(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    add = parser.add_argument
    add("--base", default="tiny", help=f"{', '.join(SHAPES)} (random), or a model's name")
    add("--device", default="cpu", choices=("cpu", "cuda"))
    add("--dtype", default="bfloat16", choices=("bfloat16", "float32"))
    add("--quantize", default="none", choices=("none", "nf4"))
    add("--data", help="a dataset folder; default: random tokens")
    add("--layout", default="sqlft")
    add("--examples", type=int, default=256, help="examples drawn")
    add("--equal", type=int, help="train all on so many examples once, and compare the loss")
    add("--schemas", type=int, default=8)
    add("--schema-tokens", type=int, default=300)
    add("--seconds", type=float, default=3.0, help="of each contender")
    add("--warmup", type=int, default=1, help="steps that are not counted")
    add("--rank", type=int, default=16)
    add("--learning-rate", type=float, default=3e-4)
    add("--questions-per-prefix", type=int, default=16)
    add("--tokens-per-row", type=int, default=4096)
    add("--tokens-per-step", type=int, default=4096)
    add("--examples-per-step", type=int, default=16, help="of TRL, by accumulation")
    add("--checkpointing", action="store_true", help="for ours; TRL's settings have it in turn")
    add("--only", help="only those of TRL's settings whose name holds this")
    add("--json", help="write what was found to this file")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    options = parsed(words)
    found = compared(options)
    print(f"ours / TRL's best: {ratio(found):.2f}")
    if options.device == "cpu":
        print(f"by processor time: {ratio(found, 'examples_per_processor_s'):.2f}")
    if options.json:
        document = [{**asdict(one), "examples_per_s": one.examples_per_s} for one in found]
        Path(options.json).write_text(json.dumps(document, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
