"""A question becomes an answer: the corridor that every way in walks."""

from sqlft.ask.answer import Answer, Candidate, Status
from sqlft.ask.assistant import Assistant, OnStage, clean_question, load

__all__ = ["Answer", "Assistant", "Candidate", "OnStage", "Status", "clean_question", "load"]
