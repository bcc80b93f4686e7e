"""Telegrams received (受信した電文, D07): what came from the Japan Meteorological Agency, what was done, and why."""

import streamlit as st

from core.actor import What
from core.i18n import N_, _
from pages import kit
from pages.kit.guard import guard
from pages.safety._feed import show_feed
from pages.safety._telegram import show_telegram
from pages.safety._waiting import after_telegram, show_waiting
from services.safety import (
    Source,
    TakeTelegram,
    TelegramsAsk,
    WhichTelegram,
    take_telegram,
    telegram,
    telegrams,
    told,
)

actor = guard("safety.telegrams")
PAGE = "safety/telegrams.py"


def choose_file() -> None:
    """Offer to take in a telegram from a file, which may send."""
    with st.expander(_(N_("Take in a telegram from a file")), icon=":material/upload_file:"):
        st.markdown(
            _(N_("The file is treated as if it had just come from the Japan Meteorological Agency: **if a rule that is "
                 "switched on matches, mail goes out at once.** Drills and tests send nothing."))
        )  # fmt: skip
        file = st.file_uploader(_(N_("Telegram (XML)")), type=["xml"], key="file")
        if st.button(_(N_("Take in")), type="primary", key="take", disabled=file is None) and file is not None:
            name, content = file.name, file.getvalue()
            kit.confirm(
                _(N_("Take in “{file}”?"), file=name),
                _(N_("If a rule matches, mail goes out at once and cannot be called back.")),
                yes=_(N_("Take in")), then=lambda: take(content),
            )  # fmt: skip


def take(content: bytes) -> bool:
    """Take a telegram in and go on to what was decided."""
    done = kit.do(take_telegram, TakeTelegram(content=content, source=Source.UPLOAD))
    if done is None:
        return False
    if done.result.before:
        kit.flash(told(done.result), "info")
    st.query_params["id"] = str(done.result.id)
    return True


def show_list() -> None:
    """Show what came in, the latest first."""
    kit.header(
        _(N_("Telegrams received")),
        _(N_("What came from the Japan Meteorological Agency, what was done about it, and why.")),
    )
    show_waiting(actor)
    show_feed(actor)
    if actor.may("safety.take_telegram", What.DO):
        choose_file()
    kit.table(
        telegrams,
        kit.filters(TelegramsAsk),
        columns={
            "name": kit.Column(_(N_("Telegram")), width=210),
            "report_time": _(N_("Issued at")),
            "max_intensity": _(N_("Maximum intensity")),
            "alert": kit.Column(_(N_("Warning")), width=150),
            "verdict": _(N_("What was done")),
            "reason": kit.Column(_(N_("Why")), width=470),
        },
        opens=lambda row: (PAGE, {"id": row.id}),
        unit=N_("{count} telegrams"),
        empty=_(N_("No telegram has come in yet. Take one in from a file to see what would be done.")),
    )


if "id" in st.query_params:
    shown = kit.ask(telegram, WhichTelegram(id=kit.number_in_address("id")))
    show_telegram(shown, actor, PAGE)
    after_telegram(shown, actor)
else:
    show_list()
