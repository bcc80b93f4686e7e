"""Profile applications (プロフィール申請, X07): people ask for a change of their own data, the office approves it."""

from data.models.applications import ApplicationState
from services.applications import erasing, needs, retained, words  # noqa: F401 - they declare
from services.applications.applying import Applied, Apply, WhichApplication, apply, keep_application, withdraw
from services.applications.deciding import Decide, Decided, LeftOne, Which, decide
from services.applications.fields import Difference
from services.applications.letters import DecisionLetter, decision_letters, decision_not_mailed
from services.applications.reading import ApplicationRow, InboxAsk, OwnProfile, inbox, mine

__all__ = [
    "ApplicationRow", "ApplicationState", "Applied", "Apply", "Decide", "Decided", "DecisionLetter", "Difference",
    "InboxAsk", "LeftOne", "OwnProfile", "Which", "WhichApplication", "apply", "decide", "decision_letters",
    "decision_not_mailed", "inbox", "keep_application", "mine", "withdraw",
]  # fmt: skip
