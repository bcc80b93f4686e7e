"""Comments (コメント) on records of any room, and the mentions in them. A room declares what of it can be commented."""

from services.comments import erasing  # noqa: F401 - hears of people who are erased
from services.comments.kinds import Commented, commented
from services.comments.letters import CallLetter, call_letters, not_mailed
from services.comments.mentions import MentionRow, MentionsAsk, WhichMentions, mentions, see_mentions
from services.comments.showing import CommentRow, CommentsAsk, MentionableAsk, comments, mentionable
from services.comments.writing import (
    ChangedComment,
    NewComment,
    WhichComment,
    edit_comment,
    withdraw_comment,
    write_comment,
)

__all__ = [
    "CallLetter", "ChangedComment", "CommentRow", "Commented", "CommentsAsk", "MentionRow", "MentionableAsk",
    "MentionsAsk", "NewComment", "WhichComment", "WhichMentions", "call_letters", "commented", "comments",
    "edit_comment", "mentionable", "mentions", "not_mailed", "see_mentions", "withdraw_comment", "write_comment",
]  # fmt: skip
