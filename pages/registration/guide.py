"""The registration guide (登録案内, D11): whom to guide, by mail or on paper, and what became of it."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from pages.registration._files import files
from pages.registration._guiding import guiding
from pages.registration._text import text
from services.registration import GuideRow, GuidesAsk, edit_guide_text, guide_preview, guides, handouts

actor = guard("registration.guides")
COLUMNS = (
    ("name", N_("Name"), 130), ("state", N_("State"), 120), ("way", N_("Guided by"), 100),
    ("department", N_("Main department"), 200), ("asked_at", N_("Guided at"), 150), ("reason", N_("Reason"), 220),
    ("opened_at", N_("Page opened at"), 160), ("registered_at", N_("Registered at"), 150), ("by", N_("By"), 120),
)  # fmt: skip
HIDDEN = {"code": N_("Code"), "sent_at": N_("Sent or printed at")}


def opens(row: GuideRow) -> tuple[str, dict[str, int]]:
    """Return the page of a person."""
    return "people/person.py", {"id": row.person_id}


def states() -> None:
    """Show who was guided when, and what became of it."""
    columns: dict[str, kit.Column | str] = {name: kit.Column(_(label), width=width) for name, label, width in COLUMNS}
    columns |= {name: kit.Column(_(label), usual=False) for name, label in HIDDEN.items()}
    st.caption(_(N_("Whoever was reminded is here several times. Opened: by the person, or by a scanner of mails.")))
    kit.table(
        guides, kit.filters(GuidesAsk), columns=columns, opens=opens, unit=N_("{count} guides"),
        empty=_(N_("Nobody was guided like this yet. Choose people under “Guide people”.")),
    )  # fmt: skip


kit.header(
    _(N_("Registration guide")),
    _(N_("Asks people to register how they are reached, each by a link of their own: by mail, or on paper with a QR "
         "code.")),
)  # fmt: skip
views = {}
if guide_preview.allowed(actor):
    views["guide"] = _(N_("Guide people"))
views["states"] = _(N_("Who was guided"))
if handouts.allowed(actor):
    views["files"] = _(N_("Printed files"))
if edit_guide_text.allowed(actor):
    views["text"] = _(N_("Text of the mail"))
shown = kit.view(views)
if shown == "guide":
    guiding(actor)
elif shown == "states":
    states()
elif shown == "files":
    files(actor)
else:
    text()
