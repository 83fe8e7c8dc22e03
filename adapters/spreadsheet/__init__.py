"""Spreadsheets in and out: submissions read cell by cell, templates generated from a revision."""

from adapters.spreadsheet.reading import BadCell, BadWorkbook, StatedCell, read_submission
from adapters.spreadsheet.template import write_workbook

__all__ = ["BadCell", "BadWorkbook", "StatedCell", "read_submission", "write_workbook"]
