"""Scores of very many bodies at once, exactly as they would be one by one."""

from domain.bulk.program import Program, Row

__all__ = ["Program", "Row"]
