"""What does a post say that may be the one? From the platform's endpoints, else from an archived copy."""

from __future__ import annotations

from archiver.model import Answer, AnswerKind, Candidate, Post, PostRef
from archiver.platforms.base import Gap, Platform, Remark, Shown
from archiver.resolution.asking import Asker
from archiver.resolution.copies import Copies, Lead
from archiver.resolution.inquiry import drive

NO_USE = (AnswerKind.NOT_FOUND, AnswerKind.STATED, AnswerKind.UNSAID)
"""Answers after which no other endpoint will show the post's words either."""


class Records:
    """Reads the records of posts, each once; keeps what the platform's endpoints said of each."""

    def __init__(self, platform: Platform, copies: Copies) -> None:
        self._platform = platform
        self._copies = copies
        self.answers: dict[str, list[Answer]] = {}
        """What the endpoints said, by the key of the post asked for."""
        self.thorough: set[str] = set()
        """Keys of the posts of which every endpoint was asked."""

    def live(self, lead: Lead, ask: Asker, *, thorough: bool) -> Candidate | None:
        """The post's record from the platform's endpoints; null where none shows it.

        thorough: ask every endpoint, because their agreement tells the post's state; else only until its words are
        known, or until it is clear that an archived copy has to show them.
        """
        ref = lead.ref
        answers: list[Answer] = []

        def take(step: Answer | Shown | Remark | Gap) -> bool:
            if isinstance(step, Gap):
                ask.gap(step.text)
            if not isinstance(step, Answer):
                return False
            answers.append(step)
            ask.note(f"{step.endpoint or self._platform.name}: {ref.key} {step.state}: {step.reason}")
            return not thorough and (step.post is not None or (lead.copied and step.kind in NO_USE))

        drive(self._platform.look(ref), ask.lookup, take)
        self.answers[ref.key] = answers
        if thorough:
            self.thorough.add(ref.key)
        verdict = self._platform.judge(ref, answers) if answers else None
        if verdict is None or verdict.post is None:
            return None
        evidence = tuple(a.record_id for a in answers if a.record_id)
        return Candidate(
            post=verdict.post, score=0.0, source="cdx", evidence=evidence, contradictions=verdict.contradictions
        )

    def copied(self, lead: Lead, ask: Asker, *, thorough: bool) -> Candidate | None:
        """The post's record from an archived copy.

        The index of a prefix names one capture of each address: the others may show the post where that one does not.
        """
        addresses = self._platform.archived_urls(lead.ref)
        return self._copies.of_lead(lead, ask) or self._copies.of_addresses(
            lead.ref, addresses if thorough else addresses[:1], ask
        )

    def named(self, ref: PostRef) -> PostRef:
        """The reference as the platform names it now, where its answers told more of it."""
        answers = self.answers.get(ref.key, ())
        return next((a.ref for a in answers if a.ref is not None), ref)

    def bare(self, ref: PostRef) -> Candidate:
        """A candidate of which no record could be had."""
        said = tuple(a.record_id for a in self.answers.get(ref.key, ()) if a.record_id)
        now = self.named(ref)
        post = Post(platform=now.platform, id=now.id, url=now.url, handle=now.handle, scope=now.scope)
        return Candidate(post=post, score=0.0, source="cdx", evidence=said)
