"""What one account may do, and through which permission set (権限の根拠): yes or no, and why."""

from collections.abc import Sequence

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.address import put
from pages.kit.guard import guard
from pages.kit.menu import PAGES
from services.access import ExplainAsk, Explained, Explanation, explain

ABOUT = "about"
PAGE = "page:"
PROCESS = "process:"


def topics(found: Explanation) -> dict[str, str]:
    """Return what can be asked for: every page that needs a permission, and every permission."""
    pages = {f"{PAGE}{entry.path}": _(N_("Page: {title}"), title=_(entry.title)) for entry in PAGES if entry.processes}
    boxes = {
        f"{PROCESS}{box.process}:{box.what}": f"{box.category} › {box.title} ({kit.said(box.what)})"
        for box in found.boxes
    }
    return {**pages, **boxes}


def about(found: Explanation, topic: str) -> list[Explained]:
    """Return the permissions that a topic is about: one of them is enough."""
    if topic.startswith(PAGE):
        entry = next(entry for entry in PAGES if entry.path == topic.removeprefix(PAGE))
        # A page is read: what files of it need is another permission.
        return [box for box in found.boxes if box.process in entry.processes and box.what != "export"]
    return [box for box in found.boxes if f"{PROCESS}{box.process}:{box.what}" == topic]


def answer(found: Explanation, boxes: Sequence[Explained]) -> None:
    """Say yes or no, and why."""
    held = [box for box in boxes if box.held]
    if held:
        st.success(_(N_("Yes: {name} may."), name=kit.literal(found.name)), icon=":material/check_circle:")
    else:
        st.warning(_(N_("No: {name} may not."), name=kit.literal(found.name)), icon=":material/block:")
    table(held or boxes, missing=not held)


def table(boxes: Sequence[Explained], *, missing: bool) -> None:
    """Show permissions, with the sets through which the account has them or would have them."""
    head = [_(N_("Category")), _(N_("Permission")), _(N_("What")),
            _(N_("A set that would do")) if missing else _(N_("Through"))]  # fmt: skip
    lines = [[box.category, box.title, box.what, kit.joined(box.offered if missing else box.through)] for box in boxes]
    kit.rows(head, lines, label=_(N_("Permissions")))


guard("access.explain")
found = kit.ask(explain, ExplainAsk(account_id=kit.number_in_address("id")))
kit.header(
    _(N_("What {name} may do"), name=found.name),
    _(N_("Choose a page or a permission to see whether and why, or look at all of them.")),
    back=(_(N_("Accounts")), "access/accounts.py"),
)
if not found.works:
    st.warning(_(N_("Nobody can sign in with this account at the moment.")), icon=":material/block:")
elif found.confined:
    sentence = N_("Before anything else this person has to set up two-step sign-in; until then nothing below holds.")
    st.warning(_(sentence), icon=":material/phonelink_lock:")
names = topics(found)
asked = st.query_params.get(ABOUT)
st.session_state[ABOUT] = asked if asked in names else None
chosen = st.selectbox(
    _(N_("Page or permission")), list(names), index=None, format_func=names.__getitem__, key=ABOUT,
    placeholder=_(N_("All")), filter_mode="contains", on_change=lambda: put(ABOUT, st.session_state[ABOUT] or ""),
)  # fmt: skip
if chosen:
    answer(found, about(found, chosen))
else:
    shown = kit.view({"held": _(N_("May do")), "missing": _(N_("May not do"))})
    boxes = [box for box in found.boxes if box.held is (shown == "held")]
    if boxes:
        table(boxes, missing=shown == "missing")
    else:
        st.info(_(N_("Nothing.")))
