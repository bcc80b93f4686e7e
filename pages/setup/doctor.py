"""The check of the installation (診断): as ``manage.py doctor``, on demand, with the way to where it is mended."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.setup import FindingRow, diagnosis


def wrong(found: FindingRow) -> None:
    """Say what is wrong, with what to do."""
    st.warning(kit.literal(found.text), icon=":material/build:")
    if found.page:
        kit.way_to(found.page)


def show(findings: list[FindingRow]) -> None:
    """Show what needs somebody first, then what is as it should be."""
    needing = [one for one in findings if not one.good]
    if needing:
        sentence = N_("{count} of {all} things need somebody:")
        st.markdown(_(sentence, count=kit.number(len(needing)), all=kit.number(len(findings))))
    else:
        st.success(_(N_("All is as it should be.")), icon=":material/check_circle:")
    for one in needing:
        wrong(one)
    st.subheader(_(N_("As it should be")), anchor=False)
    st.markdown("\n".join(f"- {kit.literal(one.text)}" for one in findings if one.good))


guard("setup.doctor")
kit.header(
    _(N_("Check of the installation")),
    _(N_("Looks at the database, the work in it and the machine that shows this page, as “manage.py doctor” does on "
         "the command line. Other machines are looked at there.")),
)  # fmt: skip
if st.button(_(N_("Check now")), key="check", type="primary", icon=":material/stethoscope:"):
    show(kit.ask(diagnosis))
