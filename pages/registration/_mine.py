"""The own contact points on *my page* (自分の連絡先): give one, prove it, put it in order, say that one is wrong."""

from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st

from core.i18n import N_, _
from core.operations import Operation
from pages import kit
from pages.public.register_done import VERDICTS
from services.people import Contact, ContactKind, ContactState
from services.registration import (
    Judged,
    LineCode,
    MadeLink,
    OwnContacts,
    Verdict,
    Waiting,
    Whose,
    WhoseMine,
    add_mail,
    add_mobile,
    cancel,
    choose_language,
    confirm,
    dispute,
    line_code,
    own_contacts,
    own_link,
    prove_contact,
    put_first,
    remove,
    send_again,
)

Colour = Literal["gray", "green", "orange", "red"]
LINE_CODE = "line-code"
PHONE_LINK = "own-link-made"


def own_contact_points() -> None:
    """Show how one is reached, and everything that can be done about it."""
    mine = kit.ask(own_contacts, WhoseMine())
    st.subheader(_(N_("Contact points")), anchor=False)
    st.caption(_(N_("How you are reached in an emergency. What you register yourself, the office sees only in part.")))
    for waiting in mine.waiting:
        _waits(waiting)
    for at, contact in enumerate(mine.contacts):
        _stands(contact, first=not at)
    if not mine.contacts:
        st.info(_(N_("Nothing is registered. Add a mail address or a mobile number.")), icon=":material/info:")
    _adding(mine)
    st.subheader(_(N_("Language of messages")), anchor=False)
    saved = _(N_("Saved."))
    if kit.operate(choose_language, f"speech-{mine.language}", initial=mine, submit=_(N_("Save")), done=saved):
        st.rerun()


def _waits(waiting: Waiting) -> None:
    with st.container(border=True):
        _headed(waiting.shown or kit.said(waiting.kind), {_(N_("Waits for its code")): "orange"})
        if waiting.trouble:
            st.error(_(N_("The message could not be sent there. Look at it again, or register another one.")))
        elif not waiting.takes_code:
            by_link = _(N_("Not confirmed yet. Open the link in the mail, or have another one sent."))
            spent = _(N_("Not confirmed yet, and its code is no good any more. Have another one sent."))
            st.caption(by_link if waiting.kind is ContactKind.MAIL else spent)
        else:
            st.caption(_(N_("A code was sent there. It is good for 10 minutes.")))
            _code(waiting)
        with st.container(horizontal=True):
            _button(send_again, waiting.id, _(N_("Send it again")), _(N_("Another one is on its way.")))
            _button(cancel, waiting.id, _(N_("Drop it")), _(N_("It was removed.")))


def _code(waiting: Waiting) -> None:
    judged: kit.Done[Judged] | None = kit.operate(
        confirm, f"code-{waiting.id}", fills={"id": waiting.id}, submit=_(N_("Confirm"))
    )
    if judged is None:
        return
    if judged.result.verdict is Verdict.CONFIRMED:
        kit.flash(_(N_("Registered. You are reached here in an emergency.")))
        st.rerun()
    st.error(_(VERDICTS[judged.result.verdict]), icon=":material/error:")


def _stands(contact: Contact, *, first: bool) -> None:
    with st.container(border=True):
        _headed(contact.shown or kit.said(contact.kind), _standing(contact))
        if contact.disputed_at:
            st.caption(_(N_("You said that this is wrong. Your office sees it.")))
        with st.container(horizontal=True):
            if not first:
                _button(put_first, contact.id, _(N_("Put first")), _(N_("This comes first now.")))
            if not contact.verified_at and not contact.disputed_at:
                _button(prove_contact, contact.id, _(N_("Confirm that it works")), _(N_("A code is on its way.")))
            if contact.private:
                _button(remove, contact.id, _(N_("Remove")), _(N_("It was removed.")))
            else:
                words = _(N_("It is right")) if contact.disputed_at else _(N_("It is wrong"))
                _button(dispute, contact.id, words, _(N_("Saved.")), wrong=contact.disputed_at is None)


def _headed(shown: str, badges: Mapping[str, Colour]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(shown, width="content")  # in Markdown an address would become a link
        for words, colour in badges.items():
            st.badge(words, color=colour)


def _standing(contact: Contact) -> dict[str, Colour]:
    badges: dict[str, Colour] = {kit.said(contact.origin): "gray"}
    if contact.verified_at:
        badges[_(N_("Confirmed"))] = "green"
    if contact.state is ContactState.DEAD:
        badges[kit.said(contact.state)] = "red"
    return badges


def _adding(mine: OwnContacts) -> None:
    with st.expander(_(N_("Add a contact point")), icon=":material/add:"):
        if mine.mails_left:
            _form(add_mail, "own-mail", _(N_("Send a code by mail")), _(N_("A mail with a code is on its way.")))
        else:
            st.caption(_(N_("Three private mail addresses are registered. Remove one to add another.")))
        _form(add_mobile, "own-mobile", _(N_("Send a code by SMS")), _(N_("An SMS with a code is on its way.")))
        if mine.takes_line:
            _line(mine)
        _on_the_phone(app=bool(mine.app_key))


def _form(operation: Operation[Any, Any], key: str, submit: str, done: str) -> None:
    if kit.operate(operation, key, submit=submit, done=done):
        st.rerun()


def _line(mine: OwnContacts) -> None:
    words = _(N_("Register another LINE")) if mine.has_line else _(N_("Register LINE"))
    if st.button(words, key="line") and (made := kit.do(line_code, Whose())):
        st.session_state[LINE_CODE] = made.result
    code: LineCode | None = st.session_state.get(LINE_CODE)
    if code is not None:
        until = kit.moment(code.until)
        st.markdown(_(N_("Send this code in a chat to our official account. It is good until {moment}."), moment=until))
        st.code(code.code, language=None)
        st.link_button(_(N_("Open LINE and send it")), code.url)


def _on_the_phone(*, app: bool) -> None:
    said = N_("On your phone you can register the app, too. A link on paper or in a mail that you have is void then.")
    if not app:
        said = N_("Or register on your phone. A link on paper or in a mail that you have is void then.")
    st.caption(_(said))
    if st.button(_(N_("Show a QR code for the phone")), key="own-link", icon=":material/qr_code_2:") and (
        made := kit.do(own_link, Whose())
    ):
        st.session_state[PHONE_LINK] = made.result
    link: MadeLink | None = st.session_state.get(PHONE_LINK)
    if link is not None:
        kit.qr_code(link.url, _(N_("QR code of the link below")))
        st.code(link.url, language=None, wrap_lines=True)
        st.caption(_(N_("It is for you alone, and good until {moment}."), moment=kit.moment(link.expires_at)))


def _button(operation: Operation[Any, Any], number: int, words: str, done: str, **more: Any) -> None:
    asked: Mapping[str, object] = {"id": number, **more}
    if st.button(words, key=f"{operation.name}-{number}") and kit.do(operation, asked):
        kit.flash(done)
        st.rerun()
