"""The main job: an article's posts, found, resolved and stored as evidence."""

from archiver.capture.job import ArchivedPost, Job, Progress, no_progress
from archiver.capture.run import running

__all__ = ["ArchivedPost", "Job", "Progress", "no_progress", "running"]
