"""An adapter's card: what it was made of, and what it is worth, for programs and for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlft.config import Recipe
from sqlft.config.recipe_file import as_document
from sqlft.model import known_models
from sqlft.model.adapter import adapter_folder, card_of
from sqlft.model.over import Over
from sqlft.prompt import fingerprint, layout
from sqlft.record import record
from sqlft.train.history import History, Look
from sqlft.train.hook import Hook
from sqlft.train.material import Material

Card = dict[str, Any]


def card(
    recipe: Recipe,
    material: Material,
    history: History,
    *,
    tokenizer: Any,
    base_digest: str | None,
    over: Over | None = None,
    chosen: Look | None,
    hook: Hook | None,
) -> Card:
    """What ``card.json`` holds.

    Args:
        over: the adapter that this one was learnt over.
        chosen: what was found of the weights that are kept; none where nothing was looked at.
    """
    schemas = set(material.own_schemas)
    licence = next((m.licence for m in known_models() if m.name == recipe.base), None)
    return {
        "base": recipe.base,
        "base_digest": base_digest,
        "base_licence": licence,
        "layout": recipe.layout,
        "prompt_fingerprint": fingerprint(layout(recipe.layout), tokenizer),
        "schema_digest": schemas.pop() if len(schemas) == 1 else None,
        "method": recipe.method,
        "over": None if over is None else asdict(over),
        "data": [asdict(facts) for facts in material.datasets],
        "taught_before": _taught_before(recipe),
        "dropped": dict(material.dropped),
        "metrics": _metrics(history, chosen, hook),
        "training": {
            "steps": len(history.steps),
            "examples": sum(step.examples for step in history.steps),
            "tokens": sum(step.tokens for step in history.steps),
            "seconds": round(history.seconds, 1),
        },
        "recipe": _without_places(as_document(recipe)),
        "record": record().as_dict(),
    }


def _taught_before(recipe: Recipe) -> list[dict[str, Any]]:
    """What the adapter that this one went on from, or was learnt over, had been taught, as its
    card says it."""
    given = recipe.init_adapter or recipe.over_adapter
    if given is None:
        return []
    earlier = card_of(adapter_folder(given))
    last = [one for one in earlier.get("data", []) if one["role"] in ("data", "rehearsal")]
    return [*earlier.get("taught_before", []), *last]


def _metrics(history: History, chosen: Look | None, hook: Hook | None) -> dict[str, Any]:
    """What was found; the losses in nats an answer token."""
    before = next((look for look in history.looks if look.step == 0), None)
    found: dict[str, Any] = {
        "train_loss": history.steps[-1].loss if history.steps else None,
        "step": chosen.step if chosen is not None else None,
        "validation_loss": chosen.loss if chosen is not None else None,
        "validation_loss_before": before.loss if before is not None else None,
        "general_loss": chosen.general_loss if chosen is not None else None,
        "general_loss_before": before.general_loss if before is not None else None,
        "execution_accuracy": None,
    }
    if chosen is not None and chosen.hits is not None and chosen.total and hook is not None:
        bounds = hook.bounds(_Counted(chosen.hits, chosen.total))
        found["execution_accuracy"] = {
            "hits": chosen.hits,
            "total": chosen.total,
            "rate": chosen.hits / chosen.total,
            "low": bounds.low,
            "high": bounds.high,
            "interval": f"95 %, {bounds.method}",
        }
    return found


class _Counted:
    def __init__(self, hits: int, total: int) -> None:
        self.hits = hits
        self.total = total


_PLACES = ("path", "data", "init_adapter", "over_adapter")


def _without_places(document: Any) -> Any:
    """The recipe with the names of its files alone: a card travels, folders do not."""
    if isinstance(document, Mapping):
        return {
            key: Path(value).name
            if key in _PLACES and isinstance(value, str)
            else _without_places(value)
            for key, value in document.items()
        }
    if isinstance(document, list | tuple):
        return [_without_places(each) for each in document]
    return document


def card_text(card: Card, name: str) -> str:
    """What ``card.md`` holds.

    Args:
        card: as ``card`` makes it.
        name: the run's.
    """
    metrics, training = card["metrics"], card["training"]
    lines = [
        f"# {name}",
        "",
        f"A {_KINDS[card['method']]} of `{card['base']}` that writes SQL, made with sqlft.",
        "",
        "| what | value |",
        "|---|---|",
        f"| base | `{card['base']}`, digest {card['base_digest'] or 'unknown'}, "
        f"licence {card['base_licence'] or 'see the base'} |",
        f"| prompts | layout `{card['layout']}`, fingerprint {card['prompt_fingerprint']} |",
    ]
    over = card.get("over")
    if over:
        lines.append(
            f"| over | adapter `{over['name']}`, sha256 {over['sha256']}: it is needed beside this "
            "one, which says only what is added to it |"
        )
    if card["schema_digest"]:
        lines.append(f"| schema | digest {card['schema_digest']} |")
    lines += [
        f"| training | {training['steps']:,} steps, {training['examples']:,} examples, "
        f"{training['tokens']:,} tokens, {training['seconds'] / 60:,.1f} minutes |",
        *(f"| {words} | {value} |" for words, value in _told(metrics)),
        "",
        "## Data",
        "",
        "| role | dataset | examples | weight | licence | sha256 |",
        "|---|---|---|---|---|---|",
    ]
    for data in card["data"]:
        split = f" ({data['split']})" if data["split"] else ""
        lines.append(
            f"| {data['role']} | {data['name']}{split} | {data['examples']:,} "
            f"| {data['weight']:g} | {data['licence'] or 'not stated'} | {data['sha256'][:16]} |"
        )
    of = [f"{one['name']} ({one['sha256'][:12]})" for one in card.get("average_of", ())]
    if of:
        lines += ["", f"Its weights are the mean of: {', '.join(of)}."]
    before = dict.fromkeys(data["name"] for data in card["taught_before"])
    if before:
        which = "it was learnt over" if over else "it went on from"
        lines += ["", f"The adapter {which} was taught: {', '.join(before)}."]
    dropped = ", ".join(f"{count:,} {reason}" for reason, count in card["dropped"].items())
    lines += ["", f"Not taught: {dropped or 'none'}.", "", "## Use", "", "```", _use(card), "```"]
    return "\n".join(lines) + "\n"


_KINDS = {"lora": "LoRA adapter", "full": "fully tuned copy"}


def _use(card: Card) -> str:
    if card["method"] == "full":
        return f'sqlft ask DATABASE "..." --model FOLDER --layout {card["layout"]}'
    return f'sqlft ask DATABASE "..." --model {card["base"]} --adapter FOLDER'


def _told(metrics: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The metrics that there are, in words."""
    found = []
    accuracy = metrics["execution_accuracy"]
    if accuracy is not None:
        text = (
            f"{accuracy['rate']:.1%} ({accuracy['hits']} of {accuracy['total']}), "
            f"{accuracy['low']:.1%} to {accuracy['high']:.1%} ({accuracy['interval']})"
        )
        found.append(("execution accuracy, validation", text))
    for key, words in (("validation_loss", "validation"), ("general_loss", "general set")):
        if metrics[key] is not None:
            before = metrics[f"{key}_before"]
            was = f" (before: {before:.4f})" if before is not None else ""
            found.append((f"loss, {words}", f"{metrics[key]:.4f} nats a token{was}"))
    if metrics["train_loss"] is not None:
        found.append(("loss, last step", f"{metrics['train_loss']:.4f} nats a token"))
    return found
