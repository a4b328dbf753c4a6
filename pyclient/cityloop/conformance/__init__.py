"""The suite of cases that every engine must pass, run against an engine's address."""

from cityloop.conformance.report import Case, Report
from cityloop.conformance.suite import run_suite

__all__ = ["Case", "Report", "run_suite"]
