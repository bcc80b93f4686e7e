"""Choosing whom to guide, looking at what they will get, sending and printing it (登録案内の送信・印刷)."""

from typing import Any

import streamlit as st

from core.actor import Actor
from core.i18n import N_, _, listed
from pages import kit
from services.registration import Preview, Whom, WhomAsk, guide, guide_page, guide_preview, print_guides

HERE = "registration/guide.py"


def guiding(actor: Actor) -> None:
    """Ask whom to guide, show the mail and the page, and offer to send and to print."""
    person = kit.number_if_any("whose")
    if person is None:
        whom = kit.filters(WhomAsk).whom
    else:
        whom = Whom(person_ids=[person])
        if st.button(_(N_("Choose other people")), icon=":material/group_search:", key="others", type="tertiary"):
            kit.go(HERE)
    found = kit.ask(guide_preview, whom)
    if not found.people:
        st.info(
            _(N_("Nobody is left to guide here. Choose another department or list, or those who have registered too.")),
            icon=":material/check_circle:",
        )  # fmt: skip
        return
    _counts(found)
    mail, paper = st.columns(2, gap="large")
    with mail, st.container(border=True):
        _mail(actor, whom, found)
    with paper, st.container(border=True):
        _paper(actor, whom, found)


def _counts(found: Preview) -> None:
    many = "+" if found.people > found.most_mailed else ""
    people = N_("{count} people")
    with st.container(horizontal=True, gap="small"):
        st.metric(_(N_("To guide")), _(people, count=f"{kit.number(found.people)}{many}"), border=True, width=180)
        st.metric(_(N_("By mail")), _(people, count=kit.number(found.by_mail)), border=True, width=180)
        st.metric(
            _(N_("Without an address: print")), _(people, count=kit.number(found.without_address)), border=True,
            width=220,
        )  # fmt: skip
    if found.without:
        names = listed(found.without)
        if found.without_address > len(found.without):
            names = _(N_("{names} and others"), names=names)
        names = kit.literal(names)
        st.caption(_(N_("Without a mail address: {names}"), names=names))


def _mail(actor: Actor, whom: Whom, found: Preview) -> None:
    st.subheader(_(N_("By mail")), anchor=False)
    if not found.by_mail:
        st.info(_(N_("None of them has a mail address that works. Print their guides.")), icon=":material/print:")
        return
    st.caption(_(N_("This is what the first one gets; everybody gets their own link, in their language.")))
    with st.container(border=True):
        st.markdown(f"**{kit.literal(found.subject)}**")
        kit.prose(found.body)
    if not guide.allowed(actor):
        return
    if found.people > found.most_mailed:
        _too_many(found.most_mailed)
        return
    if found.mailed_lately:
        count = kit.number(found.mailed_lately)
        st.warning(_(N_("{count} people got one within a day and are left out, unless you tick the box."), count=count))
    st.caption(_(N_("With a new mail, the link that somebody had before is void, on paper too.")))
    done = kit.operate(guide, "guide-mail", fills=_fills(whom, again=found.mailed_lately),
                       submit=_(N_("Send the mails")))  # fmt: skip
    if done:
        said = N_("Mails on their way: {count}. Without an address: {without}. Left out: {lately}.")
        sent = done.result
        kit.flash(_(said, count=sent.mailed, without=sent.without_address, lately=sent.lately))
        kit.go(HERE, {"view": "states"})


def _paper(actor: Actor, whom: Whom, found: Preview) -> None:
    st.subheader(_(N_("On paper")), anchor=False)
    st.caption(_(N_("One A4 page a person, 500 pages a file.")))
    if guide_page.allowed(actor) and st.toggle(_(N_("Show a sample")), key="guide-sample"):
        said = _(N_("The page of the first one, as a sample"))
        st.html(
            f'<img src="data:image/png;base64,{kit.ask(guide_page, whom).picture}" alt="{said}" '
            'style="width: 100%; max-width: 420px; background: white; border: 1px solid #8886; border-radius: 4px">'
        )
    if not print_guides.allowed(actor):
        return
    to_print = found.people if whom.person_ids else found.without_address
    if to_print > found.most_printed:
        _too_many(found.most_printed)
        return
    if found.printed_lately:
        count = kit.number(found.printed_lately)
        st.warning(_(N_("For {count} people a page was printed within a day; they are left out, unless you tick the "
                        "box."), count=count))  # fmt: skip
    st.warning(
        _(N_("Each page has a new link. The links that these people had are void then, on paper and in mails.")),
        icon=":material/link_off:",
    )  # fmt: skip
    fills = _fills(whom, again=found.printed_lately)
    if whom.person_ids:
        fills["everybody"] = True
    done = kit.operate(print_guides, "guide-print", fills=fills, submit=_(N_("Make the pages")))
    if done and not done.result.pages:
        st.info(_(N_("For all of them a page was printed within a day. Tick the box to print another one.")))
    elif done:
        kit.go(HERE, {"view": "files"})


def _fills(whom: Whom, *, again: int) -> dict[str, Any]:
    return whom.model_dump() | ({} if again else {"again": False})


def _too_many(most: int) -> None:
    sentence = N_("These are more than {most} people. Choose a department or a list.")
    st.info(_(sentence, most=kit.number(most)), icon=":material/group_search:")
