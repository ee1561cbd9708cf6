"""`sqlft adapter`: what trainings ended in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlft.cli.calibrate import calibrate
from sqlft.cli.progress import shown_progress
from sqlft.errors import InputError, ModelError, printable

if TYPE_CHECKING:
    from sqlft.train.trained import Adapter

_RULES = ("spider", "bird", "sql-eval", "strict")


@click.group()
def adapter() -> None:
    """List, show, merge, average, check and calibrate adapters."""


adapter.add_command(calibrate)


@adapter.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_adapters(as_json: bool) -> int:
    """List the adapters that come with sqlft or were trained here.

    \b
    sqlft adapter list
    """
    from sqlft.cli.document import print_document
    from sqlft.train.trained import adapters

    found = adapters()
    if as_json:
        print_document({"adapters": [_summary(one) for one in found]})
        return 0
    for one in found:
        said = _summary(one)
        facts = [f"base {said['base'] or 'unknown'}", f"layout {said['layout'] or 'unknown'}"]
        if said["over"] is not None:
            facts.append(f"over {said['over']}")
        if said["execution_accuracy"] is not None:
            facts.append(f"{said['execution_accuracy']:.1%} right in validation")
        print(f"{printable(one.name)}  {', '.join(map(printable, facts))}\n  {one.folder}")
    if not found:
        print("none yet: sqlft train smollm2-135m-lora --data DATASET")
    return 0


def _summary(one: Adapter) -> dict[str, Any]:
    accuracy = (one.card.get("metrics") or {}).get("execution_accuracy")
    rate = accuracy.get("rate") if isinstance(accuracy, dict) else None
    over = one.card.get("over")
    return {
        "name": one.name,
        "folder": str(one.folder),
        "base": one.card.get("base"),
        "layout": one.card.get("layout"),
        "schema_digest": one.card.get("schema_digest"),
        "over": over.get("name") if isinstance(over, dict) else None,
        "execution_accuracy": rate if isinstance(rate, float | int) else None,
        "size_mib": round(one.size_mib, 1),
    }


@adapter.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the whole card as JSON.")
def show_adapter(name: str, as_json: bool) -> int:
    """Show the card of the adapter NAME, or of the adapter in the folder NAME.

    \b
    sqlft adapter show shop
    """
    from sqlft.cli.document import print_document
    from sqlft.train.card import card_text
    from sqlft.train.trained import named_adapter

    found = named_adapter(name)
    if as_json:
        print_document({"name": found.name, "sha256": found.digest, "card": found.card})
        return 0
    if "metrics" not in found.card:
        raise InputError(f"the adapter {found.name} has no card of a training")
    try:
        text = card_text(found.card, found.name)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"the card of {found.name} is not one that a training writes") from error
    for line in text.split("\n"):
        print(printable(line))
    print(f"sha256 of its weights: {found.digest}\nfolder: {found.folder}")
    return 0


@adapter.command("merge")
@click.argument("name")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--model", help="The base model; default: the one that the card names.")
def merge_adapter(name: str, out: Path, model: str | None) -> int:
    """Write base and adapter NAME as one model into the folder OUT.

    \b
    sqlft adapter merge shop shop-model/
    """
    from sqlft.config import ModelChoice
    from sqlft.model import load_model
    from sqlft.model.merge import write_merged
    from sqlft.train.trained import named_adapter

    found = named_adapter(name)
    base = model or _base(found)
    if out.exists():
        raise InputError(f"{out} is there already", hint="give a folder that is not")
    with shown_progress() as progress:
        choice = ModelChoice(model=base, adapter=str(found.folder))
        loaded = load_model(choice, progress=progress)
        path = write_merged(loaded, out)
    print(f'{path}\nsqlft ask DATABASE "..." --model {path} --layout {loaded.layout}')
    return 0


@adapter.command("average")
@click.argument("names", nargs=-1, required=True)
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--rank", type=click.IntRange(min=1, max=1024), default=16, show_default=True,
              help="Rank of the mean's matrices.")  # fmt: skip
def average_adapters(names: tuple[str, ...], out: Path, rank: int) -> int:
    """Write the mean of the adapters NAMES, all of one base, as one adapter into the folder OUT.

    Two trainings of one base often answer better as their mean than each by itself.

    \b
    sqlft adapter average monday tuesday both/ --rank 12
    """
    from sqlft.model.average import average

    made = average(names, out, rank=rank)
    print(f"{made.folder}\nleft out by rank {rank}: {made.lost_share:.1%} of the mean's squares")
    return 0


def _base(found: Adapter) -> str:
    base = found.card.get("base")
    if not isinstance(base, str):
        raise InputError(f"no card says what the base of {found.name} is", hint="give --model")
    return base


@adapter.command("check")
@click.argument("name")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--split", help="Only questions of this split.")
@click.option("--sample", type=click.IntRange(min=1), default=50, show_default=True,
              help="Questions drawn.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True,
              help="Of the sample.")  # fmt: skip
@click.option("--rule", type=click.Choice(_RULES), default="strict", show_default=True,
              help="What counts as the same result.")  # fmt: skip
@click.option("--model", help="The base model; default: the one that the card names.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check_adapter(
    name: str,
    data: Path,
    split: str | None,
    sample: int,
    seed: int,
    rule: str,
    model: str | None,
    as_json: bool,
) -> int:
    """Score base, adapter, merged model and 4-bit base with adapter on one sample of DATA.

    Exit 1 where the adapter's forms differ on a question.

    \b
    sqlft adapter check shop shop/ --sample 100
    """
    from sqlft.cli.document import print_document
    from sqlft.evaluate import summary_of
    from sqlft.evaluate.selection import questions_of
    from sqlft.loop.variants import differing, judged_variants
    from sqlft.train.trained import named_adapter

    found = named_adapter(name)
    questions = questions_of([data], split=split, sample=sample, seed=seed)
    taught = str(found.card.get("layout") or "ddl")
    with shown_progress() as progress:
        judged = judged_variants(
            model or _base(found), found.folder, taught, questions, rule=rule, progress=progress
        )
    summaries = {form: summary_of(some, rule) for form, some in judged.items()}
    differ = differing(judged, rule)
    if as_json:
        rates = {
            form: {"hits": s.accuracy[rule].hits, "total": s.accuracy[rule].total}
            for form, s in summaries.items()
        }
        print_document({"rule": rule, "accuracy": rates, "differ": list(differ)})
        return 1 if differ else 0
    for form, summary in summaries.items():
        rate, bounds = summary.accuracy[rule], summary.intervals[rule]
        print(
            f"{form:<8} {rate.share:>6.1%} ({rate.hits} of {rate.total})  "
            f"[{bounds.low:.1%}, {bounds.high:.1%}]"
        )
    if differ:
        print(f"the adapter's forms differ on {len(differ)}: {', '.join(map(printable, differ))}")
        return 1
    print("the adapter's forms agree on every question")
    return 0
