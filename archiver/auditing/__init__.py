"""Which cited posts are missing by now, and what was lost with them?"""

from archiver.auditing.cited import Cited, cited_in_archive, cited_in_document, merge
from archiver.auditing.finding import Finding
from archiver.auditing.looking import Plan, audit

__all__ = ["Cited", "Finding", "Plan", "audit", "cited_in_archive", "cited_in_document", "merge"]
