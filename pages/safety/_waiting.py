"""What waits for its moment (待ち時間): the time left, sending it at once, holding it back; what follows a telegram."""

import streamlit as st

from core import clock
from core.actor import Actor, What
from core.i18n import N_, _
from pages import kit
from services.safety import (
    TelegramShown,
    Verdict,
    WaitingRow,
    WhichTelegram,
    WhichWaiting,
    hold_waiting,
    send_waiting,
    telegram,
    waiting,
)


def show_waiting(actor: Actor, telegram_id: int | None = None) -> None:
    """Show what waits, of one telegram or of all, with the seconds that are left."""
    if not actor.may("safety.waiting", What.READ):
        return
    rows = _rows(telegram_id)
    if not rows:
        return
    st.subheader(_(N_("Waits to be sent")), anchor=False)
    kit.refreshing(lambda: _countdown(telegram_id, len(rows)), process="safety.waiting")
    for row in rows:
        _steer(row, actor)


def after_telegram(shown: TelegramShown, actor: Actor) -> None:
    """Show below a telegram what of it waits, look again until it was asked, and offer why somebody was asked."""
    show_waiting(actor, shown.id)
    if shown.verdict is Verdict.WAITING:
        kit.refreshing(lambda: _look_again(shown), process="safety.telegram")
    if actor.may("safety.why", What.READ) and st.button(
        _(N_("Why was somebody asked or not?")), icon=":material/person_search:", key="why"
    ):
        kit.go("safety/why.py", {"telegram": shown.id})


def _rows(telegram_id: int | None) -> list[WaitingRow]:
    return [row for row in kit.ask(waiting) if telegram_id is None or row.telegram_id == telegram_id]


def _countdown(telegram_id: int | None, shown: int) -> None:
    rows = _rows(telegram_id)
    if len(rows) != shown:
        st.rerun(scope="app")
    for row in rows:
        title, rule = kit.literal(row.title), kit.literal(row.rule)
        if row.held or row.due_at is None:
            text = _(N_("{title}: rule “{rule}” is held back. It can still be sent."), title=title, rule=rule)
            st.info(text, icon=":material/pause_circle:")
            continue
        left = max(0, round((row.due_at - clock.now()).total_seconds()))
        sentence = N_("{title}: rule “{rule}” sends by itself in {minutes}:{seconds:02d}. So far: {strongest}.")
        text = _(sentence, title=title, rule=rule, minutes=left // 60, seconds=left % 60, strongest=row.strongest)
        st.warning(text, icon=":material/timer:")


def _steer(row: WaitingRow, actor: Actor) -> None:
    which = WhichWaiting(rule_id=row.rule_id, telegram_id=row.telegram_id)
    key = f"{row.rule_id}-{row.telegram_id}"
    with st.container(horizontal=True, gap="small"):
        if actor.may("safety.send_waiting", What.DO) and st.button(
            _(N_("Send now: {rule}"), rule=row.rule), key=f"send-{key}", icon=":material/send:", type="primary"
        ):
            kit.confirm(
                _(N_("Send “{rule}” now?"), rule=row.rule),
                _(N_("Mail goes out at once and cannot be called back.")),
                yes=_(N_("Send now")), then=lambda: _sent(which),
            )  # fmt: skip
        if not row.held and actor.may("safety.hold_waiting", What.DO) and st.button(
            _(N_("Do not send: {rule}"), rule=row.rule), key=f"hold-{key}", icon=":material/block:"
        ) and kit.do(hold_waiting, which):  # fmt: skip
            kit.flash(_(N_("Nothing is sent. It stands here for a day, and can still be sent.")), "info")
            st.rerun()


def _sent(which: WhichWaiting) -> bool:
    if kit.do(send_waiting, which) is None:
        return False
    kit.flash(_(N_("Sending has begun.")))
    return True


def _look_again(shown: TelegramShown) -> None:
    if kit.ask(telegram, WhichTelegram(id=shown.id)).decisions != shown.decisions:
        st.rerun(scope="app")
