"""The contact network person by person (連絡網一覧, D12, D15, X07): find who is to be mended or reminded, and do it."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from core.shown import labelled
from pages import kit
from pages.kit.guard import guard
from pages.network._doing import listing, reviving, sharing
from pages.network._grid import grid
from services.network import Finding, NetworkAsk, NetworkRow, export_network, search_network

actor = guard("network.search")
NUMBERS = {Finding.NUMBER_MISSING, Finding.NUMBER_MALFORMED, Finding.NUMBER_DUPLICATE, Finding.NUMBER_SHARED}
SHARED = {Finding.NUMBER_DUPLICATE, Finding.NUMBER_SHARED}
UNIT = N_("{count} people")
EMPTY = N_("Nobody is found: there is nothing to mend here, or the filters leave nobody.")


def opens(row: NetworkRow) -> tuple[str, dict[str, object]]:
    """Return the page of a person; from a list about mobile numbers with the number's field to type into at once."""
    about = st.query_params.get("finding", "")
    return "people/person.py", {"id": row.id, **({kit.BEGIN: "mobile"} if about in NUMBERS else {})}


def to_do(row: NetworkRow) -> list[str]:
    """Return what is to be mended of somebody, and what only waits for the person."""
    return [*row.notes, *(labelled(_(N_("Waits for confirmation")), one) for one in row.waiting)]


def show_list(question: NetworkAsk) -> None:
    """Show the list; what can be done with people of it stands above."""
    columns: dict[str, kit.Column | str] = {
        "name": kit.Column(_(N_("Name")), sort="name"),
        "code": _(N_("Code")),
        "department": _(N_("Main department")),
        "notes": kit.Column(_(N_("To mend")), width=280, value=to_do),
        "registered": kit.Column(_(N_("Registered")), width=190),
        "mobile": _(N_("Mobile number")),
        "test": kit.Column(_(N_("Last test")), width=160),
        "waiting": kit.Column(_(N_("Waits for confirmation")), usual=False),
        "kana": kit.Column(_(N_("Kana")), usual=False),
        "mails": kit.Column(_(N_("Mail addresses")), usual=False),
    }
    listable, shareable = actor.may("network.to_list", What.BULK), actor.may("network.share", What.DO)
    revivable = actor.may("network.revive", What.DO)
    if not (listable or shareable or revivable):
        kit.table(search_network, question, columns=columns, opens=opens, unit=UNIT, empty=_(EMPTY))
        return
    buttons = st.container(horizontal=True, gap="small")
    picked = kit.pick(search_network, question, columns=columns, opens=opens, unit=UNIT, empty=_(EMPTY))
    with buttons:
        if listable:
            listing(question, picked, actor)
        if shareable and (picked or question.finding in SHARED):
            sharing(picked)
        if revivable and question.finding is Finding.FAILING:
            reviving(question, picked, actor)


kit.header(
    _(N_("Contact network, person by person")),
    _(N_("Open somebody to mend one person, mend a page of them in the grid, or all of them as a CSV in Excel.")),
    back=(_(N_("Contact network")), "network/overview.py"),
)
bar = st.container(horizontal=True, gap="small", vertical_alignment="center")
question = kit.filters(NetworkAsk)
with bar:
    views = {"list": _(N_("List"))}
    if actor.may("network.mend", What.BULK):
        views["grid"] = _(N_("Mend in the grid"))
    shown = kit.view(views)
    kit.files(export_network, question, label=_(N_("Export as CSV")))
    if actor.may("people.upload", What.BULK) and st.button(
        _(N_("Import from CSV")), icon=":material/upload_file:", key="import"
    ):
        kit.go("people/imports.py")
if shown == "grid":
    grid(question, UNIT, _(EMPTY))
else:
    show_list(question)
