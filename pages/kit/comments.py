"""The comments on a record (コメント), the same on every page that shows one: read, write, change, withdraw."""

from collections.abc import Mapping

import streamlit as st

from core.actor import Actor, What
from core.i18n import N_, _
from core.shown import literal, moment
from pages.kit import edge
from pages.kit.address import forget_place, number_if_any, param, place_in, put
from pages.kit.confirm import confirm
from pages.kit.forms import operate
from pages.kit.plain import prose
from services.comments import (
    CommentRow,
    CommentsAsk,
    MentionableAsk,
    WhichComment,
    WhichMentions,
    comments,
    edit_comment,
    mentionable,
    see_mentions,
    withdraw_comment,
    write_comment,
)
from services.comments.showing import MOST

KEY = "comments"
OPEN = "comment"
Called = Mapping[int, str]


def may_see_comments(actor: Actor) -> bool:
    """Say whether a page should offer the comments on its record."""
    return actor.may("comments.list", What.READ)


def comments_title(noun: str, record_id: int) -> str:
    """Return what the view of a record's comments is called, with how many there are."""
    found = edge.ask(comments, CommentsAsk(noun=noun, record_id=record_id, size=1))
    return _(N_("Comments ({count})"), count=found.count_text) if found.count else _(N_("Comments"))


def show_comments(noun: str, record_id: int, actor: Actor) -> None:
    """Show the comments on a record, the newest last, and the form for one's own."""
    question = CommentsAsk(noun=noun, record_id=record_id, **place_in(KEY))
    page = edge.ask(comments, question)
    if not page.rows:
        st.info(_(N_("Nobody has written anything about this yet.")), icon=":material/comment:")
    if page.next:
        _turn(_(N_("Earlier comments")), "after", page.next, ":material/arrow_upward:")
    may_write = actor.may("comments.write", What.DO)
    opened = number_if_any(OPEN)
    choices = _callable(noun, record_id) if may_write else {}
    for row in reversed(page.rows):
        with st.container(border=True, gap="small"):
            if row.id == opened and row.mine and not row.withdrawn:
                _change(row, choices)
            else:
                _draw(row)
    if page.previous:
        _turn(_(N_("Later comments")), "before", page.previous, ":material/arrow_downward:")
    if may_write:
        st.subheader(_(N_("Write a comment")), anchor=False)
        fills: dict[str, object] = {"noun": noun, "record_id": record_id}
        if not choices:
            fills["mentions"] = []
        written = operate(
            write_comment, f"comment-{noun}-{record_id}", fills=fills, also={"mentions": choices},
            submit=_(N_("Write")), done=_(N_("Your comment stands below the others.")),
        )  # fmt: skip
        if written:
            forget_place(KEY)
            st.rerun()


def _draw(row: CommentRow) -> None:
    changed = _(N_("changed on {moment}"), moment=moment(row.edited_at)) if row.edited_at and not row.withdrawn else ""
    st.markdown(f"**{literal(row.author)}** :small[{moment(row.created_at)}　{changed}]")
    if row.withdrawn:
        st.caption(_(N_("This comment was withdrawn.")))
        return
    prose(row.text)
    if row.mentioned:
        st.caption("　".join(f"@{literal(name)}" for name in row.mentioned.values()))
    if not (row.mine or row.waits):
        return
    with st.container(horizontal=True, gap="small"):
        if row.waits and st.button(_(N_("I have seen this")), icon=":material/done:", key=f"see-comment-{row.id}"):
            _then_again(edge.do(see_mentions, WhichMentions(ids=[row.id])))
        if row.mine:
            if st.button(_(N_("Edit")), icon=":material/edit:", key=f"edit-comment-{row.id}", type="tertiary"):
                st.query_params[OPEN] = str(row.id)
                st.rerun()
            if st.button(_(N_("Withdraw")), icon=":material/undo:", key=f"withdraw-{row.id}", type="tertiary"):
                confirm(
                    _(N_("Withdraw this comment?")),
                    _(N_("Its text is shown to nobody any more; that you wrote one stays visible.")),
                    yes=_(N_("Withdraw")), then=lambda: edge.do(withdraw_comment, WhichComment(id=row.id)),
                )  # fmt: skip


def _change(row: CommentRow, choices: Called) -> None:
    key = f"comment-{row.id}-{row.version}"
    fills: dict[str, object] = {"id": row.id, "version": row.version}
    if not (row.mentioned or choices):
        fills["mentions"] = []
    changed = operate(
        edit_comment, key, initial={"text": row.text, "mentions": list(row.mentioned)}, fills=fills,
        also={"mentions": {**row.mentioned, **choices}},
        submit=_(N_("Save")), done=_(N_("Saved.")),
    )  # fmt: skip
    if changed or st.button(_(N_("Close without saving")), key=f"{key}-close", type="tertiary"):
        st.query_params.pop(OPEN, None)
        st.rerun()


def _callable(noun: str, record_id: int) -> Called:
    """Return whom a comment can call. Where there are many, a name narrows them; who was offered stays choosable."""
    key = f"comments.{noun}.{record_id}.offered"
    offered: dict[int, str] = st.session_state.setdefault(key, {})
    name = st.session_state.get(f"{key}.name", "")
    found = edge.ask(mentionable, MentionableAsk(noun=noun, record_id=record_id, text=name))
    if name or len(found) == MOST:
        label = _(N_("Find whom to call"))
        st.text_input(label, key=f"{key}.name", max_chars=100, help=_(N_("Narrows the choice below to this name.")))
    offered.update({one.value: one.label for one in found})
    return offered


def _turn(label: str, way: str, cursor: str, icon: str) -> None:
    st.button(label, icon=icon, key=f"{KEY}.{way}", on_click=_to, args=(way, cursor), type="tertiary")


def _to(way: str, cursor: str) -> None:
    forget_place(KEY)
    put(param(KEY, way), cursor)


def _then_again(done: object) -> None:
    if done:
        st.rerun()
