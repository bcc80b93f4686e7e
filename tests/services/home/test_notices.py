"""Notices (services/home): for whom, how long, and who has read them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.errors import Conflict, Invalid, NotFound, Refused
from core.inputs import Nothing, validated
from data.models.access import PermissionSet
from services.home import (
    EditedNotice,
    NoticesAsk,
    NoticeState,
    WhichNotice,
    WhichRead,
    edit_notice,
    notices,
    own_notices,
    read_notice,
    retire_notice,
)

NOON = clock.start_of(date(2026, 4, 1)) + timedelta(hours=12)


def publish(tx, title="停電", **values):
    return edit_notice(tx, validated(EditedNotice, {"title": title, "text": "明日 9 時から", **values})).id


def seen_by(*transactions):
    """Return the titles that each sees."""
    return [[one.title for one in own_notices(tx, Nothing()).rows] for tx in transactions]


class TestForWhom:
    """Everybody, those with a set, a department and all below, or both."""

    def test_everybody(self, administrator, manager, crisis_manager, staff):
        publish(administrator)
        assert seen_by(administrator, manager, crisis_manager, staff) == [["停電"]] * 4

    def test_a_department_and_all_below(self, administrator, manager, crisis_manager, staff, cast):
        publish(administrator, department_id=cast.head_office.id)
        assert seen_by(manager, staff, crisis_manager) == [["停電"], ["停電"], []]

    def test_a_department_is_not_those_above(self, administrator, manager, staff, cast):
        publish(administrator, department_id=cast.general_affairs.id)
        assert seen_by(manager, staff) == [[], ["停電"]]

    def test_those_with_a_set_and_only_in_the_department(self, administrator, manager, crisis_manager, staff, cast):
        managers = administrator.scalar(select(PermissionSet.id).where(PermissionSet.shipped == "manager"))
        publish(administrator, "部長へ", set_id=managers)
        publish(administrator, "支社の部長へ", set_id=managers, department_id=cast.branch.id)
        assert seen_by(manager, crisis_manager, staff) == [["部長へ"], [], []]


class TestWhen:
    """From one day to another, in Japan."""

    def test_is_shown_on_its_days_only(self, administrator, staff):
        for title, first, last in (("今日", 1, 1), ("明日", 2, None), ("昨日まで", -1, 0), ("ずっと", -9, None)):
            days = {"from_on": date(2026, 4, 1) + timedelta(days=first - 1)}
            days["until_on"] = date(2026, 4, 1) + timedelta(days=last - 1) if last is not None else None
            with clock.frozen(NOON - timedelta(days=20)):
                publish(administrator, title, **days)
        with clock.frozen(NOON):
            assert seen_by(staff) == [["今日", "ずっと"]]
            states = {row.title: row.state for row in notices(administrator, NoticesAsk()).rows}
            coming = notices(administrator, NoticesAsk(state=NoticeState.COMING)).rows
        assert states["明日"] is NoticeState.COMING
        assert states["昨日まで"] is NoticeState.OVER
        assert [row.title for row in coming] == ["明日"]
        with clock.frozen(clock.start_of(date(2026, 4, 2))):
            assert seen_by(staff) == [["明日", "ずっと"]]

    def test_a_retired_one_is_shown_to_nobody_and_stays_in_the_list(self, administrator, staff):
        number = publish(administrator)
        retire_notice(administrator, WhichNotice(id=number))
        assert seen_by(staff) == [[]]
        assert [row.state for row in notices(administrator, NoticesAsk()).rows] == [NoticeState.OVER]
        with pytest.raises(NotFound):
            retire_notice(administrator, WhichNotice(id=number))

    def test_the_last_day_does_not_come_first(self):
        with pytest.raises(Invalid):
            validated(EditedNotice, {"title": "逆", "text": "逆", "from_on": "2026-04-02", "until_on": "2026-04-01"})


class TestRead:
    """Each account for itself."""

    def test_is_counted_until_one_has_read_it(self, administrator, manager, staff):
        old, new = publish(administrator, "一"), publish(administrator, "二")
        read_notice(staff, WhichRead(id=new))
        read_notice(staff, WhichRead(id=new))
        found = own_notices(staff, Nothing())
        assert (found.unread, [(one.title, one.read) for one in found.rows]) == (1, [("一", False), ("二", True)])
        assert own_notices(manager, Nothing()).unread == 2
        assert {row.id: row.read for row in notices(administrator, NoticesAsk()).rows} == {old: 0, new: 1}

    def test_one_that_is_for_others_is_passed_over(self, administrator, crisis_manager, cast):
        number = publish(administrator, department_id=cast.head_office.id)
        read_notice(crisis_manager, WhichRead(id=number))
        assert notices(administrator, NoticesAsk()).rows[0].read == 0


class TestWrite:
    """Who writes to whom."""

    def test_a_limited_reach_writes_to_its_departments_only(self, administrator, limited, cast):
        some = limited("home.edit_notice", "home.notices", "home.retire_notice")
        with pytest.raises(Refused):
            publish(some)
        with pytest.raises(NotFound):
            publish(some, department_id=cast.branch.id)
        own = publish(some, department_id=cast.general_affairs.id)
        others = publish(administrator)
        assert [row.id for row in notices(some, NoticesAsk()).rows] == [own]
        with pytest.raises(NotFound):
            retire_notice(some, WhichNotice(id=others))

    def test_a_change_on_an_older_version_is_refused(self, administrator):
        number = publish(administrator)
        publish(administrator, "停電の延期", id=number, version=1)
        with pytest.raises(Conflict):
            publish(administrator, "停電の中止", id=number, version=1)
        assert [row.title for row in notices(administrator, NoticesAsk()).rows] == ["停電の延期"]
