"""What do Weibo's own sentences in the place of a post mean?

They come in an error's message, or as the text of a record that has no author; a post that says the same words has one.
Sentences are looked for from their beginning, a polite word aside. Number 20101 says that there is no such post.
"""

from __future__ import annotations

import re
import unicodedata

from archiver.model import State

MAX_NOTICE = 400

NO_SUCH_POST = frozenset({"20101", "20103", "20112"})
"""Error numbers (https://open.weibo.com/wiki/Error_code): no such post; 20112 is "no permission to read it"."""
NOT_PERMITTED = frozenset({"20112"})
SIGN_IN = frozenset({"-100", "21301", "21332", "21315", "100005", "100006", "10023", "10024"})
"""Numbers that ask to sign in or tell of a limit."""

_POST = r"(?:此|该|這條|这条|這则|这则|本条|原)?(?:条|則|则)?(?:微博|內容|内容|博文)"
_ACCOUNT = r"(?:此|该|這個|这个)?(?:账号|帳號|用户|用戶|微博账号|作者账号)"

_BEGINNINGS: dict[State, tuple[str, ...]] = {
    State.SUSPENDED: (
        rf"{_ACCOUNT}(?:因|已|由于|由於|涉嫌)[^。]{{0,80}}(?:无法查看|無法查看|封|冻结|凍結|禁言|异常|異常)",
    ),
    State.ACCOUNT_GONE: (rf"{_ACCOUNT}(?:不存在|已注销|已註銷|已经注销)",),
    State.PROTECTED: (
        r"(?:由于|由於|根据|根據)?(?:博主|作者|用户|用戶|对方)[^。]{0,30}(?:设置|設置|设定|仅展示|僅展示|仅|權限|权限)",
        r"(?:你|您)?暂时?没有[^。]{0,20}(?:权限|權限)",
        r"仅(?:粉丝|自己|好友)[^。]{0,6}可见",
    ),
    State.RESTRICTED: (
        r"(?:根据|依据|依照|按照|根據)[^。]{0,30}(?:法律|法规|政策|規定|规定)",
        rf"{_POST}[^。]{{0,30}}(?:违反|違反|不适宜|不適宜|投诉|投訴|违规|處理|处理)",
    ),
    State.DELETED: (rf"{_POST}(?:已)?(?:经)?(?:被)?(?:作者|博主|原作者)?(?:自行)?(?:删除|刪除)",),
}
"""How a sentence begins that states this. What was done to an account or by a rule is looked for before a deletion."""

_NOT_FOUND = re.compile(rf"(?:你|您)?(?:访问|查看)?(?:的)?{_POST}不存在|暂无(?:内容|微博)|没有找到")
_RULES = tuple((state, re.compile("|".join(forms))) for state, forms in _BEGINNINGS.items())
_POLITE = re.compile(r"(?:抱歉|对不起|很抱歉|非常抱歉|提示)[，,。!！:： ]*")


def read_notice(text: str) -> State | None:
    """The state that a sentence states; null where it states none that is known."""
    plain = _plain(text)
    return next((state for state, pattern in _RULES if pattern.match(plain)), None)


def not_found(text: str) -> bool:
    """Whether a sentence says no more than that there is no such post."""
    return _NOT_FOUND.match(_plain(text)) is not None


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text[:MAX_NOTICE])
    text = "".join(c for c in text if unicodedata.category(c) != "Cf").strip()
    return _POLITE.sub("", text, count=1) if _POLITE.match(text) else text
