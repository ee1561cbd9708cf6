"""A question becomes an answer: the corridor that every way in walks."""

from sqlft.ask.answer import Answer, Candidate, Status
from sqlft.ask.assistant import Assistant, OnStage
from sqlft.ask.loading import load
from sqlft.ask.question import clean_question

__all__ = ["Answer", "Assistant", "Candidate", "OnStage", "Status", "clean_question", "load"]
