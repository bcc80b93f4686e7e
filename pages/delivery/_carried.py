"""Who carries mail: the choice, and the form with the fields of what was chosen."""

import streamlit as st

from core.i18n import N_, _
from pages import kit
from services.delivery import ProviderKind, SenderRow, edit_sender

COMMON: kit.Layout = [("name", "address"), "reply_to"]
OWN: dict[ProviderKind, kit.Layout] = {
    ProviderKind.LOCAL: [],
    ProviderKind.SMTP: [
        ("smtp_host", "smtp_port"),
        "smtp_security",
        ("smtp_user", "smtp_password"),
        ("connections", "per_second"),
    ],
    ProviderKind.SES: [
        ("ses_region", "ses_configuration_set"),
        ("ses_access_key_id", "ses_secret_key"),
        ("ses_topic_arn", "per_second"),
    ],
}
"""Fields that only one of them needs; what stands in those of the others stays."""


FORM = 760
"""As wide as forms are, in pixels."""


def form(row: SenderRow) -> None:
    """Ask who carries mail, then for what that takes."""
    kinds = list(ProviderKind)
    at = st.selectbox(
        _(N_("Carried by")), range(len(kinds)), index=kinds.index(row.provider),
        format_func=lambda one: kit.said(kinds[one]), key=f"carried-by-{row.version}", width=FORM,
    )  # fmt: skip
    chosen = kinds[at]
    others = {name for rows in OWN.values() for name in _names(rows)} - {*_names(OWN[chosen])}
    stays = {name: getattr(row, name, "") for name in others}
    if kit.operate(
        edit_sender, f"sender-{row.version}-{chosen}", initial=row,
        fills={"version": row.version, "provider": chosen, **stays}, rows=[*COMMON, *OWN[chosen]],
        submit=_(N_("Save")), done=_(N_("Saved. Mails that still wait go out this way. Send a test mail now.")),
    ):  # fmt: skip
        st.rerun()


def notices(address: str, text: str) -> None:
    """Show the address at which AWS tells what became of messages."""
    st.caption(text)
    st.code(address, language=None)


def _names(rows: kit.Layout) -> list[str]:
    return [name for row in rows for name in ((row,) if isinstance(row, str) else row)]
