"""Comments and the mentions in them (services/comments)."""

import pytest
from sqlalchemy import select

from core.audit import AuditRecord
from core.errors import Conflict, NotAllowed, NotFound, Refused
from core.needs import needs_of
from data.models.comments import Comment
from services.comments import (
    ChangedComment,
    CommentsAsk,
    MentionableAsk,
    MentionsAsk,
    NewComment,
    WhichComment,
    WhichMentions,
    comments,
    edit_comment,
    mentionable,
    mentions,
    see_mentions,
    withdraw_comment,
    write_comment,
)
from tests.factories import account_of, actor_of
from tests.services.broadcasts.asks import opened, reachable

COMMENTING = ("comments.list", "comments.write", "comments.mentionable", "people.show")


def write(tx, record_id, text="要確認です", mentions=(), noun="person"):
    return write_comment(tx, NewComment(noun=noun, record_id=record_id, text=text, mentions=list(mentions))).id


def shown(tx, record_id, noun="person", **place):
    return comments(tx, CommentsAsk(noun=noun, record_id=record_id, **place))


def called(tx):
    """Return what Home says of comments."""
    return [need.count for need in needs_of(tx) if need.page == "comments/mentions.py"]


class TestWrite:
    """Who may see a record may comment it, if granted."""

    def test_stands_on_the_record_newest_first_with_its_author(self, administrator, manager, cast, tx):
        write(administrator, cast.staff.id, "一つ目")
        write(manager, cast.staff.id, "二つ目")
        found = shown(manager, cast.staff.id).rows
        assert [(row.author, row.text, row.mine) for row in found] == [
            ("部長 太郎", "二つ目", True),
            ("管理 花子", "一つ目", False),
        ]
        assert shown(manager, cast.manager.id).rows == []
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "comments.write")).scalars().first()
        assert "一つ目" not in str(record.input), "what was written is personal: it can be erased"

    @pytest.mark.parametrize("noun", ["person", "department", "broadcast"])
    def test_neither_read_nor_written_where_the_record_is_out_of_reach(
        self, administrator, limited, cast, samples, noun
    ):
        reachable(administrator, cast.far)
        person, department = cast.far.id, cast.branch.id
        broadcast = opened(administrator, audience={"people": [person]}).id
        record_id = {"person": person, "department": department, "broadcast": broadcast}[noun]
        write(administrator, record_id, noun=noun)
        outside = limited(*COMMENTING, "people.departments", "broadcasts.show")
        for tried in (lambda: write(outside, record_id, noun=noun), lambda: shown(outside, record_id, noun=noun)):
            with pytest.raises(NotFound):
                tried()

    def test_not_on_what_is_not_commented(self, administrator):
        with pytest.raises(NotFound):
            write(administrator, 1, noun="account")

    def test_seeing_the_record_needs_its_own_permission(self, limited, cast):
        with pytest.raises(NotFound):
            write(limited("comments.write"), cast.staff.id)


class TestOwn:
    """Only one's own are changed and withdrawn."""

    def test_is_changed_in_the_version_that_was_seen(self, manager, cast):
        number = write(manager, cast.staff.id)
        edit_comment(manager, ChangedComment(id=number, version=1, text="直しました"))
        row = shown(manager, cast.staff.id).rows[0]
        assert (row.text, row.edited_at, row.version) == ("直しました", manager.now, 2)
        with pytest.raises(Conflict):
            edit_comment(manager, ChangedComment(id=number, version=1, text="古い画面から"))

    def test_a_withdrawn_one_keeps_its_place_and_says_nothing(self, administrator, manager, cast):
        number = write(manager, cast.staff.id, mentions=[account_of(manager, cast.administrator).id])
        withdraw_comment(manager, WhichComment(id=number))
        row = shown(administrator, cast.staff.id).rows[0]
        assert (row.withdrawn, row.text, row.mentioned, row.waits) == (True, "", {}, False)
        assert called(administrator) == []
        with pytest.raises(NotFound):
            edit_comment(manager, ChangedComment(id=number, version=2, text="また"))

    def test_anothers_is_left_alone(self, administrator, manager, cast):
        number = write(administrator, cast.staff.id)
        with pytest.raises(NotFound):
            withdraw_comment(manager, WhichComment(id=number))
        with pytest.raises(NotFound):
            edit_comment(manager, ChangedComment(id=number, version=1, text="私が"))
        assert administrator.get(Comment, number).withdrawn_at is None


