"""The regions of Japan (地域一覧, D06): how many people have each, whose warnings hold; who may add their own."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from services.people import list_regions, region_rule, set_region_rule
from services.people.regions.tree import RegionLine, RegionsAsk

actor = guard("people.regions")
MISSING = {"region": "addressed"}


def in_tree(row: RegionLine) -> str:
    """Return the name, set in as deep as the region lies."""
    # A line, not spaces: the grid drops those at the beginning of what it makes a link.
    return f"└{'──' * (row.depth - 1)} {row.name}" if row.depth else row.name


def rule() -> None:
    """Show whether people may add their own regions, and let it be changed."""
    standing = kit.ask(region_rule)
    with st.expander(_(N_("May people add their own regions?")), icon=":material/edit_location_alt:"):
        if not actor.may(set_region_rule.name, set_region_rule.what):
            kit.facts({_(N_("People may add their own regions")): standing.people_may_add})
        elif kit.operate(
            set_region_rule, f"region-rule-{standing.version}", initial=standing,
            fills={"version": standing.version}, submit=_(N_("Save")), done=_(N_("Saved.")),
        ):  # fmt: skip
            st.rerun()


kit.header(
    _(N_("Regions")),
    _(N_("Prefectures, JMA's areas and municipalities, by which automatic broadcasts find their people.")),
)
if actor.may("people.search", What.READ) and st.button(
    _(N_("People without a region, but with an address")), icon=":material/home_pin:", key="missing"
):
    kit.go("people/list.py", MISSING)
if actor.may("people.region_rule", What.READ):
    rule()
kit.table(
    list_regions,
    kit.filters(RegionsAsk, size=50),
    columns={
        "name": kit.Column(_(N_("Region")), value=in_tree),
        "people": kit.Column(_(N_("Number of people")), number=True),
        "code": _(N_("Code")),
        "units": _(N_("Weather warnings of")),
    },
    opens=lambda row: ("people/list.py", {"area_code": row.code}),
    unit=N_("{count} regions"),
    empty=_(N_("No region is found. Write an address, a postal code or a name, or choose a prefecture.")),
)
st.caption(_(N_("With very many people, the numbers are up to ten minutes old.")))
