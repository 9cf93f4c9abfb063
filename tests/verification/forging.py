"""Rewriting WARC files of the program as somebody would who wants to be believed: every digest is right again."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from archiver.store.conclusions import Conclusion, parse_conclusion
from archiver.store.reader import read_segment


@dataclass
class Raw:
    """One record: its header fields in order, and its block."""

    fields: list[tuple[str, str]]
    block: bytes

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self.fields if key == name), "")

    def __setitem__(self, name: str, value: str) -> None:
        self.fields = [(key, value if key == name else old) for key, old in self.fields]

    @property
    def record_id(self) -> str:
        return self["WARC-Record-ID"].strip("<>")

    @property
    def conclusion(self) -> Conclusion | None:
        ours = self["WARC-Target-URI"].startswith("urn:archiver:")
        return parse_conclusion(self.block) if ours and self["WARC-Type"] == "metadata" else None

    def conclude(self, conclusion: Conclusion) -> None:
        self.block = msgspec.json.encode(conclusion)

    def member(self) -> bytes:
        """The record as a gzip member, its digests and lengths made anew."""
        body = self.block.partition(b"\r\n\r\n")[2] if "http" in self["Content-Type"] else self.block
        self["WARC-Block-Digest"] = "sha256:" + hashlib.sha256(self.block).hexdigest()
        if self["WARC-Type"] in ("response", "resource"):
            for name in ("WARC-Payload-Digest", "Archiver-Payload-Digest"):
                self[name] = "sha256:" + hashlib.sha256(body).hexdigest()
        self["Content-Length"] = str(len(self.block))
        lines = ["WARC/1.1", *(f"{name}: {value}" for name, value in self.fields), "", ""]
        return gzip.compress("\r\n".join(lines).encode() + self.block + b"\r\n\r\n", mtime=0)


def records(path: Path) -> Iterator[Raw]:
    data = path.read_bytes()
    for record in read_segment(path):
        whole = gzip.decompress(data[record.offset : record.offset + record.length])
        head, _, rest = whole.partition(b"\r\n\r\n")
        fields = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n")[1:]]
        yield Raw([(name, value) for name, value in fields], rest[: -len(b"\r\n\r\n")])


def write(path: Path, raws: list[Raw]) -> Path:
    path.write_bytes(b"".join(raw.member() for raw in raws))
    return path


def forged(segment: Path, folder: Path, change: Callable[[list[Raw]], Any]) -> Path:
    """A copy of a WARC file in `folder`, under its own name, after `change` was made to its records."""
    raws = list(records(segment))
    change(raws)
    folder.mkdir(exist_ok=True)
    return write(folder / segment.name, raws)
