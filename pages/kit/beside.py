"""What stands beside the facts on the page of a record: its history, and the comments on it."""

from core.actor import Actor
from core.i18n import N_, _
from pages.kit.comments import comments_title, may_see_comments, show_comments
from pages.kit.history import show_history
from pages.kit.views import view
from services.changes import history, kinds


def beside(facts: str, noun: str, record_id: int, actor: Actor) -> bool:
    """Offer history and comments to whoever may see them, and show what is chosen; True: the page shows the facts.

    ``facts`` is what the page's own part is called, translated already. A history has what changes are kept of.
    """
    views = {"facts": facts}
    if noun in {kind.name for kind in kinds()} and history.allowed(actor):
        views["history"] = _(N_("History"))
    if may_see_comments(actor):
        views["comments"] = comments_title(noun, record_id)
    match view(views):
        case "history":
            show_history(noun, record_id)
        case "comments":
            show_comments(noun, record_id, actor)
        case _:
            return True
    return False
