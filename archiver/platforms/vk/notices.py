"""What do VK's own sentences in the place of a post mean?

They stand in the notice of an error page and nowhere else: a post that says the same words is a post. They are in the
asker's language, of which Russian, Ukrainian and English are known here, and are matched from their first letter on;
what is not known says nothing.
"""

from __future__ import annotations

import re
import unicodedata

from archiver.model import State

MAX_NOTICE = 600

_PLACE = r"(?:на территории|по решению суда|на основании|роскомнадзор|правообладател)"
_REGION = r"(?:in your (?:country|region)|in the territory|at the request of|by (?:a )?court)"
_THIS = r"(?:this |the )?"
_WAS = r"(?: is| was| has been)?"

_BEGINNINGS: dict[State, tuple[str, ...]] = {
    State.DELETED: (
        r"(?:эта )?запись (?:была )?удалена",
        r"пост (?:был )?удал[её]н",
        r"видео(?:запись)? (?:было |была )?удален[оа]",
        r"запис (?:було )?видалено",
        rf"{_THIS}(?:post|video){_WAS} (?:deleted|removed)",
    ),
    State.ACCOUNT_GONE: (
        r"(?:эта )?страница (?:пользователя )?удалена",
        r"пользователь удалил свою страницу",
        r"сообщество (?:было )?удалено",
        r"сторінк[уа] (?:було )?видалено",
        rf"{_THIS}(?:page|profile|community){_WAS} (?:deleted|removed)",
        rf"{_THIS}user (?:has )?deleted (?:their|his|her) (?:page|profile)",
    ),
    State.RESTRICTED: (
        rf"(?:материал|контент|сообщество|страница|запись|видео(?:запись)?)[^.]{{0,60}}{_PLACE}",
        rf"{_THIS}(?:content|material|community|page|post|video)[^.]{{0,60}}{_REGION}",
    ),
    State.SUSPENDED: (
        r"(?:данная |эта )?страница (?:пользователя )?(?:временно )?заблокирована",
        r"сообщество (?:временно )?заблокировано",
        r"сторінку (?:тимчасово )?заблоковано",
        rf"{_THIS}(?:page|profile|community|user){_WAS} (?:temporarily )?(?:blocked|suspended|banned|frozen)",
    ),
    State.PROTECTED: (
        r"доступ (?:к (?!комментари)[^.]{1,40} )?(?:ограничен|запрещ[её]н|закрыт)",
        r"ошибка доступа",
        r"это (?:закрытое|частное) сообщество",
        r"стена закрыта",
        r"страница доступна только авторизованным",
        r"доступ обмежено",
        r"access (?:to (?!comments)[^.]{1,40} )?(?:is )?(?:denied|restricted)",
        r"this is a (?:private|closed) (?:community|group|page|profile)",
        r"you (?:do not|don't) have (?:access|permission)",
        rf"{_THIS}(?:page|post) is only (?:available|visible) (?:to|for) (?:authori[sz]ed|signed-in|logged-in)",
    ),
}
"""How a sentence begins that states this. A place or a court is looked for before a mere block."""

_NOT_FOUND: tuple[str, ...] = (
    r"запись не найдена",
    r"страница не найдена",
    r"видео(?:запись)? не найден[оа]",
    r"такой страницы нет",
    r"запис не знайдено",
    r"сторінку не знайдено",
    rf"{_THIS}(?:post|page|video|wall){_WAS} not found",
    r"no such (?:post|page)",
    rf"{_THIS}page (?:does not|doesn't) exist",
)

_RULES = tuple((state, re.compile("|".join(forms))) for state, forms in _BEGINNINGS.items())
_MISSING = re.compile("|".join(_NOT_FOUND))


def read_notice(text: str) -> State | None:
    """The state that a notice states; null where it states none that is known."""
    plain = _plain(text)
    return next((state for state, pattern in _RULES if pattern.match(plain)), None)


def not_found(text: str) -> bool:
    """Whether a notice says no more than that there is no such post."""
    return _MISSING.match(_plain(text)) is not None


def _plain(text: str) -> str:
    text = "".join(c for c in unicodedata.normalize("NFKC", text[:MAX_NOTICE]) if unicodedata.category(c) != "Cf")
    return " ".join(text.replace("’", "'").lower().split())
