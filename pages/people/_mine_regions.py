"""The own regions on the own page (所属地域): what the office set, and what one adds where that is allowed."""

from collections.abc import Sequence

import streamlit as st

from core.i18n import N_, _
from pages import kit
from pages.people._regions import panel
from services.people import change_own_regions, own_regions
from services.people.regions.of_person import MOST_OWN, OwnRegions, RegionPut


def mine_regions() -> None:
    """Show one's own regions."""
    shown = kit.ask(own_regions)
    panel(shown, _change, key="mine-regions", changeable=lambda row: shown.may_change and row.own)
    st.caption(
        _(N_("You may add up to {most} regions. Those that the office set stay."), most=MOST_OWN)
        if shown.may_change
        else _(N_("The office sets your regions. Tell it if one is missing or wrong."))
    )


def _change(put: Sequence[RegionPut], remove: Sequence[str]) -> bool:
    return kit.do(change_own_regions, OwnRegions(put=list(put), remove=list(remove))) is not None
