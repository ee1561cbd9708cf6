"""Supervised training, by transformers' Trainer over packs that share their prefix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import SequentialSampler
from transformers import Trainer, TrainerCallback, TrainingArguments

from sqlft.errors import InputError
from sqlft.train.course import Course
from sqlft.train.loss import answer_loss

Look = Callable[[Any, int], dict[str, float]]
"""What validation finds of a model at a step: names that begin with ``eval_``, and numbers."""


class SupervisedTrainer(Trainer):
    """A Trainer whose loss is on answers, and whose batches come in the course's own order.

    Args:
        look: asked for what validation finds; the Trainer decides when.
        time_used: the part of the allowed time that is over. The learning rate falls as if that
            part of the steps were done, where fewer are: it ends low when time ends the training.
    """

    def __init__(
        self,
        model: Any,
        args: TrainingArguments,
        course: Course,
        *,
        look: Look | None = None,
        time_used: Callable[[], float] | None = None,
        callbacks: Sequence[TrainerCallback] = (),
    ) -> None:
        super().__init__(
            model=model,
            args=args,
            train_dataset=course,
            # Trainer wants a set to evaluate on; `look` knows its own.
            eval_dataset=course if look is not None else None,
            data_collator=_only,
            callbacks=list(callbacks),
        )
        self.model_accepts_loss_kwargs = True  # so that it counts the answers of a whole step
        self._look = look
        self._time_used = time_used
        self.example_ids: list[str] = []
        """Of the batch read last: where a loss is no number, these are to blame."""

    def _get_train_sampler(self, train_dataset: Any = None) -> SequentialSampler:
        course: Any = train_dataset if train_dataset is not None else self.train_dataset
        return SequentialSampler(course)

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        made = super().create_scheduler(num_training_steps, optimizer)
        used = self._time_used
        if used is None or not isinstance(made, LambdaLR):
            return made

        def hastened(plain: Callable[[int], float]) -> Callable[[int], float]:
            return lambda step: plain(max(step, int(min(1.0, used()) * num_training_steps)))

        made.lr_lambdas = [hastened(one) for one in made.lr_lambdas]
        return made

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        """The mean over the answer tokens of the whole step, in all processes, of their loss."""
        self.example_ids = inputs.pop("ids", [])
        inputs.pop("labels", None)
        count = (
            num_items_in_batch if num_items_in_batch is not None else len(inputs["shift_labels"])
        )
        loss = answer_loss(model, inputs) / count
        if self.args.average_tokens_across_devices:
            loss = loss * self.accelerator.num_processes  # DDP takes the mean of the gradients
        return (loss, {}) if return_outputs else loss

    def training_step(self, *args: Any, **others: Any) -> torch.Tensor:
        """The loss of one batch, its gradients added to those that are there.

        Raises:
            InputError: the loss is no number; it names the step and its examples.
        """
        loss: torch.Tensor = super().training_step(*args, **others)
        if not torch.isfinite(loss):
            raise InputError(
                f"the loss is no number at step {self.state.global_step + 1}, with the examples "
                f"{', '.join(self.example_ids)}",
                hint="lower optimiser.learning_rate, or look at these examples",
            )
        return loss

    def evaluate(self, *args: Any, **others: Any) -> dict[str, float]:
        """What validation finds now."""
        if self._look is None:
            return {}
        model = self.accelerator.unwrap_model(self.model)
        training = model.training
        model.eval()
        found = self._look(model, self.state.global_step)
        model.train(training)
        self.log(found)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, found)
        return found


def _only(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The course's items are batches already.

    The Trainer counts the answer tokens of a step, over its batches and processes, only where
    there is something called ``labels``.
    """
    (item,) = items
    return {**item, "labels": item["shift_labels"]}


def mean_loss(model: Any, course: Course) -> float:
    """The mean loss of an answer token over a course, in nats."""
    total, count = 0.0, 0
    with torch.inference_mode():
        for number in range(len(course)):
            read = {
                name: value.to(model.device) if isinstance(value, torch.Tensor) else value
                for name, value in course[number].items()
            }
            total += float(answer_loss(model, read))
            count += len(read["shift_labels"])
    return total / count
