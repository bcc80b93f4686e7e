"""The contact network department by department: counts and rates of each with all below it."""

from functools import partial

import streamlit as st

from core.i18n import N_, _
from pages import kit
from services.network import TreeAsk, TreeRow, network_tree

LISTS = "network/people.py"


def share(name: str, row: TreeRow) -> str:
    """Write how many of a department's people, and the rate."""
    count = getattr(row, name)
    return f"{kit.number(count)} ({kit.percent(count, row.people)})" if row.people else kit.NONE


def show_tree() -> None:
    """Show the departments with their counts and rates."""
    st.subheader(_(N_("By department")), anchor=False)
    st.caption(_(N_("Each with all below it. Everybody counts once, in the main department.")))
    question = kit.filters(TreeAsk, size=50)
    searching = bool(question.text)
    columns: dict[str, kit.Column | str] = {
        "name": kit.Column(
            _(N_("Name")), value=lambda row: row.full_name if searching else kit.in_tree(row.name, row.depth)
        ),
        "people": kit.Column(_(N_("Number of people")), number=True),
    }
    for name, label in (("registered", N_("Registered something")), ("nothing", N_("Nothing registered")),
                        ("verified", N_("Something verified")), ("mobile", N_("Mobile")),
                        ("failing", N_("A contact fails")), ("missed", N_("Missed in the last test")),
                        ("to_mend", N_("Anything to mend"))):  # fmt: skip
        columns[name] = kit.Column(_(label), value=partial(share, name), number=True)
    kit.table(
        network_tree, question, columns=columns, opens=lambda row: (LISTS, {"department_id": row.id}),
        unit=N_("{count} departments"), empty=_(N_("No department is found. Clear the filter or add departments.")),
    )  # fmt: skip
