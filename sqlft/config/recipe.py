"""A recipe: everything that decides what a training ends in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlft.config.choices import DEFAULT_MODEL
from sqlft.config.option import Options, option

ALL_LINEAR = "all-linear"
SCHEDULES = ("linear", "cosine", "constant", "constant_with_warmup")
OPTIMISERS = ("adamw_torch", "paged_adamw_32bit", "paged_adamw_8bit", "adafactor")


@dataclass(frozen=True, kw_only=True)
class Source(Options):
    """One dataset that is taught."""

    section: ClassVar[str | None] = "data"

    path: str = option("", help="A dataset folder or a .jsonl file; from where the recipe lies.")
    split: str | None = option(None, help="Only its examples of this split.")
    weight: float = option(
        1.0, help="How often an epoch reads it: 0.5 half of it, 3 thrice.", at_least=0, at_most=100
    )


@dataclass(frozen=True, kw_only=True)
class Rehearsal(Options):
    """General data that is mixed in, so that what the base knows is not forgotten."""

    section: ClassVar[str | None] = "rehearsal"

    path: str | None = option(None, help="A dataset; none: nothing is rehearsed.")
    split: str | None = option(None, help="Only its examples of this split.")
    share: float = option(
        0.1, help="Its share of the examples of an epoch.", at_least=0, at_most=0.9
    )


@dataclass(frozen=True, kw_only=True)
class Validation(Options):
    """What says while training whether it helps."""

    section: ClassVar[str | None] = "validation"

    data: str | None = option(None, help="A dataset that shares nothing with what is taught.")
    split: str | None = option(None, help="Only its examples of this split.")
    examples: int = option(200, help="Examples drawn from it, the same each time.", at_least=1)
    every_steps: int = option(0, help="Steps between two looks; 0: once an epoch.", at_least=0)
    execution: int = option(
        0, help="Examples of them whose answers are written and run at each look.", at_least=0
    )
    execution_s: float = option(
        600.0, help="Seconds that writing and running them may take at one look.", at_least=1
    )
    rule: str = option(
        "strict",
        help="What counts as the same result.",
        choices=("spider", "bird", "sql-eval", "strict"),
    )
    patience: int = option(
        0, help="Looks without a new best after which training ends; 0: never.", at_least=0
    )
    best_by: str = option(
        "loss", help="What the best checkpoint is chosen by.", choices=("loss", "accuracy")
    )
    allow_leaks: bool = option(False, help="Go on though training data holds validation data.")


@dataclass(frozen=True, kw_only=True)
class General(Options):
    """A set of other questions on which forgetting is measured, before and after."""

    section: ClassVar[str | None] = "general"

    data: str | None = option(None, help="A dataset; none: forgetting is not measured.")
    split: str | None = option(None, help="Only its examples of this split.")
    examples: int = option(200, help="Examples drawn from it, the same each time.", at_least=1)


@dataclass(frozen=True, kw_only=True)
class Lora(Options):
    """The adapter's form."""

    section: ClassVar[str | None] = "lora"

    rank: int = option(16, help="Rank of the adapter's matrices.", at_least=1, at_most=1024)
    alpha: float = option(32.0, help="Scale, divided by the rank.", at_least=0.001)
    dropout: float = option(0.0, help="Dropout before the adapter.", at_least=0, at_most=0.9)
    rslora: bool = option(False, help="Divide alpha by the rank's square root instead.")
    target: tuple[str, ...] = option(
        (ALL_LINEAR,), help="Names of the modules that get one; all-linear: every linear layer."
    )


@dataclass(frozen=True, kw_only=True)
class Packing(Options):
    """How examples are read together."""

    section: ClassVar[str | None] = "packing"

    questions_per_prefix: int = option(
        8, help="Questions that share one reading of their schema, at most.", at_least=1
    )
    alike_rate: float = option(
        0.0,
        help="Examples that share it with others over the same tables: more can be dropped.",
        at_least=0,
        at_most=1,
    )
    tokens_per_row: int = option(
        2048, help="Tokens of a schema with its questions, at most.", at_least=16
    )
    tokens_per_step: int = option(
        4096, help="Tokens read at a time, on each process, at most.", at_least=16
    )
    accumulate: int = option(1, help="Readings whose gradients make one step.", at_least=1)
    max_tokens: int = option(
        2048, help="Tokens of one example; longer ones are left out and counted.", at_least=16
    )


@dataclass(frozen=True, kw_only=True)
class Optimiser(Options):
    """How weights are changed, and for how long."""

    section: ClassVar[str | None] = "optimiser"

    name: str = option(
        "adamw_torch",
        help="The optimiser; paged ones need CUDA, and are adamw_torch without it.",
        choices=OPTIMISERS,
    )
    learning_rate: float = option(2e-4, help="At its highest.", at_least=1e-9, at_most=1)
    schedule: str = option("cosine", help="The learning rate's course.", choices=SCHEDULES)
    warmup_ratio: float = option(
        0.03, help="Share of the steps in which it rises.", at_least=0, at_most=1
    )
    weight_decay: float = option(0.0, help="AdamW's decay.", at_least=0, at_most=1)
    max_grad_norm: float = option(1.0, help="Longer gradients are cut; 0: none.", at_least=0)
    epochs: float = option(1.0, help="Times that the data is read.", at_least=0.001, at_most=1000)
    max_steps: int = option(0, help="Steps at most; 0: as many as the epochs need.", at_least=0)
    max_minutes: float = option(
        0.0, help="Minutes at most, after which it ends as if it were done; 0: any.", at_least=0
    )
    neftune_alpha: float = option(0.0, help="NEFTune's noise on embeddings; 0: none.", at_least=0)
    gradient_checkpointing: bool = option(
        False, help="Compute activations twice, in about a third of the memory."
    )


