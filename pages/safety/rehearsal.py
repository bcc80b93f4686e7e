"""Rehearsal of telegrams (電文の予行, N02): what an event would start today, with nothing sent."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.broadcasts._prospect import draw_prospect
from pages.kit.guard import guard
from services.safety import (
    RehearsedEvent,
    RehearsedRule,
    RehearsedRulePeople,
    RehearsedTelegrams,
    Status,
    rehearse,
    rehearse_people,
)

actor = guard("safety.rehearse")
MOST_FILES = 50


def choose() -> RehearsedTelegrams | None:
    """Ask for telegrams: one that came in before, named by the address, or files."""
    kept = kit.number_if_any("id")
    files = st.file_uploader(
        _(N_("Telegrams (XML), one or all of an event")), type=["xml"], accept_multiple_files=True, key="files"
    )
    if files:
        return RehearsedTelegrams(files=[file.getvalue() for file in files[:MOST_FILES]])
    return RehearsedTelegrams(ids=[kept]) if kept is not None else None


def show_telegrams(found: RehearsedEvent) -> None:
    """Show each telegram with what would be decided about it."""
    for number, one in enumerate(found.telegrams, start=1):
        drill = "" if one.status is Status.NORMAL else f"【{kit.said(one.status)}】"
        issued = _(N_("issued {moment}"), moment=kit.moment(one.report_time))
        st.markdown(f"{number}. **{kit.literal(drill + one.title)}** :small[{kit.literal(one.kind)} · {issued}]")
        for decision in one.decisions:
            st.caption(kit.literal(decision.text))


def show_rule(rule: RehearsedRule) -> None:
    """Show whom a rule would ask, when, by what, and whom it would miss."""
    off = _(N_("Switched off: nothing would be sent"))
    badge = "" if rule.enabled else f" :gray-badge[{off}]"
    st.subheader(f"{kit.literal(rule.title)}{badge}", anchor=False)
    kit.rows(
        [_(N_("Asked at")), _(N_("Telegram")), _(N_("Areas")), _(N_("Newly asked people"))],
        [(kit.moment(one.at), str(one.telegram), one.areas, one.people) for one in rule.asks],
        label=rule.title,
    )
    draw_prospect(rule.prospect)
    if rule.without_region:
        st.warning(
            _(N_("People without a region, whom no area asks: {people}. Of these with an address from which one can be "
                 "made: {placed}."),
              people=kit.number(rule.without_region), placed=kit.number(rule.with_address)),
            icon=":material/location_off:",
        )  # fmt: skip
    if actor.may("safety.rehearse_people", What.READ):
        with st.expander(_(N_("Person by person"))):
            show_people(rule)


def show_people(rule: RehearsedRule) -> None:
    """Show each person with the addresses, or why nothing reaches them."""
    key = f"who{rule.rule_id}-{rule.number}"
    kit.table(
        rehearse_people,
        kit.filters(
            RehearsedRulePeople,
            key=key,
            fills={"rule_id": rule.rule_id, "number": rule.number, "rounds": rule.rounds},
        ),
        columns={
            "name": kit.Column(_(N_("Name"))),
            "code": kit.Column(_(N_("Code")), width=80),
            "department": kit.Column(_(N_("Department"))),
            "addresses": kit.Column(_(N_("Addresses")), value=lambda line: kit.joined(line.addresses), width=290),
            "reason": kit.Column(_(N_("Why not")), value=lambda line: line.reason, width=360),
        },
        key=key,
        unit=N_("{count} people"),
        empty=_(N_("Nobody is like this.")),
    )


kit.header(
    _(N_("Rehearse telegrams")),
    _(N_("Who would be asked today, by what, and who would be missed and why. Nothing is sent. Drills are taken for "
         "real here, and rules that are switched off act too.")),
    back=(_(N_("Telegrams received")), "safety/telegrams.py"),
)  # fmt: skip
asked = choose()
if asked is None:
    st.info(_(N_("Choose telegrams, or open one on the page “Telegrams received”.")), icon=":material/cell_tower:")
    st.stop()
found = kit.ask(rehearse, asked)
show_telegrams(found)
if not found.rules:
    st.info(_(N_("Nobody would be asked.")), icon=":material/notifications_off:")
for each in found.rules:
    show_rule(each)
