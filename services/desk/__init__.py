"""The desk (机): what an account keeps for itself: views of lists, and what it typed and has not saved yet."""

from services.desk import erasing, needs, retained  # noqa: F401 - declare what is kept how long
from services.desk.drafts import DraftRow, KeptDraft, WhichDraft, discard_draft, draft, drafts, keep_draft
from services.desk.views import (
    SavedView,
    SharedView,
    UsualChoice,
    ViewRow,
    ViewsAsk,
    WhichView,
    choose_usual,
    delete_view,
    save_view,
    share_view,
    views,
)
from services.desk.whose import own_account_id

__all__ = [
    "DraftRow", "KeptDraft", "SavedView", "SharedView", "UsualChoice", "ViewRow", "ViewsAsk", "WhichDraft",
    "WhichView", "choose_usual", "delete_view", "discard_draft", "draft", "drafts", "keep_draft", "needs",
    "own_account_id", "save_view", "share_view", "views",
]  # fmt: skip
