"""Sending, stopping, going on, closing, reminding."""

import pytest
from sqlalchemy import func, select

from core.audit import AuditRecord
from core.errors import Conflict, NotAllowed, NotFound, Refused
from core.i18n import using_language
from data.models.broadcasts import Broadcast
from data.models.delivery import Delivery, DeliveryState, Mailing, MailingState
from data.models.people import PersonRegion
from services.broadcasts import Send, Which, close, remind, resume, send, stop
from services.events import MailingFinished
from tests.factories import make_person
from tests.services.broadcasts.asks import (
    drafted,
    finish,
    form_named,
    mailed,
    mailings,
    opened,
    recipient,
    recipients,
    replied,
    sent,
    state_of,
)

pytestmark = pytest.mark.usefixtures("with_mail")


class TestSend:
    def test_freezes_the_audience_and_opens_one_mailing(self, administrator, cast, tx):
        row = sent(administrator, audience={"departments": [cast.head_office.id]})
        asked = {cast.administrator.id, cast.manager.id, cast.staff.id}
        assert recipients(tx, row.id) == asked
        (mailing,) = mailings(tx, row.id)
        assert (mailing.round, mailing.reminder, mailed(tx, mailing)) == (0, False, asked)
        assert (row.state, row.asked, row.sent_at) == ("sending", 3, administrator.now)

    def test_keeps_department_and_area_as_they_were(self, administrator, cast, tx):
        person = make_person(tx, department=cast.branch, area="2712800", mail="osaka@example.jp")
        row = sent(administrator, audience={"people": [person.id, cast.staff.id]})
        one, other = recipient(tx, row.id, person), recipient(tx, row.id, cast.staff)
        assert (one.department_id, one.area_code) == (cast.branch.id, "2712800")
        assert (other.department_id, other.area_code) == (cast.general_affairs.id, None)

    def test_counts_somebody_with_several_regions_in_the_one_that_was_chosen(self, administrator, tx):
        person = make_person(tx, area="1310100", mail="two@example.jp")
        tx.add(PersonRegion(person_id=person.id, area_code="2712800"))
        row = sent(administrator, audience={"areas": ["27"]})
        assert recipient(tx, row.id, person).area_code == "2712800"

    def test_a_test_is_marked_in_its_subject(self, administrator, tx):
        with using_language("ja"):
            row = sent(administrator, kind="test", subject="地震です")
            other = sent(administrator, kind="manual", subject="地震です")
        assert mailings(tx, row.id)[0].subject == "【テスト】地震です"
        assert mailings(tx, other.id)[0].subject == "地震です"

    def test_somebody_without_a_contact_is_asked_but_not_sent_to(self, administrator, tx):
        person = make_person(tx)
        row = sent(administrator, audience={"people": [person.id]})
        state = tx.scalar(select(Delivery.state).where(Delivery.person_id == person.id))
        assert (recipients(tx, row.id), state) == ({person.id}, DeliveryState.NOT_SENT)

    def test_reaches_nobody_out_of_reach(self, manager, cast, tx):
        row = sent(manager, audience={"everybody": True})
        assert recipients(tx, row.id) == {cast.administrator.id, cast.manager.id, cast.staff.id}

    def test_the_second_click_is_refused_and_nothing_is_sent_twice(self, administrator, tx):
        row = drafted(administrator)
        send(administrator, Send(id=row.id, version=row.version))
        with pytest.raises(Refused):
            send(administrator, Send(id=row.id, version=row.version))
        assert tx.scalar(select(func.count()).select_from(Mailing).where(Mailing.broadcast_id == row.id)) == 1

    def test_what_was_changed_after_it_was_checked_is_not_sent(self, administrator, tx):
        row = drafted(administrator)
        drafted(administrator, id=row.id, version=row.version, title="別の題")
        with pytest.raises(Conflict):
            send(administrator, Send(id=row.id, version=row.version))
        assert mailings(tx, row.id) == []

    @pytest.mark.parametrize(
        "values",
        [{"audience": {}}, {"audience": {"people": [999_999]}}],
        ids=["nobody chosen", "nobody there"],
    )
    def test_is_refused_when_nobody_would_be_asked(self, administrator, values, tx):
        row = drafted(administrator, **values)
        with pytest.raises(Refused):
            send(administrator, Send(id=row.id))

    def test_is_refused_when_nobody_could_answer(self, administrator, samples):
        form = form_named(administrator, "安否確認")
        row = drafted(administrator, body="リンクがありません", form_id=form.id)
        with pytest.raises(Refused):
            send(administrator, Send(id=row.id))

    def test_is_refused_without_permission(self, administrator, staff):
        row = drafted(administrator)
        with pytest.raises(NotAllowed):
            send(staff, Send(id=row.id))

    def test_somebody_elses_draft_is_out_of_reach(self, administrator, manager):
        row = drafted(administrator)
        with pytest.raises(NotFound):
            send(manager, Send(id=row.id))

    def test_is_audited(self, administrator, tx):
        row = sent(administrator)
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "broadcasts.send")).scalar_one()
        assert record.subject == f"broadcast:{row.id}"
        assert record.changes == [{"subject": f"broadcast:{row.id}", "before": "draft", "after": "sending"}]


