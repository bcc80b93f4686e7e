"""Who may create messages (D10): those who are appointed, or every account within its own departments."""

import pytest
from sqlalchemy import select

from core.actor import Reach, What
from core.errors import Conflict, NotAllowed, NotFound
from core.inputs import Nothing
from data.models.access import Creators, ReachKind, SignInSession
from services.access import (
    ExplainAsk,
    MessageRules,
    actor_for,
    explain,
    list_processes,
    message_rule,
    set_message_rule,
    start_session,
)
from services.access.within import holds
from services.broadcasts import AnswersAsk, BroadcastsAsk, MonitorAsk, Which, answers, monitor, remind, search, show
from services.people import department_choices
from tests.factories import account_of, give, make_account, make_department, make_person
from tests.services.broadcasts.asks import drafted, opened, reachable, recipients, replied, sent

EVERYBODY, APPOINTED = Creators.EVERYBODY, Creators.APPOINTED


@pytest.fixture
def open_to_all(administrator):
    """Every account may create messages."""
    return set_message_rule(administrator, MessageRules(creators=EVERYBODY))


@pytest.fixture
def author(acting, cast, tx):
    """Return a way to act as the member of staff who was given nothing."""
    return lambda: acting(actor_for(tx, account_of(tx, cast.staff).id))


class TestRule:
    def test_at_first_nobody_has_decided_and_who_is_appointed_creates(self, administrator, author):
        standing = message_rule(administrator, Nothing())
        assert (standing.creators, standing.decided_at, standing.version) == (APPOINTED, None, 0)
        with pytest.raises(NotAllowed):
            drafted(author())

    def test_is_decided_audited_and_taken_back(self, administrator, open_to_all, author):
        assert (open_to_all.creators, open_to_all.decided_at) == (EVERYBODY, administrator.now)
        drafted(author())
        with pytest.raises(Conflict):
            set_message_rule(administrator, MessageRules(creators=APPOINTED))
        set_message_rule(administrator, MessageRules(creators=APPOINTED, version=open_to_all.version))
        with pytest.raises(NotAllowed):
            drafted(author())

    def test_taking_it_back_blanks_the_tabs_that_showed_more(self, administrator, open_to_all, cast, tx):
        start_session(tx, account_of(tx, cast.staff).id)
        before = tx.scalar(select(SignInSession.narrowed))
        set_message_rule(administrator, MessageRules(creators=APPOINTED, version=open_to_all.version))
        tx.session.expire_all()
        assert tx.scalar(select(SignInSession.narrowed)) == before + 1

    def test_is_not_set_without_permission(self, manager):
        with pytest.raises(NotAllowed):
            set_message_rule(manager, MessageRules(creators=EVERYBODY))


@pytest.mark.usefixtures("open_to_all")
class TestAuthor:
    def test_writes_to_the_own_departments_and_all_below_only(self, author, cast, tx):
        below = make_department(tx, "課", parent=cast.general_affairs)
        near = make_person(tx, department=below, mail="near@example.jp")
        for person in (cast.staff, cast.far, cast.manager):
            reachable(tx, person)
        row = sent(author(), audience={"everybody": True})
        assert recipients(tx, row.id) == {cast.staff.id, near.id}

    def test_sees_the_own_messages_and_the_answers_to_them(self, author, cast, tx, administrator):
        reachable(tx, cast.staff)
        others = opened(administrator, audience={"people": [cast.staff.id]})
        own = opened(author(), audience={"everybody": True})
        replied(tx, own.id, cast.staff, {})
        assert [one.id for one in search(author(), BroadcastsAsk()).rows] == [own.id]
        assert monitor(author(), MonitorAsk(broadcast_id=own.id)).answered == 1
        assert [one.name for one in answers(author(), AnswersAsk(broadcast_id=own.id)).rows] == ["社員 三郎"]
        assert show(author(), Which(id=own.id)).steered
        refused = {
            show: Which(id=others.id), monitor: MonitorAsk(broadcast_id=others.id),
            answers: AnswersAsk(broadcast_id=others.id), remind: Which(id=others.id),
        }  # fmt: skip
        for process, asked in refused.items():
            with pytest.raises(NotFound):
                process(author(), asked)

    def test_in_what_others_made_the_own_departments_are_not_reached(self, author, administrator, cast, tx):
        give(tx, account_of(tx, cast.staff), "manager", ReachKind.DEPARTMENT, cast.branch)
        reachable(tx, cast.far)
        others = opened(administrator, audience={"people": [cast.staff.id, cast.far.id]})
        assert [one.person_id for one in answers(author(), AnswersAsk(broadcast_id=others.id)).rows] == [cast.far.id]
        assert monitor(author(), MonitorAsk(broadcast_id=others.id)).asked == 1

    def test_gets_no_addresses_and_no_people(self, author):
        may = author().actor.may
        for process in ("broadcasts.deliveries", "broadcasts.rehearse_people", "people.search", "people.show"):
            assert not may(process, What.READ)
        assert author().actor.reach("broadcasts.answers", What.READ) == Reach(
            made=author().actor.reach("broadcasts.send", What.DO).made
        )

    def test_chooses_among_the_own_departments(self, author, cast):
        assert [one.value for one in department_choices(author(), Nothing())] == [cast.general_affairs.id]

    def test_who_belongs_nowhere_creates_nothing(self, acting, cast, tx):
        lonely = make_person(tx)
        actor = actor_for(tx, make_account(tx, lonely).id)
        assert not actor.may("broadcasts.draft", What.DO)

    def test_is_no_power_that_others_would_lack(self, author, manager, cast):
        grants = author().actor.grants
        assert holds(manager, {key: reach for key, reach in grants.items() if key[0].startswith("broadcasts")})

    def test_a_manager_keeps_the_own_reach_and_the_database_shows_no_more_to_them(self, manager, acting, cast, tx):
        now = actor_for(tx, account_of(tx, cast.manager).id)
        assert now.reach("broadcasts.send", What.DO).paths == manager.actor.reach("broadcasts.send", What.DO).paths


class TestExplained:
    def test_why_somebody_may_names_the_rule(self, administrator, open_to_all, cast, tx):
        asked = ExplainAsk(account_id=account_of(tx, cast.staff).id)
        boxes = {(box.process, box.what): box.through for box in explain(administrator, asked).boxes}
        assert boxes["broadcasts.send", What.DO] == [
            "メッセージの作成許可「すべてのユーザー」（自分が作成したもの、本社 / 総務部とその下）"
        ]
        assert boxes["people.search", What.READ] == []

    def test_who_may_do_it_says_everybody_besides(self, administrator, open_to_all):
        everybody = {row.grant for row in list_processes(administrator, Nothing()) if row.everybody}
        assert {"broadcasts.send:do", "broadcasts.answers:export"} <= everybody
        assert "broadcasts.deliveries:read" not in everybody
        set_message_rule(administrator, MessageRules(creators=APPOINTED, version=open_to_all.version))
        assert not any(row.everybody for row in list_processes(administrator, Nothing()))