@dataclass(frozen=True, kw_only=True)
class Mix(Options):
    """How often the schema that an example is asked over is changed; drawn for each pack."""

    section: ClassVar[str | None] = "mix"

    distractor_rate: float = option(
        0.0, help="Packs that get tables of another schema as well.", at_least=0, at_most=1
    )
    lacking_rate: float = option(
        0.0,
        help="Examples that lose a table they need: the answer is to refuse.",
        at_least=0,
        at_most=1,
    )
    drop_rate: float = option(
        0.0, help="Packs that lose tables and columns that they do not need.", at_least=0, at_most=1
    )
    shuffle_rate: float = option(
        0.0, help="Packs whose tables and columns change their order.", at_least=0, at_most=1
    )
    rename_rate: float = option(
        0.0, help="Packs whose tables and columns get other names.", at_least=0, at_most=1
    )


@dataclass(frozen=True, kw_only=True)
class Run(Options):
    """What is kept of a training, besides its result."""

    section: ClassVar[str | None] = "run"

    name: str | None = option(None, help="The run's folder; default: the recipe's name.")
    checkpoint_steps: int = option(
        100, help="Steps between two checkpoints; 0: none but the best.", at_least=0
    )
    keep: int = option(2, help="Checkpoints kept.", at_least=1)
    adapter_dtype: str = option(
        "float32",
        help="How the finished adapter is kept; bfloat16 halves its file.",
        choices=("float32", "bfloat16"),
    )
    tensorboard: bool = option(False, help="Write TensorBoard's files, too.")


@dataclass(frozen=True, kw_only=True)
class Recipe(Options):
    """What is taught to which model, how, and for how long."""

    section: ClassVar[str | None] = ""

    base: str = option(
        DEFAULT_MODEL, help="A known model's name, a Hugging Face id or a local folder."
    )
    device: str = option("auto", help="Where it is trained.", choices=("auto", "cpu", "cuda"))
    dtype: str = option(
        "auto",
        help="What the frozen weights compute in; auto: bfloat16 where the device has it.",
        choices=("auto", "bfloat16", "float32"),
    )
    quantize: str = option("none", help="The base's weights.", choices=("none", "nf4"))
    layout: str = option("sqlft", help="The prompt layout that is taught.")
    seed: int = option(0, help="Seed of every random draw.", at_least=0, at_most=2**31 - 1)
    method: str = option("lora", help="What is trained.", choices=("lora", "full"))
    init_adapter: str | None = option(None, help="An adapter to go on from.")
    over_adapter: str | None = option(
        None, help="An adapter that stays as it is, over which another is learnt."
    )
    data: tuple[Source, ...] = ()
    rehearsal: Rehearsal = field(default_factory=Rehearsal)
    validation: Validation = field(default_factory=Validation)
    general: General = field(default_factory=General)
    lora: Lora = field(default_factory=Lora)
    packing: Packing = field(default_factory=Packing)
    optimiser: Optimiser = field(default_factory=Optimiser)
    mix: Mix = field(default_factory=Mix)
    run: Run = field(default_factory=Run)

    def conflicts(self) -> list[str]:
        """Options that exclude each other, one line each; where to mend it comes first.

        >>> Recipe(quantize="nf4", method="full").conflicts()
        ['method: full tuning needs weights that are not quantised']
        """
        judged: list[tuple[Any, str]] = [
            (self.method == "full" and self.quantize != "none",
             "method: full tuning needs weights that are not quantised"),
            (self.method == "full" and self.init_adapter is not None,
             "init_adapter: full tuning goes on from no adapter"),
            (self.method == "full" and self.over_adapter is not None,
             "over_adapter: full tuning learns over no adapter"),
            (self.init_adapter is not None and self.over_adapter is not None,
             "over_adapter: an adapter to go on from is not learnt over another"),
            (any(not source.path for source in self.data), "data.path: each dataset needs one"),
            (len({(s.path, s.split) for s in self.data}) < len(self.data),
             "data: a dataset is named twice; give it a weight instead"),
            (self.data and not any(source.weight for source in self.data),
             "data.weight: every dataset has the weight 0"),
            (self.validation.data is None and self.validation.execution,
             "validation.execution: needs validation.data"),
            (self.validation.data is None and self.validation.patience,
             "validation.patience: needs validation.data"),
            (self.validation.execution > self.validation.examples,
             "validation.execution: is more than validation.examples"),
            (self.validation.best_by == "accuracy" and not self.validation.execution,
             "validation.best_by: accuracy needs validation.execution"),
            (self.packing.tokens_per_step < self.packing.tokens_per_row,
             "packing.tokens_per_step: is less than packing.tokens_per_row"),
        ]  # fmt: skip
        return [line for wrong, line in judged if wrong]
