"""Corrections in, training examples out."""

from sqlft.feedback.correction import Correction, Judged, correction_of
from sqlft.feedback.export import Exported, LeftOut, export_corrections
from sqlft.feedback.store import (
    corrections,
    feedback_path,
    mark_exported,
    remove_correction,
    save_correction,
    waiting,
)

__all__ = [
    "Correction",
    "Exported",
    "Judged",
    "LeftOut",
    "correction_of",
    "corrections",
    "export_corrections",
    "feedback_path",
    "mark_exported",
    "remove_correction",
    "save_correction",
    "waiting",
]
