"""The fourteen steps tell their state from the data (D17)."""

import pytest
from sqlalchemy import select

from core.audit import AuditRecord
from core.errors import NotAllowed, NotFound
from core.i18n import using_language
from core.inputs import Nothing
from core.settings import ROOT
from data.models.access import ReachKind
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState
from data.models.delivery import Delivery, DeliveryState, Mailing
from data.models.people import ContactPoint, ContactState
from services.network import CheckRule, set_contact_check, settle
from services.setup import StepMark, StepState, guide, mark_step
from services.setup.steps import STEPS
from tests.factories import actor_of, give, make_account, make_department, make_person


def states(tx):
    """Return the state of each step by key, once what was written is settled in the contact network."""
    settle(tx, 1_000)
    return {step.key: step.state for step in guide(tx, Nothing()).steps}


@pytest.fixture
def lone(tx):
    """An installation with its first administrator only."""
    person = make_person(tx, "最初", "管理者")
    give(tx, make_account(tx, person, "first"), "administrator", ReachKind.WHOLE)
    return person


class TestGuide:
    """``setup.guide``."""

    def test_D17_has_the_fourteen_steps_in_order(self, tx, lone):
        shown = guide(tx, Nothing())
        assert [step.number for step in shown.steps] == list(range(1, 15))
        assert shown.next.key == "accounts"

    def test_an_empty_installation_has_everything_open(self, tx, lone):
        assert set(states(tx).values()) == {StepState.OPEN}
        assert guide(tx, Nothing()).done == 0

    def test_people_departments_and_regions_turn_their_steps_done(self, tx, lone):
        office = make_department(tx, "本社")
        make_person(tx, department=office, mail="a@example.jp", area="442")
        now = states(tx)
        assert now["accounts"] == now["departments"] == StepState.DONE
        assert now["memberships"] == now["regions"] == now["guidance"] == StepState.ATTENTION

    def test_who_left_does_not_count(self, tx, lone):
        gone = make_person(tx)
        gone.retired_at = tx.now
        tx.session.flush()
        assert states(tx)["accounts"] is StepState.OPEN

    def test_somebody_who_left_does_not_stand_in_for_somebody_who_lacks_it(self, tx, lone):
        office = make_department(tx, "本社")
        gone = make_person(tx, department=office, mail="gone@example.jp", area="442")
        gone.retired_at = tx.now
        tx.session.flush()
        now = states(tx)
        assert {now[key] for key in ("memberships", "regions", "guidance")} == {StepState.ATTENTION}

    def test_a_dead_address_needs_attention_until_it_is_mended(self, tx, lone):
        make_person(tx, mail="dead@example.jp")
        tx.execute(ContactPoint.__table__.update().values(state=ContactState.DEAD))
        assert states(tx)["network"] is StepState.ATTENTION
        tx.execute(ContactPoint.__table__.update().values(state=ContactState.WORKS))
        assert states(tx)["network"] is StepState.DONE

    @pytest.mark.parametrize(
        ("delivery", "state"), [(DeliveryState.ACCEPTED, StepState.DONE), (DeliveryState.FAILED, StepState.ATTENTION)]
    )
    def test_the_last_test_broadcast_decides_step_twelve(self, tx, lone, delivery, state):
        broadcast = Broadcast(kind=BroadcastKind.TEST, state=BroadcastState.OPEN, title="t", subject="s", body="b",
                              questions=[], audience={}, created_at=tx.now, sent_at=tx.now)  # fmt: skip
        tx.add(broadcast)
        mailing = Mailing(broadcast_id=broadcast.id, round=0, subject="s", body="b", constants={}, created_at=tx.now)
        tx.add(mailing)
        tx.add(Delivery(mailing_id=mailing.id, person_id=lone.id, channel="mail", address="a@example.jp",
                        state=delivery, updated_at=tx.now))  # fmt: skip
        assert states(tx)["test"] is state

    def test_D09_contact_checks_that_are_on_settle_step_eight(self, tx, lone):
        assert states(tx)["contact_check"] is StepState.OPEN
        make_person(tx, mail="a@example.jp")
        assert states(tx)["contact_check"] is StepState.OPEN
        set_contact_check(tx, CheckRule(enabled=True, every_months=3))
        step = next(one for one in guide(tx, Nothing()).steps if one.key == "contact_check")
        assert (step.state, step.finding) == (StepState.DONE, "すべてのメールアドレスを3か月ごとに確認します。")
        set_contact_check(tx, CheckRule(version=1))
        assert states(tx)["contact_check"] is StepState.OPEN

    def test_a_contact_check_is_no_everyday_use(self, tx, lone):
        broadcast = Broadcast(kind=BroadcastKind.CONTACT_CHECK, state=BroadcastState.OPEN, title="t", subject="s",
                              body="b", questions=[], audience={}, created_at=tx.now, sent_at=tx.now)  # fmt: skip
        tx.add(broadcast)
        assert states(tx)["everyday"] is StepState.OPEN
        broadcast.kind = BroadcastKind.MANUAL
        tx.session.flush()
        assert states(tx)["everyday"] is StepState.DONE

    def test_managers_only_count_besides_administrators(self, tx, cast):
        assert states(tx)["roles"] is StepState.DONE

    def test_speaks_the_readers_language(self, tx, lone):
        with using_language("en"):
            english = guide(tx, Nothing()).steps[0].title
        with using_language("ja"):
            assert guide(tx, Nothing()).steps[0].title != english

    def test_is_refused_without_permission(self, tx, acting, cast):
        with pytest.raises(NotAllowed):
            guide(acting(actor_of(tx, cast.staff)), Nothing())


class TestMark:
    """``setup.mark``."""

    def test_settles_a_step_and_opens_it_again(self, tx, acting, cast):
        office = acting(actor_of(tx, cast.administrator))
        mark_step(office, StepMark(step="creators"))
        assert states(tx)["creators"] is StepState.DONE
        mark_step(office, StepMark(step="creators", settled=False))
        assert states(tx)["creators"] is StepState.OPEN
        assert len(tx.execute(select(AuditRecord.id).where(AuditRecord.process == "setup.mark")).all()) == 2

    @pytest.mark.parametrize("step", ["accounts", "no such step"])
    def test_a_step_that_the_data_decides_cannot_be_settled(self, tx, step):
        with pytest.raises(NotFound):
            mark_step(tx, StepMark(step=step))

    def test_is_refused_without_permission(self, tx, acting, cast):
        with pytest.raises(NotAllowed):
            mark_step(acting(actor_of(tx, cast.manager)), StepMark(step="creators"))


def test_every_step_names_a_page_that_exists():
    named = [page for step in STEPS for page in (step.page, step.beside) if page]
    assert [page for page in named if not (ROOT / "pages" / f"{page}.py").exists()] == []