class TestStopAndResume:
    def test_stops_the_mailing_and_goes_on_with_it(self, administrator, tx):
        row = sent(administrator)
        assert stop(administrator, Which(id=row.id)).state == "stopped"
        assert [one.state for one in mailings(tx, row.id)] == [MailingState.STOPPED]
        assert resume(administrator, Which(id=row.id)).state == "sending"
        tx.session.expire_all()
        assert [one.state for one in mailings(tx, row.id)] == [MailingState.SENDING]

    def test_only_what_is_being_sent_can_be_stopped(self, administrator):
        for row in (drafted(administrator), opened(administrator)):
            with pytest.raises(Refused):
                stop(administrator, Which(id=row.id))

    def test_only_what_was_stopped_can_go_on(self, administrator):
        for row in (drafted(administrator), sent(administrator), opened(administrator)):
            with pytest.raises(Refused):
                resume(administrator, Which(id=row.id))

    @pytest.mark.parametrize("operation", [stop, resume])
    def test_is_refused_without_permission(self, administrator, staff, operation):
        row = sent(administrator)
        with pytest.raises(NotAllowed):
            operation(staff, Which(id=row.id))

    @pytest.mark.parametrize("operation", [stop, resume])
    def test_somebody_elses_is_out_of_reach(self, administrator, manager, operation, tx):
        row = sent(administrator)
        with pytest.raises(NotFound):
            operation(manager, Which(id=row.id))
        assert [one.state for one in mailings(tx, row.id)] == [MailingState.SENDING]

    @pytest.mark.parametrize("operation", [stop, resume])
    def test_is_audited(self, administrator, operation, tx):
        row = sent(administrator)
        stop(administrator, Which(id=row.id))
        if operation is resume:
            resume(administrator, Which(id=row.id))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == operation.name)).scalar_one()
        assert record.subject == f"broadcast:{row.id}"


class TestClose:
    @pytest.mark.parametrize("bring", [sent, opened])
    def test_closes(self, administrator, bring, tx):
        row = bring(administrator)
        closed = close(administrator, Which(id=row.id))
        assert (closed.state, closed.closed_at) == ("closed", administrator.now)
        assert [one.state for one in mailings(tx, row.id)] == [MailingState.FINISHED]

    def test_a_draft_and_a_closed_one_are_refused(self, administrator):
        row = opened(administrator)
        close(administrator, Which(id=row.id))
        for other in (row, drafted(administrator)):
            with pytest.raises(Refused):
                close(administrator, Which(id=other.id))

    def test_is_refused_without_permission(self, administrator, staff):
        row = sent(administrator)
        with pytest.raises(NotAllowed):
            close(staff, Which(id=row.id))

    def test_somebody_elses_is_out_of_reach(self, administrator, manager):
        row = sent(administrator)
        with pytest.raises(NotFound):
            close(manager, Which(id=row.id))

    def test_is_audited(self, administrator, tx):
        row = sent(administrator)
        close(administrator, Which(id=row.id))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "broadcasts.close")).scalar_one()
        assert record.changes == [{"subject": f"broadcast:{row.id}", "before": "sending", "after": "closed"}]


