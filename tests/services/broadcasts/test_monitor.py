"""The reply monitor: rates, answers by question, departments, regions."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.actor import Reach, What
from core.errors import NotAllowed, NotFound
from core.i18n import using_language
from data.models.people import Membership
from services.broadcasts import EditForm, MonitorAsk, edit_form, monitor
from tests.factories import actor_of, make_department, make_person
from tests.services.broadcasts.asks import QUESTIONS, drafted, replied, sent


@pytest.fixture
def asked(administrator, cast, tx):
    """A broadcast with every kind of question to the cast and two people with regions."""
    tx.osaka = make_person(tx, department=cast.branch, area="2712800")
    tx.tokyo = make_person(tx, area="350")
    form = edit_form(administrator, EditForm(name="全部", questions=QUESTIONS))
    return sent(administrator, form_id=form.id)


def answer(row, *values):
    """Return an answer by question; None leaves one out."""
    return {
        str(question["id"]): value
        for question, value in zip(row.questions, values, strict=False)
        if value is not None
    }  # fmt: skip


class TestMonitor:
    def test_counts_the_rate_and_the_answers_by_question_and_option(self, administrator, asked, cast, tx):
        replied(tx, asked.id, cast.staff, answer(asked, "無事", ["水", "薬"], 3, "大丈夫"))
        replied(tx, asked.id, cast.far, answer(asked, "けが", ["水"], 5))
        replied(tx, asked.id, tx.osaka, answer(asked, "無事"))
        seen = monitor(administrator, MonitorAsk(broadcast_id=asked.id))
        assert (seen.asked, seen.answered, round(seen.rate, 4)) == (7, 3, 0.4286)
        choice, choices, number, text = seen.questions
        assert [(one.label, one.count) for one in choice.options] == [("無事", 2), ("けが", 1)]
        assert [(one.label, one.count) for one in choices.options] == [("水", 2), ("毛布", 0), ("薬", 1)]
        assert (choices.answered, number.answered, text.answered) == (2, 2, 1)
        assert (number.numbers.total, number.numbers.smallest, number.numbers.largest, number.numbers.average) == (
            8, 3, 5, 4.0,
        )  # fmt: skip

    def test_a_few_different_numbers_are_counted_one_by_one(self, administrator, asked, cast, tx):
        for person, family in ((cast.staff, 3), (cast.far, 0), (tx.osaka, 3)):
            replied(tx, asked.id, person, answer(asked, "無事", None, family))
        number = monitor(administrator, MonitorAsk(broadcast_id=asked.id)).questions[2]
        assert [(one.label, one.count) for one in number.options] == [("0 人", 1), ("3 人", 2)]
        assert (number.numbers.total, number.numbers.average) == (6, 2.0)

    def test_large_and_negative_numbers_are_summed_up_as_well(self, administrator, asked, cast, tx):
        for person, family in ((cast.staff, 3), (cast.far, -1), (tx.osaka, 123_456)):
            replied(tx, asked.id, person, answer(asked, "無事", None, family))
        number = monitor(administrator, MonitorAsk(broadcast_id=asked.id)).questions[2]
        assert (number.answered, number.options) == (3, [])
        assert (number.numbers.total, number.numbers.smallest, number.numbers.largest) == (123_458, -1, 123_456)

    def test_a_changed_answer_is_counted_once_as_it_is_now(self, administrator, asked, cast, tx):
        replied(tx, asked.id, cast.staff, answer(asked, "無事", ["水"], 3))
        replied(tx, asked.id, cast.staff, answer(asked, "けが"))
        seen = monitor(administrator, MonitorAsk(broadcast_id=asked.id))
        assert seen.answered == 1
        assert [one.count for one in seen.questions[0].options] == [0, 1]
        assert [one.count for one in seen.questions[1].options] == [0, 0, 0]
        assert seen.questions[2].numbers is None

    def test_departments_are_counted_up_and_can_be_opened(self, administrator, asked, cast, tx):
        replied(tx, asked.id, cast.staff, {})
        top = monitor(administrator, MonitorAsk(broadcast_id=asked.id))
        assert [(one.label, one.asked, one.answered, one.has_below) for one in top.departments] == [
            ("本社", 3, 1, True),
            ("支社", 3, 0, False),
            ("部署なし", 1, 0, False),
        ]
        below = monitor(administrator, MonitorAsk(broadcast_id=asked.id, department_id=cast.head_office.id))
        assert (below.department, below.above) == ("本社", None)
        assert [(one.label, one.asked, one.answered) for one in below.departments] == [("本社", 2, 0), ("総務部", 1, 1)]

    def test_a_department_is_the_one_of_the_sending(self, administrator, asked, cast, tx):
        elsewhere = make_department(tx, "異動先")
        person = make_person(tx, department=elsewhere)
        row = sent(administrator, audience={"people": [person.id]})
        assert [one.label for one in monitor(administrator, MonitorAsk(broadcast_id=row.id)).departments] == ["異動先"]

    def test_regions_are_counted_by_prefecture(self, administrator, asked, tx):
        replied(tx, asked.id, tx.osaka, {})
        seen = monitor(administrator, MonitorAsk(broadcast_id=asked.id))
        assert [(one.label, one.asked, one.answered) for one in seen.regions] == [
            ("東京都", 1, 0), ("大阪府", 1, 1), ("地域なし", 5, 0),
        ]  # fmt: skip
        with using_language("en"):
            assert monitor(administrator, MonitorAsk(broadcast_id=asked.id)).regions[0].label == "Tokyo"

    def test_a_manager_sees_the_people_within_reach(self, manager, asked, cast, tx):
        replied(tx, asked.id, cast.staff, answer(asked, "無事", None, 2))
        replied(tx, asked.id, cast.far, answer(asked, "けが", None, 9))
        seen = monitor(manager, MonitorAsk(broadcast_id=asked.id))
        assert (seen.asked, seen.answered) == (3, 1)
        assert [one.count for one in seen.questions[0].options] == [1, 0]
        assert seen.questions[2].numbers.total == 2

    def test_a_manager_counts_by_the_departments_of_the_sending(self, manager, asked, cast, tx):
        replied(tx, asked.id, cast.staff, answer(asked, "けが", ["水"]))
        cast_in = tx.scalar(select(Membership).where(Membership.person_id == cast.staff.id))
        cast_in.department_id = cast.branch.id
        tx.session.flush()
        seen = monitor(manager, MonitorAsk(broadcast_id=asked.id))
        assert (seen.asked, seen.answered) == (3, 1), "who went elsewhere since was asked here"
        assert [one.count for one in seen.questions[0].options] == [0, 1]
        assert sum(region.asked for region in seen.regions) == 3

    def test_a_manager_sees_prefectures(self, manager, administrator, cast, tx):
        person = make_person(tx, department=cast.head_office, area="2712800")
        row = sent(administrator, audience={"people": [person.id, cast.far.id]})
        replied(tx, row.id, person, {})
        seen = monitor(manager, MonitorAsk(broadcast_id=row.id))
        assert [(one.label, one.asked, one.answered) for one in seen.regions] == [("大阪府", 1, 1)]

    def test_whoever_is_no_further_than_oneself_counts_oneself(self, limited, acting, asked, cast, tx):
        replied(tx, asked.id, cast.staff, answer(asked, "無事", None, 2))
        own = acting(replace(actor_of(tx, cast.staff), grants={("broadcasts.monitor", What.READ): Reach(own=True)}))
        seen = monitor(own, MonitorAsk(broadcast_id=asked.id))
        assert (seen.asked, seen.answered, seen.questions[2].numbers.total) == (1, 1, 2)

    def test_a_draft_asks_nobody_yet(self, administrator):
        seen = monitor(administrator, MonitorAsk(broadcast_id=drafted(administrator).id))
        assert (seen.asked, seen.rate, seen.departments, seen.questions) == (0, 0.0, [], [])

    def test_is_refused_without_permission(self, staff, asked):
        with pytest.raises(NotAllowed):
            monitor(staff, MonitorAsk(broadcast_id=asked.id))

    def test_what_asked_nobody_within_reach_is_not_there(self, administrator, manager, cast):
        row = sent(administrator, audience={"people": [cast.far.id]})
        with pytest.raises(NotFound):
            monitor(manager, MonitorAsk(broadcast_id=row.id))
