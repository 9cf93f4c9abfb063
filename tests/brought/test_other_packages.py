"""ZIP files that hold something else: Reddit's export, tables, and exports that are known to be of no use."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.brought import Claim
from archiver.errors import InputError
from tests.brought.making import items, kinds, passed, posts, problems, zipped

FACTS = "statistic,value\naccount name,ana_example\nexport time,2023-05-02 06:57:14 UTC\nis_deleted,False\n"
LAMP = "https://www.reddit.com/r/bridges/comments/1a2b3c4/"
POSTS = (
    "id,permalink,date,ip,subreddit,gildings,title,url,body\n"
    f"1a2b3c4,{LAMP}the_lamp_is_lit/,2022-03-09 07:12:00 UTC,192.0.2.1,bridges,0,"
    'The lamp is lit,,"It burns,\nfor now."\n'
    "1a2b3c5,https://www.reddit.com/r/bridges/comments/1a2b3c5/gone/,2022-03-10 07:12:00 UTC,,b,0,Gone,,[removed]\n"
)
COMMENTS = (
    "id,permalink,date,ip,subreddit,gildings,link,parent,body,media\n"
    f"kx1y2z3,{LAMP}the_lamp_is_lit/kx1y2z3/,2022-03-09 08:12:00 UTC,,bridges,0,{LAMP}the_lamp_is_lit/,,No,\n"
)


def test_reddits_export(tmp_path: Path) -> None:
    members = {"posts.csv": POSTS, "comments.csv": COMMENTS, "statistics.csv": FACTS, "ip_logs.csv": "date,ip\n"}
    found = items(zipped(tmp_path / "export.zip", members))
    assert kinds(found) == ["an export of Reddit"]
    first, second = posts(found)
    assert (first.key, first.handle, first.title, first.text) == (
        "reddit:1a2b3c4", "ana_example", "The lamp is lit", "It burns,\nfor now.",
    )  # fmt: skip
    assert first.url == "https://www.reddit.com/r/bridges/comments/1a2b3c4/"
    assert first.created_at == datetime(2022, 3, 9, 7, 12, tzinfo=UTC)
    assert (second.text, second.title) == (None, "Gone")
    assert problems(found) == passed(found) == []
    assert "192.0.2.1" not in str(found)


def test_a_comment_is_never_taken_for_the_post_above_it(tmp_path: Path) -> None:
    (tmp_path / "comments.csv").write_text(COMMENTS)
    found = items(tmp_path / "comments.csv")
    assert posts(found) == []
    assert "comment" in problems(found)[0][1]


@pytest.mark.parametrize(
    ("member", "says"),
    [
        ("your_instagram_activity/media/posts_1.json", "Instagram have neither ids"),
        ("content/posts_1.json", "Instagram have neither ids"),
        ("your_facebook_activity/posts/your_posts_1.json", "Facebook have neither ids"),
        ("user_data_tiktok.json", "TikTok have neither ids"),
        ("holiday.jpg", "nothing in it"),
    ],
)
def test_exports_that_name_no_posts_are_refused_with_the_reason(tmp_path: Path, member: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        items(zipped(tmp_path / "it.zip", {member: "[]"}))


def test_tables_in_a_zip_file(tmp_path: Path) -> None:
    members = {
        "a.csv": "url\nhttps://x.com/pier_nine/status/1590171771531264000\n",
        "costs.csv": "month,euros\nmay,5\n",
        "deep/b.jsonl": '{"url": "https://x.com/pier_nine/status/1590171771531264001"}\n{}\n',
    }
    found = items(zipped(tmp_path / "it.zip", members))
    assert [post.id[-1] for post in posts(found)] == ["0", "1"]
    assert [where for where, _ in problems(found)] == ["costs.csv", "deep/b.jsonl, line 2"]
    assert all(isinstance(item, Claim) for item in items(tmp_path / "it.zip", claims=True) if hasattr(item, "post"))
