"""`report.html`: one page that shows a dataset: video, frames with layers, and plots."""

from cityloop.dataset.report.page import write_report

__all__ = ["write_report"]
