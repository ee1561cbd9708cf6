"""Predictions against golds: outcomes, and rates with their uncertainty."""

from sqlft.evaluate.interval import Interval, rate_interval, wilson
from sqlft.evaluate.judgement import Judgement, judge
from sqlft.evaluate.match import rules_with
from sqlft.evaluate.outcome import OUTCOMES, Facts, Outcome, outcome_of
from sqlft.evaluate.paired import Paired, mcnemar, paired
from sqlft.evaluate.prediction import Prediction, read_predictions
from sqlft.evaluate.predictor import Predictor, parse_predictors
from sqlft.evaluate.predictors_file import read_predictors_file
from sqlft.evaluate.question import ENGINES, Engine, Place, Question, read_questions
from sqlft.evaluate.rate import Rate, rate_of
from sqlft.evaluate.running import RunLimits
from sqlft.evaluate.score import score
from sqlft.evaluate.summary import Summary, difference, summary_of

__all__ = [
    "ENGINES",
    "OUTCOMES",
    "Engine",
    "Facts",
    "Interval",
    "Judgement",
    "Outcome",
    "Paired",
    "Place",
    "Prediction",
    "Predictor",
    "Question",
    "Rate",
    "RunLimits",
    "Summary",
    "difference",
    "judge",
    "mcnemar",
    "outcome_of",
    "paired",
    "parse_predictors",
    "rate_interval",
    "rate_of",
    "read_predictions",
    "read_predictors_file",
    "read_questions",
    "rules_with",
    "score",
    "summary_of",
    "wilson",
]
