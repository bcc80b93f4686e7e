"""“Why can I not see this?” below a refusal: which permission or reach is missing, and who can give it."""

from collections.abc import Sequence

import streamlit as st

from core.actor import Actor
from core.database import transaction
from core.i18n import N_, _
from core.shown import joined, literal, said
from services.access import Why, WhyAsk, WhyRow, why

ASK = N_("Why can I not see this?")


def refused(actor: Actor, processes: Sequence[str]) -> None:
    """Explain a page or a list that the actor has no permission for."""
    found = _asked(actor, processes)
    if not found.permissions:
        return
    with st.expander(_(ASK), icon=":material/help:"):
        one = _(N_("This needs a permission that none of your permission sets has:"))
        several = _(N_("This needs one of these permissions, and none of your permission sets has any of them:"))
        st.markdown(several if len(found.permissions) > 1 else one)
        st.markdown("\n".join(f"- {_named(row)}" for row in found.permissions))
        _who(found)


def beyond(actor: Actor, process: str) -> None:
    """Explain a record that was not found, without saying whether it exists."""
    found = _asked(actor, [process])
    if not found.permissions:
        return
    row = found.permissions[0]
    with st.expander(_(ASK), icon=":material/help:"):
        st.markdown(_(N_("It is not there, or it lies beyond your reach. Which of the two is not said.")))
        sentence = N_("With the permission {permission} you reach: {reach}.")
        st.markdown(_(sentence, permission=_named(row), reach=literal(_reach(row))))
        if not row.whole:
            _who(found)


def _asked(actor: Actor, processes: Sequence[str]) -> Why:
    with transaction(actor) as tx:
        return why(tx, WhyAsk(processes=list(processes)))


def _named(row: WhyRow) -> str:
    return f"**{literal(row.category)} › {literal(row.title)}** :gray-badge[{said(row.what)}]"


def _reach(row: WhyRow) -> str:
    if row.whole:
        return _(N_("the whole organisation"))
    parts = [_(N_("{department} and all below"), department=name) for name in row.departments]
    return joined([*parts, *([_(N_("yourself"))] if row.own else [])])


def _who(found: Why) -> None:
    if found.givers:
        names = literal(joined(found.givers))
        st.markdown(_(N_("These people can change that: {names}."), names=names))
    else:
        st.markdown(_(N_("Nobody can give it to you at the moment. Ask whoever looks after this installation.")))
