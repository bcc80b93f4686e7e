"""One's own data (プロフィール申請, X07): see it, apply for a change, correct or take back what was applied for."""

from datetime import date
from typing import Any

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.applications._shown import shown_fields
from pages.kit.guard import guard
from pages.people import _own
from services.applications import ApplicationRow, ApplicationState, OwnProfile, WhichApplication, apply, mine, withdraw
from services.fields import FIELD, OwnKind
from services.people import shown_mobile

guard()
ROWS: kit.Layout = [
    ("family_name", "given_name"), ("family_kana", "given_kana"), ("postal_code", "address"), ("mobile", "mail1"),
    ("mail2", "mail3"),
]  # fmt: skip
TONES = {
    ApplicationState.WAITING: ("blue", "hourglass_top"), ApplicationState.RETURNED: ("orange", "undo"),
    ApplicationState.APPROVED: ("green", "check"), ApplicationState.WITHDRAWN: ("gray", "close"),
}  # fmt: skip


def show_application(row: ApplicationRow) -> None:
    """Show an application: where it stands, why it was sent back, what it wants."""
    colour, icon = TONES[row.state]
    with st.container(border=True, gap="small"):
        st.markdown(f":{colour}-badge[:material/{icon}: {kit.said(row.state)}]　{kit.moment(row.applied_at)}")
        if row.reason:
            st.markdown(_(N_("From the office: {reason}"), reason=kit.literal(row.reason)))
        shown_fields([row])
        if row.state in {ApplicationState.WAITING, ApplicationState.RETURNED} and st.button(
            _(N_("Take it back")), icon=":material/undo:", key="withdraw"
        ):
            done = kit.do(withdraw, WhichApplication(id=row.id))
            if done:
                kit.flash(_(N_("The application was taken back.")))
                st.rerun()


def present(found: OwnProfile) -> dict[str, Any]:
    """Return what the form begins with: what is kept, or what is applied for already."""
    values = {**found.values, **{f"own.{code}": value for code, value in found.own.items()}, **found.wanted}
    fields = {one.code: one for one in found.fields}
    shown: dict[str, Any] = {"note": found.open.note if found.open else ""}
    for name, value in values.items():
        code = name.removeprefix("own.")
        if name == code:
            shown[name] = shown_mobile(value) if name == "mobile" and value else value
        elif code in fields:
            is_day = fields[code].kind is OwnKind.DATE and value is not None
            shown[f"{FIELD}{code}"] = date.fromisoformat(value) if is_day else value
    return shown


def ask_for_change(found: OwnProfile) -> None:
    """Show the form of an application, new or to be corrected."""
    fields = tuple(found.fields)
    fills = {"id": found.open.id, "version": found.open.version} if found.open else {"id": None, "version": None}
    key = f"application-{found.open.id}-{found.open.version}" if found.open else "application-new"
    applied = kit.operate(
        apply, key, initial=present(found), fills=fills, rows=[*ROWS, *_own.rows(fields), "note"],
        shape=_own.shape(apply.asks, fields), submit=_(N_("Apply again")) if found.open else _(N_("Apply")),
        done=_(N_("Your application waits for the office now.")),
    )  # fmt: skip
    if applied:
        st.rerun()


kit.header(
    _(N_("Apply for a change of my data")),
    _(N_("What the organisation keeps about you. Change it here: the office looks at it first.")),
)
profile = kit.ask(mine)
form, state = st.columns([3, 2], gap="large")
with state:
    if profile.open:
        st.subheader(_(N_("Your application")), anchor=False)
        show_application(profile.open)
    if profile.latest:
        st.subheader(_(N_("Earlier applications")), anchor=False)
        for earlier in profile.latest:
            show_application(earlier)
    if not profile.open and not profile.latest:
        st.info(_(N_("You have not applied for anything yet.")), icon=":material/info:")
with form:
    ask_for_change(profile)