class TestMention:
    """Whom a comment calls, and what they see of it."""

    def test_those_are_offered_that_may_see_the_record(self, administrator, manager, cast):
        def names(tx, record_id, **values):
            return [one.label.split(" (")[0] for one in mentionable(tx, MentionableAsk(record_id=record_id, **values))]

        assert names(administrator, cast.staff.id, noun="person") == ["部長 太郎"], "not oneself, not out of reach"
        assert names(administrator, cast.far.id, noun="person") == ["危機 次郎"]
        assert names(administrator, cast.branch.id, noun="department") == ["危機 次郎"]
        assert names(manager, cast.staff.id, noun="person", text="かんり") == ["管理 花子"]

    def test_who_made_a_broadcast_is_offered_too(self, administrator, manager, cast, samples):
        reachable(administrator, cast.staff)
        number = opened(manager, audience={"people": [cast.staff.id]}).id
        offered = mentionable(administrator, MentionableAsk(noun="broadcast", record_id=number))
        assert [one.value for one in offered] == [account_of(administrator, cast.manager).id]

    def test_calling_somebody_who_may_not_see_it_is_refused(self, administrator, cast):
        for person in (cast.crisis_manager, cast.staff):
            with pytest.raises(Refused):
                write(administrator, cast.staff.id, mentions=[account_of(administrator, person).id])

    def test_is_on_home_until_it_was_seen(self, administrator, manager, cast):
        me = account_of(administrator, cast.manager).id
        first, second = [write(administrator, cast.staff.id, mentions=[me]) for _at in range(2)]
        assert called(manager) == [2]
        assert [row.waits for row in shown(manager, cast.staff.id).rows] == [True, True]
        see_mentions(manager, WhichMentions(ids=[first]))
        rows = mentions(manager, MentionsAsk()).rows
        assert [(row.id, row.name, row.author) for row in rows] == [(second, "社員 三郎", "管理 花子")]
        assert len(mentions(manager, MentionsAsk(seen=True)).rows) == 2
        see_mentions(manager, WhichMentions())
        assert called(manager) == []

    def test_a_change_calls_the_new_ones_only(self, administrator, manager, cast):
        me = account_of(administrator, cast.manager).id
        number = write(administrator, cast.staff.id, mentions=[me])
        see_mentions(manager, WhichMentions())
        edit_comment(administrator, ChangedComment(id=number, version=1, text="追記", mentions=[me]))
        assert called(manager) == [], "who has seen it is not called again"
        edit_comment(administrator, ChangedComment(id=number, version=2, text="追記"))
        assert mentions(manager, MentionsAsk(seen=True)).rows == []

    def test_says_nothing_of_a_record_that_is_out_of_reach_by_now(self, administrator, acting, cast, tx):
        write(administrator, cast.staff.id, "内密", mentions=[account_of(tx, cast.manager).id])
        cast.head_office.path = "/999999/"
        tx.session.flush()
        tx.session.expire_all()
        row = mentions(acting(actor_of(tx, cast.manager)), MentionsAsk()).rows[0]
        assert (row.name, row.text) == ("", "")

    def test_the_system_has_no_comments_of_its_own(self, tx):
        with pytest.raises(NotAllowed):
            mentions(tx, MentionsAsk())


def test_pages_go_back_to_the_first_comment(administrator, cast):
    written = [write(administrator, cast.staff.id) for _at in range(5)]
    newest = shown(administrator, cast.staff.id, size=2)
    older = shown(administrator, cast.staff.id, size=2, after=newest.next)
    assert [row.id for row in newest.rows + older.rows] == written[:0:-1]
