"""Answers that cannot name what is not there."""
