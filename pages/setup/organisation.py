"""Organisation master (法人マスタ, X02): who we are, by which calendar we work, and how the channels stand."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from pages.setup._channels import show_channels
from services.setup import OrganisationRow, edit_organisation, organisation

actor = guard("setup.organisation")
ROWS: kit.Layout = [
    ("name", "kana"), ("corporate_number", "representative"), ("postal_code", "address"), ("phone", "contact_mail"),
    ("fiscal_month", "office_hour"), "working_days",
]  # fmt: skip


def company(row: OrganisationRow) -> None:
    """Show the organisation, as a form to those who may change it."""
    if actor.may("setup.edit_organisation", What.DO):
        if kit.operate(
            edit_organisation, f"organisation-{row.version}", initial=row, fills={"version": row.version}, rows=ROWS,
            submit=_(N_("Save")), done=_(N_("Saved.")),
        ):  # fmt: skip
            st.rerun()
        return
    kit.facts(
        {
            _(N_("Name of the organisation")): row.name, _(N_("Name in kana")): row.kana,
            _(N_("Corporate number")): row.corporate_number, _(N_("Representative")): row.representative,
            _(N_("Postal code")): row.postal_code, _(N_("Address")): row.address, _(N_("Phone")): row.phone,
            _(N_("Mail address for questions")): row.contact_mail,
            _(N_("First month of the fiscal year")): row.fiscal_month, _(N_("Working days")): row.working_days,
        },
        label=row.name,
    )  # fmt: skip


kit.header(
    _(N_("Organisation master")),
    _(N_("Who you are, by which calendar you work, and by what messages go out.")),
    next_step=(_(N_("Setup guide")), "setup/guide.py") if actor.may("setup.guide", What.READ) else None,
)
company(kit.ask(organisation))
if actor.may("delivery.channels", What.READ):
    st.subheader(_(N_("Channels")), anchor=False)
    show_channels()
