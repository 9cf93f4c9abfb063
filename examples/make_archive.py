"""Make the example archive in `warc/` again: run the program over the example articles, against the loopback twin.

    python -m examples.make_archive [FOLDER]

Everything in it is invented. The posts come from `tests/web_twin`, which answers as the platforms do; clock, record ids
and what is said of the software are fixed, so the same program writes the same bytes.
"""

from __future__ import annotations

import itertools
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from archiver.capture import ArchivedPost, running
from archiver.capture.documents import documents
from archiver.config import Settings
from archiver.store.provenance import settings_line
from archiver.version import __version__
from tests.web_twin import Account, Picture, Population, PostState, Twin, TwinPost
from tests.web_twin.population import CONTROL_ID

FOLDER = Path(__file__).parent
ARTICLES = (FOLDER / "flood.html", FOLDER / "flood.txt")
STARTED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TICK = timedelta(milliseconds=250)
NAMESPACE = uuid.UUID("6f1d1c52-1f0a-4c3e-9a55-0c1f64b1d0aa")
DESCRIPTION = "example archive: invented articles and posts, answered by a loopback stand-in of the platforms"

DAM = Account(handle="vesna_dam_eng", name="Марина Весна")


def population() -> Population:
    """The posts that the example articles cite, and decoys of the same author and day."""
    return Population(
        [
            TwinPost(
                account=Account(handle="lunn_first", name="First Post"),
                id=CONTROL_ID,
                created=datetime(2006, 3, 21, 20, 50, 14, tzinfo=UTC),
                text="just setting up the gauge",
            ),
            TwinPost(
                account=Account(handle="ada_brook_h2o", name="Ada Brook 🌊"),
                id="1590104417443840000",
                text="Gauge 7 on the Lunn went up 41 cm in one hour. If you live below the mill, pack a bag now & do "
                "not wait for the siren. #LunnFlood",
                media=(Picture(key="Gauge7LunnA", alt="A water gauge, the level above the red mark"),),
                likes=812,
                replies=64,
            ),
            TwinPost(
                account=Account(handle="layla_alnahr", name="ليلى النهر"),
                id="1590150716536832000",
                lang="ar",
                text="نحن سبعة عشر متطوعًا عند الجسر القديم ونحتاج إلى أكياس رمل ومصابيح. تعالوا من جهة المدرسة.",
                likes=97,
            ),
            TwinPost(
                account=Account(handle="mizuno_haru_x", name="水野はる"),
                id="1590171771531264000",
                lang="ja",
                text="堤防が切れた。三丁目の交差点まで水が来ている。みんな逃げて。",
                state=PostState.DELETED,
                archived=("json2",),
            ),
            TwinPost(
                account=Account(handle="ww_lunnau", name="Wasserwerk Lunnau"),
                id="1590183263518720000",
                lang="de",
                text="Das Wehr ist geöffnet. Es besteht keine Gefahr für die Altstadt.",
                state=PostState.SUSPENDED,
                archived=("json2",),
            ),
            TwinPost(
                account=Account(handle="noa_gal_mayor", name="נועה גל"),
                id="1590195493101568000",
                lang="iw",
                text="פתחנו את אולם העירייה. יש תה חם ושמיכות לכולם.",
                state=PostState.PROTECTED,
            ),
            TwinPost(
                account=DAM,
                created=datetime(2022, 11, 9, 16, 41, 7, tzinfo=UTC),
                text="Promises don't hold water. We see no signs that the upper dam will last another night. Part of "
                "the pumps stays in the city, additional crews are being moved to the area. 🌉 decides by measured "
                "levels, not by press releases.",
                archived=("json2", "shell"),
                likes=4021,
            ),
            TwinPost(
                account=DAM,
                created=datetime(2022, 11, 9, 9, 12, 40, tzinfo=UTC),
                text="Crews at the lower weir report quiet water this morning. Next measurement at noon.",
                archived=("json2",),
            ),
            TwinPost(
                account=DAM,
                created=datetime(2022, 11, 9, 20, 3, 55, tzinfo=UTC),
                text="No, the press release of the waterworks was not written with our department.",
                archived=("json2",),
            ),
        ]
    )


def ticking() -> Callable[[], datetime]:
    """A clock that goes on by a quarter of a second each time it is read."""
    count = itertools.count()
    return lambda: STARTED + next(count) * TICK


def numbered() -> Callable[[], str]:
    """Record ids in order: name-based UUIDs of the numbers 0, 1, 2 …"""
    count = itertools.count()
    return lambda: uuid.uuid5(NAMESPACE, str(next(count))).urn


def software(settings: Settings) -> tuple[tuple[str, str], ...]:
    """What the `warcinfo` says of the program: only what is the same on every machine."""
    return (
        ("software", f"archiver/{__version__}"),
        ("http-header-user-agent", settings.web.agent),
        ("settings", settings_line(settings)),
    )


def make(folder: Path) -> list[ArchivedPost]:
    """Write the example archive into `folder`, which must not hold one yet; what happened to each post."""
    with Twin(population(), clock=STARTED) as twin:
        defaults = Settings()
        web = msgspec.structs.replace(
            defaults.web, connect_to=dict(twin.connect_to), ca_file=str(twin.ca_file), threads=1, rates={"*": 60_000.0}
        )
        settings = msgspec.structs.replace(defaults, web=web)
        with running(
            settings,
            path=folder,
            description=DESCRIPTION,
            clock=ticking(),
            new_id=numbered(),
            provenance=lambda: software(settings),
            sleep=lambda _seconds: None,
        ) as job:
            # By name alone: no path of the machine that made it belongs into the archive.
            sources = [article.relative_to(FOLDER.parent).as_posix() for article in ARTICLES]
            return [post for document in documents(sources, settings, job=job) for post in job.run(document)]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER.parent / "warc"
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "warc"
        for post in make(made):
            sys.stdout.write(f"{post.state.value:12} {post.outcome.value:11} {post.url or post.handle}\n")
        if (folder / "archive").is_dir():
            shutil.rmtree(folder)
        shutil.copytree(made, folder, dirs_exist_ok=True)


if __name__ == "__main__":
    main()