class TestRemind:
    def test_asks_those_again_who_have_not_answered(self, administrator, cast, tx):
        row = opened(administrator)
        replied(tx, row.id, cast.staff, {})
        with using_language("ja"):
            assert remind(administrator, Which(id=row.id)).state == "sending"
        _first, second = mailings(tx, row.id)
        assert (second.round, second.reminder) == (1, True)
        assert second.subject.startswith("【再送】")
        assert mailed(tx, second) == recipients(tx, row.id) - {cast.staff.id}

    def test_a_manager_reminds_those_within_reach_of_what_others_sent(self, administrator, manager, cast, tx):
        row = opened(administrator)
        remind(manager, Which(id=row.id))
        assert mailed(tx, mailings(tx, row.id)[1]) == {cast.administrator.id, cast.manager.id, cast.staff.id}

    def test_who_has_left_is_not_reminded(self, administrator, cast, tx):
        row = opened(administrator)
        cast.far.retired_at = tx.now
        tx.session.flush()
        remind(administrator, Which(id=row.id))
        assert cast.far.id not in mailed(tx, mailings(tx, row.id)[1])

    def test_is_refused_while_sending_stopped_closed_or_draft(self, administrator):
        stopped, closed = sent(administrator), opened(administrator)
        stop(administrator, Which(id=stopped.id))
        close(administrator, Which(id=closed.id))
        for row in (drafted(administrator), sent(administrator), stopped, closed):
            with pytest.raises(Refused):
                remind(administrator, Which(id=row.id))

    def test_is_refused_when_everybody_has_answered(self, administrator, cast, tx):
        row = opened(administrator, audience={"people": [cast.staff.id]})
        replied(tx, row.id, cast.staff, {})
        with pytest.raises(Refused):
            remind(administrator, Which(id=row.id))

    def test_is_refused_without_permission(self, administrator, staff):
        row = opened(administrator)
        with pytest.raises(NotAllowed):
            remind(staff, Which(id=row.id))

    def test_what_asked_nobody_within_reach_is_not_there(self, administrator, manager, cast):
        row = opened(administrator, audience={"people": [cast.far.id]})
        with pytest.raises(NotFound):
            remind(manager, Which(id=row.id))

    def test_is_audited(self, administrator, tx):
        row = opened(administrator)
        remind(administrator, Which(id=row.id))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "broadcasts.remind")).scalar_one()
        assert record.changes[0]["after"] == {"reminded": 5}


class TestOpenWhenFinished:
    def test_opens_when_the_last_mailing_has_finished(self, administrator, tx):
        row = sent(administrator)
        tx.tell(MailingFinished(row.id))
        assert state_of(tx, row.id) == "sending"
        finish(tx, row.id)
        assert state_of(tx, row.id) == "open"

    def test_a_broadcast_that_a_person_stopped_or_closed_stays_so(self, administrator, tx):
        stopped, closed = sent(administrator), sent(administrator)
        stop(administrator, Which(id=stopped.id))
        close(administrator, Which(id=closed.id))
        for row in (stopped, closed):
            tx.tell(MailingFinished(row.id))
        assert {state_of(tx, stopped.id), state_of(tx, closed.id)} == {"stopped", "closed"}

    def test_an_unknown_broadcast_changes_nothing(self, tx):
        tx.tell(MailingFinished(999_999))
        assert tx.scalar(select(func.count()).select_from(Broadcast)) == 0
