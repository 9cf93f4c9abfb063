"""Reports of audits: figures for researchers, and one self-contained page."""

from archiver.auditing.figures.statistics import Statistics, statistics, summary_lines
from archiver.reporting.figures import figures_csv
from archiver.reporting.htmlreport import html_report

__all__ = ["Statistics", "figures_csv", "html_report", "statistics", "summary_lines"]
