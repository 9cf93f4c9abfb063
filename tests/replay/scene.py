"""A site with the hostile page, on the loopback, and what watches it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from archiver.replay import Library, create_app
from archiver.replay.origins import origin_id
from archiver.replay.stillpage import StillPage
from tests.replay.hostile import PAGE, STAMP, Log, Trap, hostile, serving, stage_hostile


class Scene(NamedTuple):
    """A site with the hostile page, and what watches."""

    site: str
    own: str
    """Host of the page's origin."""
    below: str
    """The beginning of the page's addresses, where it has to live below the site."""
    log: Log
    trap: Trap

    @property
    def port(self) -> str:
        return self.site.rpartition(":")[2]

    @property
    def view(self) -> str:
        return f"{self.site}/archives/harbour/{STAMP}/{PAGE}"

    @property
    def page(self) -> str:
        return f"http://{self.own}/{STAMP}mp_/{PAGE}"

    def strays(self) -> list[tuple[str, str, str]]:
        """What was asked of the site that neither its own page nor the captured page may ask."""
        return [
            (host, path, destination)
            for host, path, destination in self.log.asked
            if not (
                (host == self.own and re.match(r"/\d{14}(mp|im|cs|fo|av|fr|an)_/", path))
                or (f"http://{host}" == self.site and destination == "document")
                or (f"http://{host}" == self.site and path.startswith(("/static/", "/favicon.ico", self.below)))
            )
        ]


@contextmanager
def scene(folder: Path, *, policies: str = "all", alone: bool = False, seconds: int = 0) -> Iterator[Scene]:
    """policies, alone: see `Log`. seconds: see `hostile`."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    port = listener.getsockname()[1]

    def origin(record_id: str) -> str:
        return f"{origin_id('harbour', record_id)}.localhost:{port}"

    ids = stage_hostile(folder / "harbour", lambda victim: hostile(port, f"http://{origin(victim)}", seconds=seconds))
    trap = Trap()
    try:
        with Library([folder / "harbour"]) as library:
            log = Log(create_app(library), policies=policies, alone=alone)
            with serving(listener, log):
                own = origin(ids[PAGE])
                below = f"/replay/harbour/{own.partition('.')[0]}/{STAMP}"
                yield Scene(f"http://127.0.0.1:{port}", own, below, log, trap)
    finally:
        trap.close()


def reached(calls: Path) -> set[tuple[str, str]]:
    """Ports and addresses that processes connected or sent to, by the log of their system calls; `name` and the path of
    a socket where another program was asked to look a name up."""
    text = calls.read_text(errors="replace")
    resolvers = re.findall(r"connect\(.*sun_path=@?\"([^\"]*(?:resolve|avahi)[^\"]*)\"", text)
    return {
        *re.findall(r"sin6?_port=htons\((\d+)\).*?\"([0-9a-f.:]+)\"", text),
        *(("name", path) for path in resolvers),
    }


def as_captured(html: str, **_others: object) -> StillPage:
    """In the place of `still_page`: nothing is taken out."""
    return StillPage(html, (), 0, None)
