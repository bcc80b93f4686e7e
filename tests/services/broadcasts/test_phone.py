"""Answers by phone: entered for somebody, marked as such, and no proof of any address."""

import pytest
from sqlalchemy import select

from core.audit import AuditPersonal, AuditRecord
from core.errors import Invalid, NotAllowed, NotFound, Refused
from data.models.delivery import Delivery, DeliveryState
from services.broadcasts import (
    AnswerFor,
    AnswersAsk,
    EditForm,
    MonitorAsk,
    Which,
    WhoAnswers,
    answer_for,
    answers,
    close,
    edit_form,
    monitor,
    to_answer,
)
from services.broadcasts.asked import find_asked
from services.delivery import sign
from services.events import PeopleErased
from tests.services.broadcasts.asks import QUESTIONS, recipient, replied, sent


@pytest.fixture
def asked(administrator, cast, with_mail):
    """A broadcast with every kind of question to everybody."""
    return sent(administrator, form_id=edit_form(administrator, EditForm(name="全部", questions=QUESTIONS)).id)


def said(row, person, *values, note=""):
    """Return what is entered for a person, by question."""
    given = {str(one["id"]): value for one, value in zip(row.questions, values, strict=False)}
    return AnswerFor(broadcast_id=row.id, person_id=person.id, answers=given, note=note)


class TestAnswerFor:
    def test_counts_like_an_answer_and_is_marked(self, administrator, asked, cast, tx):
        entered = answer_for(administrator, said(asked, cast.staff, ["けが"], ["水", "薬"], ["３"], note="妻から電話"))
        assert (entered.id, entered.broadcast_id) == (cast.staff.id, asked.id)
        stored = recipient(tx, asked.id, cast.staff)
        account = administrator.actor.account_id
        assert (stored.latest_by, stored.first_by, stored.note, stored.answers) == (account, account, "妻から電話", 1)
        assert list(stored.latest_answer.values()) == ["けが", ["水", "薬"], 3]
        seen = monitor(administrator, MonitorAsk(broadcast_id=asked.id))
        assert (seen.answered, seen.by_phone, [one.count for one in seen.questions[0].options]) == (1, 1, [0, 1])
        line = next(one for one in answers(administrator, AnswersAsk(broadcast_id=asked.id)).rows if one.latest_at)
        assert (line.name, line.note) == ("社員 三郎", "妻から電話")
        assert line.entered_by == line.first_entered_by == cast.administrator.name

    def test_says_nothing_about_an_address(self, administrator, asked, cast, tx):
        answer_for(administrator, said(asked, cast.staff, ["無事"]))
        states = tx.execute(select(Delivery.state).where(Delivery.person_id == cast.staff.id)).scalars().all()
        assert states
        assert DeliveryState.DELIVERED not in states

    def test_the_persons_own_later_answer_is_the_latest_and_the_first_stays(self, administrator, asked, cast, tx):
        answer_for(administrator, said(asked, cast.staff, ["けが"], note="電話"))
        key = str(asked.questions[0]["id"])
        replied(tx, asked.id, cast.staff, {key: "無事"})
        stored = recipient(tx, asked.id, cast.staff)
        assert (stored.first[key], stored.latest_answer[key]) == ("けが", "無事")
        assert (stored.first_by, stored.latest_by, stored.note) == (administrator.actor.account_id, None, None)
        seen = monitor(administrator, MonitorAsk(broadcast_id=asked.id))
        assert (seen.answered, seen.by_phone) == (1, 0)

    def test_after_the_persons_own_answer_it_is_the_latest(self, administrator, asked, cast, tx):
        key = str(asked.questions[0]["id"])
        replied(tx, asked.id, cast.staff, {key: "無事"})
        answer_for(administrator, said(asked, cast.staff, ["けが"]))
        stored = recipient(tx, asked.id, cast.staff)
        assert (stored.first[key], stored.latest_answer[key], stored.first_by) == ("無事", "けが", None)
        assert monitor(administrator, MonitorAsk(broadcast_id=asked.id)).by_phone == 1

    def test_the_rules_of_the_questions_hold(self, administrator, asked, cast, tx):
        choice, _choices, number, _text = [str(one["id"]) for one in asked.questions]
        with pytest.raises(Invalid) as refused:
            answer_for(administrator, said(asked, cast.staff, [], ["水"], ["三人"]))
        assert set(refused.value.fields) == {f"q{choice}", f"q{number}"}
        assert recipient(tx, asked.id, cast.staff).latest_at is None

    def test_is_refused_when_the_broadcast_is_closed(self, administrator, asked, cast):
        close(administrator, Which(id=asked.id))
        with pytest.raises(Refused):
            answer_for(administrator, said(asked, cast.staff, ["無事"]))

    def test_only_for_people_within_reach(self, manager, limited, asked, cast):
        answer_for(manager, said(asked, cast.staff, ["無事"]))
        with pytest.raises(NotFound):
            answer_for(manager, said(asked, cast.far, ["無事"]))

    def test_only_for_people_who_were_asked(self, administrator, cast, with_mail):
        row = sent(administrator, audience={"people": [cast.staff.id]})
        with pytest.raises(NotFound):
            answer_for(administrator, said(row, cast.far))

    def test_is_refused_without_permission(self, staff, asked, cast):
        with pytest.raises(NotAllowed):
            answer_for(staff, said(asked, cast.staff, ["無事"]))

    def test_leaves_a_record_whose_personal_part_can_be_erased(self, administrator, asked, cast, tx):
        answer_for(administrator, said(asked, cast.staff, ["けが"], note="妻から電話"))
        record = tx.scalar(select(AuditRecord).where(AuditRecord.process == "broadcasts.answer_for"))
        assert (record.subject, record.account_id) == (f"recipient:{cast.staff.id}", administrator.actor.account_id)
        assert "電話" not in str(record.input)
        assert "電話" in str(tx.get(AuditPersonal, record.id).values)


class TestToAnswer:
    def test_says_what_is_asked_and_what_was_entered(self, administrator, asked, cast):
        answer_for(administrator, said(asked, cast.staff, ["けが"], note="妻から電話"))
        found = to_answer(administrator, WhoAnswers(broadcast_id=asked.id, person_id=cast.staff.id))
        assert (found.name, found.taken, len(found.questions)) == ("社員 三郎", True, 4)
        assert (found.latest["無事？"], found.note, found.entered_by) == ("けが", "妻から電話", cast.administrator.name)

    def test_nobody_out_of_reach(self, manager, asked, cast):
        with pytest.raises(NotFound):
            to_answer(manager, WhoAnswers(broadcast_id=asked.id, person_id=cast.far.id))


def test_the_reply_page_knows_that_the_office_entered_it(administrator, asked, cast, tx):
    delivery_id = tx.scalar(select(Delivery.id).where(Delivery.person_id == cast.staff.id))
    assert not find_asked(tx, sign(delivery_id)).by_phone
    answer_for(administrator, said(asked, cast.staff, ["けが"]))
    assert find_asked(tx, sign(delivery_id)).by_phone


def test_the_note_is_erased_with_the_person_and_the_choice_stays(administrator, asked, cast, tx):
    answer_for(administrator, said(asked, cast.staff, ["けが"], [], [], ["折れた"], note="妻から電話"))
    tx.tell(PeopleErased((cast.staff.id,), (), (), (), "社員 三郎"))
    stored = recipient(tx, asked.id, cast.staff)
    assert (stored.note, list(stored.latest_answer.values())) == (None, ["けが"])
