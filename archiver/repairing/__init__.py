"""An article's repaired version: static quotations with links to stored captures where embeds no longer work."""

from archiver.repairing.known import Places, replay_address
from archiver.repairing.reading import article_file
from archiver.repairing.replacing import Outcome, Repair, Repaired, repair

__all__ = ["Outcome", "Places", "Repair", "Repaired", "article_file", "repair", "replay_address"]
