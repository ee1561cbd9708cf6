"""Predictors side by side on one set of questions: a run folder, and what it says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sqlft.config import Limits, Progress, home
from sqlft.config.evaluation import Evaluation
from sqlft.errors import InputError
from sqlft.evaluate.generating import Asking, GeneratorOf, write_replies
from sqlft.evaluate.match import rules_with
from sqlft.evaluate.misses import misses
from sqlft.evaluate.predictor import Predictor
from sqlft.evaluate.prompting import schema_text_of
from sqlft.evaluate.question import Question
from sqlft.evaluate.reading import read_all_replies
from sqlft.evaluate.report_page import report_page
from sqlft.evaluate.report_text import report_text
from sqlft.evaluate.results import Measured, results_document
from sqlft.evaluate.run_folder import (
    QUESTIONS,
    REPORT_PAGE,
    REPORT_TEXT,
    RESULTS,
    RunFolder,
    begun_run,
    write_json,
    write_text,
)
from sqlft.evaluate.running import RunLimits
from sqlft.evaluate.score import score
from sqlft.evaluate.selection import datasets_of, questions_of
from sqlft.evaluate.shots import Pool, is_few_shot, read_pool
from sqlft.examples import file_digest, write_examples
from sqlft.page import write_page
from sqlft.record import Record, record


def configured(
    datasets: Sequence[Path], predictors: Sequence[Predictor], options: Evaluation
) -> dict[str, Any]:
    """Everything that decides a run's results, as JSON-able values.

    Raises:
        InputError: a dataset or the adapter of a predictor cannot be read.
        ModelError: what an adapter was learnt over is not there.
    """
    found = {str(path): _digest(path) for path in datasets}
    pool = {options.pool: _digest(Path(options.pool))} if options.pool else {}
    text = _common_schema_text(predictors)
    return {
        "format": 1,
        "datasets": found,
        **asdict(options),
        "pool": pool,
        "predictors": [_with_defaults(one, text).as_dict() for one in predictors],
    }


def _with_defaults(predictor: Predictor, schema_text: str | None) -> Predictor:
    asking = predictor.asking
    if asking.schema_text is None and predictor.adapter is None:
        asking = replace(asking, schema_text=schema_text)
    return replace(predictor, asking=asking, digest=_adapter_digest(predictor))


def _common_schema_text(predictors: Sequence[Predictor]) -> str | None:
    """The schema text that adapters were taught: those who are measured beside them get it too."""
    from sqlft.model.adapter import adapter_folder, card_of

    for predictor in predictors:
        if predictor.adapter is not None:
            card = card_of(adapter_folder(predictor.adapter))
            taught = predictor.choice.layout or card.get("layout")
            return None if taught is None else schema_text_of(str(taught))
    return None


def _adapter_digest(predictor: Predictor) -> str | None:
    if predictor.adapter is None:
        return None
    from sqlft.model.adapter import adapter_folder
    from sqlft.model.over import weights_sha256

    return weights_sha256(adapter_folder(predictor.adapter))


def _digest(path: Path) -> str:
    """Of the examples at a path."""
    if path.is_dir() and (path / "database").is_dir():
        return "spider layout"
    parts = [file_digest(described.examples_path) for described in datasets_of([path])]
    return parts[0] if len(parts) == 1 else hashlib.sha256("".join(parts).encode()).hexdigest()


def default_out(config: Mapping[str, Any]) -> Path:
    """Where a run without a named folder goes: one place for each thing that is asked for, so that
    the same command takes up what was killed; the next free one where it is complete."""
    text = json.dumps(config, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    name = "-".join(Path(path).resolve().stem for path in config["datasets"])[:60]
    folder, number = home() / "runs" / "eval", 1
    while (out := folder / f"{name}-{digest}{'' if number == 1 else f'-{number}'}").exists():
        number += 1
    return out


def evaluate(
    config: Mapping[str, Any],
    out: Path,
    generator_of: GeneratorOf,
    *,
    generate_only: bool = False,
    progress: Progress | None = None,
) -> Path:
    """The folder of the run: replies, and, unless ``generate_only``, what came of them.

    The first half writes what models say, the second (``score_run``) compares it with the golds.
    They may be done on two machines.

    Raises:
        InputError: a dataset, database, pool, predictor or the folder cannot be used.
        ModelError: a model cannot be loaded, or answers nothing at all.
    """
    questions = asked_questions(config)
    with begun_run(out, config) as run:
        run.add_record(record().as_dict())
        write_examples(run.path / QUESTIONS, [question.example for question in questions])
        asking = Asking(
            questions=questions,
            pool=_pool(config, run.predictors),
            in_domain=config["in_domain"],
            limits=Limits(timeout_s=config["query_timeout_s"]),
            progress=progress,
        )
        write_replies(run, asking, generator_of)
        if not generate_only:
            score_run(run, progress=progress)
        run.complete(out)
    return out


def asked_questions(
    config: Mapping[str, Any], datasets: Sequence[Path] | None = None
) -> tuple[Question, ...]:
    """The questions of a run; ``datasets`` says where they are now, if that has changed.

    Raises:
        InputError: a dataset cannot be read.
    """
    return questions_of(
        datasets or [Path(path) for path in config["datasets"]],
        files=[part.strip() for part in (config["files"] or "").split(",") if part.strip()],
        engine=config["engine"],
        split=config["split"],
        sample=config["sample"],
        seed=config["sample_seed"],
    )


def _pool(config: Mapping[str, Any], predictors: Sequence[Predictor]) -> Pool:
    if not any(is_few_shot(one.asking.strategy) for one in predictors):
        return Pool(())
    if config["pool"]:
        return read_pool(
            [Path(path) for path in config["pool"]], split=None, seed=config["sample_seed"]
        )
    paths = [Path(path) for path in config["datasets"]]
    found = read_pool(paths, split="train", seed=config["sample_seed"])
    if not found.members:
        raise InputError(
            "few-shot needs a pool of examples, and the datasets have no train questions",
            hint="name a dataset over other databases with --pool",
        )
    return found


def score_run(
    run: RunFolder,
    *,
    datasets: Sequence[Path] | None = None,
    rule: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The results document of a run whose replies are complete, written into its folder.

    Args:
        datasets: where the datasets are now; none: where they were.
        rule: another headline rule than the run's.

    Raises:
        InputError: replies or questions are missing, or no question counts.
    """
    config = run.config
    questions = asked_questions(config, datasets)
    headline = rule or config["rule"] or rule_for(config)
    limits = Limits(timeout_s=config["query_timeout_s"])
    said = read_all_replies(run, questions, limits, progress=progress)
    judged = score(
        questions,
        {name: [one.prediction for one in found] for name, found in said.items()},
        rules_with(keep_distinct=config["keep_distinct"]),
        headline,
        limits=RunLimits(timeout_s=config["query_timeout_s"]),
        progress=progress,
    )
    measured = [
        Measured(
            predictor=one,
            layout=run.written[one.name],
            schema_text=one.asking.schema_text or schema_text_of(run.written[one.name]),
            said=said[one.name],
            judgements=judged[one.name],
        )
        for one in run.predictors
    ]
    results = results_document(measured, headline, _about(run, record()))
    for place, found in enumerate(measured):
        _write_predictions(run, place, found)
    write_json(run.path / RESULTS, results)
    write_text(run.path / REPORT_TEXT, report_text(results))
    missed = misses(results, questions, progress=progress)
    write_page(run.path / REPORT_PAGE, report_page(results, missed))
    return results


def rule_for(config: Mapping[str, Any]) -> str:
    """The rule of a run that names none: Spider's for its own layout, else ``strict``."""
    spider = all((Path(path) / "database").is_dir() for path in config["datasets"])
    return "spider" if spider else "strict"


def _about(run: RunFolder, circumstances: Record) -> dict[str, Any]:
    config = run.config
    return {
        "datasets": dict(config["datasets"]),
        "split": config["split"],
        "sample": config["sample"],
        "sample_seed": config["sample_seed"],
        "written": run.records,
        "scored": circumstances.as_dict(),
    }


def _write_predictions(run: RunFolder, place: int, found: Measured) -> None:
    lines = []
    for said, judged in zip(found.said, found.judgements, strict=True):
        document = {
            "id": judged.question.example.id,
            "sql": judged.prediction.sql,
            "refused": judged.prediction.refused,
            "outcome": judged.outcome,
            "rules": dict(judged.matches),
            "message": judged.message,
            "seconds": round(said.seconds, 4),
        }
        lines.append(json.dumps(document, ensure_ascii=False))
    path = run.predictions(place, found.predictor.name)
    write_text(path, "\n".join(lines) + "\n")
