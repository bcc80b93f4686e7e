"""Home (ホーム): what needs one today, notices, and finding anything by a few letters."""

from services.home.notices import (
    EditedNotice,
    NoticeRow,
    NoticesAsk,
    NoticeState,
    WhichNotice,
    edit_notice,
    notices,
    retire_notice,
)
from services.home.own_notices import OwnNotice, OwnNotices, WhichRead, own_notices, read_notice
from services.home.today import FindAsk, find_anything, what_needs_me

__all__ = [
    "EditedNotice", "FindAsk", "NoticeRow", "NoticeState", "NoticesAsk", "OwnNotice", "OwnNotices", "WhichNotice",
    "WhichRead", "edit_notice", "find_anything", "notices", "own_notices", "read_notice", "retire_notice",
    "what_needs_me",
]  # fmt: skip
