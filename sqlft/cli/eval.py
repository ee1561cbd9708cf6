"""`sqlft eval`: predictors side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from sqlft.cli.options import options_of, taken
from sqlft.cli.progress import shown_progress
from sqlft.config import Decoding, ModelChoice
from sqlft.config.evaluation import Asking, Evaluation, Prices

if TYPE_CHECKING:
    from sqlft.evaluate import Predictor


@click.command(
    "eval", no_args_is_help=True, short_help="Measure predictors on the questions of DATASETS."
)
@click.argument("datasets", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--predictors",
    default="bare",
    show_default=True,
    help="By commas: bare, persona, few-shot, few-shot:jaccard, few-shot:bm25, rag, plan, "
    "self-correct, adapter:PATH, ask:PATH; or an eval.toml that names them.",
)
@click.option("--out", type=click.Path(path_type=Path), help="The run's folder.")
@click.option("--generate-only", is_flag=True, help="Write replies; `sqlft score RUN` scores them.")
@click.option("--json", "as_json", is_flag=True, help="Print the results document.")
@options_of(Evaluation)
@options_of(Asking)
@options_of(ModelChoice)
@options_of(Decoding)
def evaluate_datasets(
    datasets: tuple[Path, ...],
    predictors: str,
    out: Path | None,
    generate_only: bool,
    as_json: bool,
    **values: Any,
) -> int:
    """Measure predictors on the same questions of DATASETS: execution accuracy and what it cost.

    A predictor is a model with a prompting strategy, or with an adapter: adapter:PATH on equal
    terms with the others (so unconstrained, if --constrained is not given), ask:PATH at the
    settings that `sqlft ask` has. Everything that is written is kept in the run's folder: a run
    that was stopped goes on with the same command.

    \b
    sqlft eval data/retail --predictors bare,rag --sample 20
    sqlft eval data/ --predictors eval.toml --out runs/compared
    """
    from sqlft.cli.document import print_document
    from sqlft.evaluate.evaluation import configured, default_out, evaluate
    from sqlft.evaluate.generators import generators
    from sqlft.evaluate.run_folder import RESULTS, read_json

    with shown_progress() as progress:
        predicted = _predictors(predictors, values)
        config = configured(datasets, predicted, taken(Evaluation, values))
        folder = evaluate(
            config,
            out or default_out(config),
            generators(predicted, progress),
            generate_only=generate_only,
            progress=progress,
        )
    if generate_only:
        print(folder)
        return 0
    results = read_json(folder / RESULTS)
    if as_json:
        print_document(results)
        return 0
    from sqlft.cli.show_results import show_results

    show_results(results)
    print(f"run: {folder}")
    return 0


def _predictors(text: str, values: dict[str, Any]) -> tuple[Predictor, ...]:
    from sqlft.evaluate import Predictor, parse_predictors, read_predictors_file

    common = Predictor(
        name="",
        choice=taken(ModelChoice, values),
        decoding=_decoding(values),
        asking=taken(Asking, values),
        prices=Prices(),
    )
    if text.endswith(".toml"):
        return read_predictors_file(Path(text), common)
    return parse_predictors(text, common)


def _decoding(values: dict[str, Any]) -> Decoding:
    """The common decoding. Prompted models answer freely, so without a word to the contrary all do:
    only the canonical form can be held to a schema, and prompts do not ask for it."""
    found = taken(Decoding, values)
    source = click.get_current_context().get_parameter_source("constrained")
    return found if source is ParameterSource.COMMANDLINE else replace(found, constrained=False)
