"""Contact checks (連絡先の確認通知, D09): how often mails ask whether addresses work, and what became of past ones."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.network import (
    CheckRuleRow,
    ChecksAsk,
    ContactCheck,
    Finding,
    check_contacts,
    contact_check,
    contact_checks,
    preview_contact_check,
    set_contact_check,
)

actor = guard("network.contact_check")
SHOW = "broadcasts/show.py"
ROWS: kit.Layout = ["enabled", ("every_months", "day", "hour"), "unproved_days", "subject", "body"]


def standing(rule: CheckRuleRow) -> None:
    """Say when the next check is due, and offer to begin one now."""
    on, off = _(N_("On")), _(N_("Off"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if rule.next_at:
            sentence = N_("Next check: {moment}. After that every {months} months.")
            said = _(sentence, moment=kit.moment(rule.next_at), months=rule.every_months)
            st.markdown(f":green-badge[:material/check_circle: {on}] {said}")
        else:
            said = _(N_("No check is planned. Addresses are only checked when you begin it."))
            st.markdown(f":gray-badge[{off}] {said}")
        if check_contacts.allowed(actor) and st.button(
            _(N_("Check addresses now")), key="now", icon=":material/mark_email_read:"
        ):
            ask_first()


def ask_first() -> None:
    """Say how many mails will go out, and begin the check if that is meant."""
    found = kit.ask(preview_contact_check)
    kit.confirm(
        _(N_("Check the contact addresses now?")),
        _(N_("{addresses} mails go out to {people} people at once. They say that nothing has happened and ask to "
             "confirm by a link."), addresses=kit.number(found.addresses), people=kit.number(found.people)),
        yes=_(N_("Send")), then=begin,
    )  # fmt: skip


def begin() -> bool:
    """Begin a check and go to its sending."""
    done = kit.do(check_contacts)
    if done is None or done.result is None:
        return False
    kit.flash(_(N_("The contact check is on its way.")))
    return True


def setting(rule: CheckRuleRow) -> None:
    """Show the setting, and let it be changed."""
    with st.expander(_(N_("Set up the contact check")), icon=":material/event_repeat:", expanded=not rule.version):
        if not set_contact_check.allowed(actor):
            kit.facts({_(N_("Subject")): rule.subject, _(N_("Text")): rule.body})
        elif kit.operate(
            set_contact_check, f"contact-check-{rule.version}", initial=rule, fills={"version": rule.version},
            rows=ROWS, submit=_(N_("Save")), done=_(N_("Saved.")),
        ):  # fmt: skip
            st.rerun()


def began(row: ContactCheck) -> str:
    """Say who began a check."""
    return row.by or _(N_("Automatic"))


def past() -> None:
    """Show the checks that were sent, and the way to whose contacts fail."""
    st.subheader(_(N_("Past checks")), anchor=False)
    kit.table(
        contact_checks,
        kit.filters(ChecksAsk),
        columns={
            "sent_at": kit.Column(),
            "by": kit.Column(value=began),
            "state": kit.Column(),
            "people": kit.Column(number=True),
            "sent": kit.Column(number=True),
            "confirmed": kit.Column(number=True),
            "failed": kit.Column(number=True),
            "not_sent": kit.Column(number=True),
            "waiting": kit.Column(number=True),
        },
        opens=lambda row: (SHOW, {"id": row.id}),
        unit=N_("{count} checks"),
        empty=_(N_("No contact check was sent yet.")),
    )
    if actor.may("network.search", What.READ):
        st.page_link(
            "network/people.py", label=_(N_("People of whom a contact fails")), icon=":material/error:",
            query_params={"finding": Finding.FAILING.value},
        )  # fmt: skip


rule = kit.ask(contact_check)
kit.header(
    _(N_("Contact check")),
    _(N_("At a set rhythm mails ask everybody whether their addresses still work: a link confirms, a bounce shows what "
         "to mend.")),
    back=(_(N_("Contact network")), "network/overview.py") if actor.may("network.counts", What.READ) else None,
)  # fmt: skip
standing(rule)
if contact_checks.allowed(actor):
    past()
setting(rule)
