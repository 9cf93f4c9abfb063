"""Which cited posts are missing by now, and what was lost with them?"""

from archiver.auditing.cited import Cited, cited_in_archive, cited_in_document, in_portions, merge
from archiver.auditing.finding import Finding
from archiver.auditing.lists.listed import cited_in_permalinks
from archiver.auditing.lists.permalinks import is_permalink_list
from archiver.auditing.lists.postlist import post_list
from archiver.auditing.looking import AskCopies, Plan, audit

__all__ = [
    "AskCopies",
    "Cited",
    "Finding",
    "Plan",
    "audit",
    "cited_in_archive",
    "cited_in_document",
    "cited_in_permalinks",
    "in_portions",
    "is_permalink_list",
    "merge",
    "post_list",
]
