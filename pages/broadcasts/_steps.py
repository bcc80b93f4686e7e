"""The steps of a new broadcast: text and questions, recipients, rehearsal."""

from typing import Any

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from core.inputs import Nothing, label_of
from core.operations import Query
from pages import kit
from pages.broadcasts._people import choose_people
from pages.broadcasts._preview import preview
from pages.broadcasts._prospect import draw_prospect
from services import access, people
from services.broadcasts import (
    BroadcastRow,
    Draft,
    Rehearsal,
    RehearsedPeopleAsk,
    Selection,
    Shown,
    draft,
    rehearse_people,
)

ROWS: kit.Layout = [("kind", "title"), ("template_id", "form_id"), ("procedure_id", "again"), "subject", "body"]
ENGLISH = ("title_en", "subject_en", "body_en")
CHOICES: dict[str, Query[Any, list[Any]]] = {
    "departments": people.department_choices,
    "areas": people.area_choices,
    "roles": access.set_choices,
    "lists": people.list_choices,
}


def text_step(row: BroadcastRow | None) -> BroadcastRow | None:
    """Ask for purpose, text and questions; return the draft in the run in which it was kept."""
    st.caption(_(N_("Choose a template, or write subject and text yourself; an empty one is taken from the template.")))
    fills: dict[str, Any] = {
        "id": row.id if row else None,
        "version": row.version if row else None,
        "audience": row.audience if row else _meant(),
    }
    key = f"draft-{row.id}-{row.version}" if row else "draft-new"
    written = {name: getattr(row, name) if row else "" for name in ENGLISH}
    if not st.toggle(
        _(N_("In English too")), value=any(written.values()), key=f"{key}.english",
        help=_(N_("For people whose language is English. Leave the fields empty to take a template's English text.")),
    ):  # fmt: skip
        fills |= written
    done = kit.operate(
        draft, key, initial=row, fills=fills, rows=ROWS,
        submit=_(N_("Keep")) if row and row.corrects_id else _(N_("Keep and choose recipients")),
    )  # fmt: skip
    return done.result if done else None


def _meant() -> Selection:
    # Another page may send here with a list that it made for this broadcast.
    list_id = kit.number_if_any("list")
    return Selection(lists=[list_id]) if list_id is not None else Selection()


def recipients_step(actor: Actor, shown: Shown) -> Selection:
    """Ask who gets it; what the person may not choose from is left out and stays as it is."""
    st.caption(_(N_("Choose one kind of recipient or several: whoever any of them names gets it, once.")))
    row = shown.broadcast
    chosen: dict[str, Any] = row.audience.model_dump()
    everybody = st.checkbox(
        label_of(Selection, "everybody"), value=row.audience.everybody, key=f"audience-{row.id}.everybody",
        help=_(N_("Everybody within your reach who has not left.")),
    )  # fmt: skip
    for name, source in CHOICES.items():
        if not source.allowed(actor):
            continue
        choices = {choice.value: choice.label for choice in kit.ask(source, Nothing())}
        chosen[name] = st.multiselect(
            label_of(Selection, name), list(choices), default=[v for v in getattr(row.audience, name) if v in choices],
            format_func=choices.__getitem__, key=f"audience-{row.id}.{name}", disabled=everybody,
            placeholder=_(N_("Choose")),
        )  # fmt: skip
    if actor.may("people.search", What.READ):
        chosen["people"] = choose_people(shown, disabled=everybody)
    return Selection(everybody=True) if everybody else Selection(**{**chosen, "everybody": False})


def keep_recipients(row: BroadcastRow, audience: Selection) -> bool:
    """Keep the recipients in the draft."""
    names = ("id", "version", "kind", "title", "subject", "body", "form_id", "procedure_id", "again", *ENGLISH)
    values = {name: getattr(row, name) for name in names}
    return kit.do(draft, Draft(**values, audience=audience)) is not None


def rehearsal_step(actor: Actor, found: Rehearsal) -> None:
    """Show who will be reached and who will not, and why."""
    st.markdown(_(N_("**Recipients**")) + "　" + "　".join(kit.literal(part) for part in found.recipients))
    draw_prospect(found.prospect)
    for warning in found.warnings:
        st.warning(kit.literal(warning), icon=":material/error:")
    with st.expander(_(N_("Text and questions as they will be sent"))):
        preview(found.broadcast)
    if actor.may("broadcasts.rehearse_people", What.READ):
        with st.expander(_(N_("Person by person")), expanded=True):
            people_table(found.broadcast.id)


def people_table(broadcast_id: int) -> None:
    """Show each person with the addresses, or why nothing reaches them."""
    kit.table(
        rehearse_people,
        kit.filters(RehearsedPeopleAsk, key="who", fills={"broadcast_id": broadcast_id}),
        columns={
            "name": kit.Column(_(N_("Name"))),
            "code": kit.Column(_(N_("Code")), width=80),
            "department": kit.Column(_(N_("Department"))),
            "addresses": kit.Column(_(N_("Addresses")), value=lambda line: kit.joined(line.addresses), width=290),
            "reason": kit.Column(_(N_("Why not")), value=lambda line: line.reason, width=360),
        },
        key="who",
        unit=N_("{count} people"),
        empty=_(N_("Nobody is like this.")),
    )
