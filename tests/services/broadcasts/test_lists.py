"""The lists of this room: broadcasts, deliveries, answers; the rehearsal and the state of one broadcast."""

import sys
from dataclasses import replace

import pytest
from sqlalchemy import update

from core.actor import Reach, What
from core.errors import Invalid, NotAllowed, NotFound, Refused
from data.models.delivery import DeliveryState
from data.models.people import Membership
from services.broadcasts import (
    AnswersAsk,
    BroadcastsAsk,
    DeliveriesAsk,
    EditForm,
    RehearsedPeopleAsk,
    Which,
    WhichDraft,
    answers,
    deliveries,
    edit_form,
    rehearse,
    rehearse_people,
    search,
    show,
)
from tests.factories import actor_of, make_person
from tests.services.broadcasts.asks import drafted, form_named, opened, replied, sent

pytestmark = pytest.mark.usefixtures("with_mail")


def reaching(tx, person, process, reach):
    """Return a person who reaches so far with one process and everybody with another: the database hides nobody."""
    grants = {(process, What.READ): reach, ("people.search", What.READ): Reach(whole=True)}
    return replace(actor_of(tx, person), grants=grants)


class TestSearch:
    def test_newest_first_by_title_kind_and_state(self, administrator):
        first = sent(administrator, title="避難訓練の連絡", kind="manual")
        second = drafted(administrator, title="通信テスト")
        rows = search(administrator, BroadcastsAsk()).rows
        assert [(row.id, row.made_by, row.asked) for row in rows] == [
            (second.id, "管理 花子", 0),
            (first.id, "管理 花子", 5),
        ]
        for ask in ({"text": "訓練"}, {"kind": "manual"}, {"state": "sending"}):
            assert [row.id for row in search(administrator, BroadcastsAsk(**ask)).rows] == [first.id]

    def test_whoever_is_no_further_than_oneself_sees_what_asked_oneself(self, administrator, acting, cast, tx):
        own = sent(administrator, audience={"people": [cast.staff.id, cast.far.id]})
        sent(administrator, audience={"people": [cast.far.id]})
        staff = acting(reaching(tx, cast.staff, "broadcasts.search", Reach(own=True)))
        assert [row.id for row in search(staff, BroadcastsAsk()).rows] == [own.id]

    def test_whoever_reaches_everybody_elsewhere_sees_no_more_here(self, administrator, acting, cast, tx):
        near = sent(administrator, audience={"people": [cast.manager.id, cast.far.id]})
        sent(administrator, audience={"people": [cast.far.id]})
        reach = Reach(paths=frozenset({cast.head_office.path}))
        manager = acting(reaching(tx, cast.manager, "broadcasts.search", reach))
        assert [row.id for row in search(manager, BroadcastsAsk()).rows] == [near.id]

    def test_others_see_what_asked_their_people_and_their_own(self, administrator, manager, crisis_manager, cast):
        far_only = sent(administrator, audience={"people": [cast.far.id]})
        everybody = sent(administrator)
        draft = drafted(manager)
        assert {row.id for row in search(manager, BroadcastsAsk()).rows} == {everybody.id, draft.id}
        assert {row.id for row in search(crisis_manager, BroadcastsAsk()).rows} == {everybody.id, far_only.id}

    def test_is_refused_without_permission(self, staff):
        with pytest.raises(NotAllowed):
            search(staff, BroadcastsAsk())


class TestShow:
    def test_shows_how_far_the_sending_is(self, administrator, tx):
        make_person(tx)
        seen = show(administrator, Which(id=sent(administrator).id))
        assert seen.progress.counts == {DeliveryState.WAITING: 5, DeliveryState.NOT_SENT: 1}
        assert (seen.progress.total, seen.progress.left, seen.progress.worker_alive) == (6, 5, False)
        assert [(one.channel, one.counts[DeliveryState.WAITING]) for one in seen.progress.channels] == [("mail", 5)]
        assert (seen.steered, seen.recipients) == (True, ["全員"])

    def test_says_who_may_steer_it(self, administrator, manager):
        row = sent(administrator)
        assert not show(manager, Which(id=row.id)).steered

    def test_is_refused_without_permission_and_out_of_reach(self, administrator, manager, staff, cast):
        row = sent(administrator, audience={"people": [cast.far.id]})
        with pytest.raises(NotAllowed):
            show(staff, Which(id=row.id))
        with pytest.raises(NotFound):
            show(manager, Which(id=row.id))


class TestDeliveries:
    def test_lists_each_address_with_state_and_reason(self, administrator, cast, tx):
        make_person(tx, "連絡", "無", cast.branch)
        row = sent(administrator)
        lines = deliveries(administrator, DeliveriesAsk(broadcast_id=row.id)).rows
        found = {line.name: line for line in lines}
        assert (found["社員 三郎"].state, found["社員 三郎"].address, found["社員 三郎"].department) == (
            "waiting", f"p{cast.staff.id}@example.jp", "本社 / 総務部",
        )  # fmt: skip
        assert (found["連絡 無"].state, found["連絡 無"].address) == ("not_sent", "")
        assert found["連絡 無"].reason
        only = deliveries(administrator, DeliveriesAsk(broadcast_id=row.id, state=DeliveryState.NOT_SENT)).rows
        assert [line.name for line in only] == ["連絡 無"]
        named = deliveries(administrator, DeliveriesAsk(broadcast_id=row.id, text="しゃいん")).rows
        assert [line.name for line in named] == ["社員 三郎"]

    def test_pages_by_key(self, administrator):
        row = sent(administrator)
        first = deliveries(administrator, DeliveriesAsk(broadcast_id=row.id, size=2))
        second = deliveries(administrator, DeliveriesAsk(broadcast_id=row.id, size=2, after=first.next))
        assert (len(first.rows), len(second.rows), first.count) == (2, 2, 5)
        assert not {line.id for line in first.rows} & {line.id for line in second.rows}

    def test_shows_only_whom_the_actor_reaches(self, administrator, manager, cast):
        row = sent(administrator)
        assert {line.person_id for line in deliveries(manager, DeliveriesAsk(broadcast_id=row.id)).rows} == {
            cast.administrator.id, cast.manager.id, cast.staff.id,
        }  # fmt: skip

    def test_is_refused_without_permission_and_out_of_reach(self, administrator, manager, staff, cast):
        row = sent(administrator, audience={"people": [cast.far.id]})
        with pytest.raises(NotAllowed):
            deliveries(staff, DeliveriesAsk(broadcast_id=row.id))
        with pytest.raises(NotFound):
            deliveries(manager, DeliveriesAsk(broadcast_id=row.id))


class TestAnswers:
    @pytest.fixture
    def asked(self, administrator, cast, tx):
        """A broadcast with two questions; one person has answered, somebody in Osaka has not."""
        questions = [
            {"kind": "choice", "label": "無事？", "options": ["無事", "けが"]},
            {"kind": "choices", "label": "要る物", "options": ["水", "薬"], "required": False},
            {"kind": "number", "label": "家族", "unit": "人", "required": False},
        ]
        make_person(tx, "大阪", "花", cast.branch, area="2712800")
        form = edit_form(administrator, EditForm(name="二問", questions=questions))
        row = sent(administrator, form_id=form.id)
        keys = [str(one["id"]) for one in row.questions]
        replied(tx, row.id, cast.staff, {keys[0]: "けが", keys[1]: ["水", "薬"], keys[2]: 1200})
        replied(tx, row.id, cast.staff, {keys[0]: "無事", keys[1]: ["水", "薬"], keys[2]: 1200})
        return row

    def test_shows_the_latest_and_the_first_answer_in_words(self, administrator, asked):
        (line,) = answers(administrator, AnswersAsk(broadcast_id=asked.id, answered="yes")).rows
        assert (line.name, line.answers, line.department) == ("社員 三郎", 2, "本社 / 総務部")
        assert line.latest == {"無事？": "無事", "要る物": "水、薬", "家族": "1,200 人"}
        assert line.first["無事？"] == "けが"

    def test_finds_those_who_have_not_answered_by_department_and_region(self, administrator, asked, cast):
        def names(**ask):
            return {line.name for line in answers(administrator, AnswersAsk(broadcast_id=asked.id, **ask)).rows}

        assert names(answered="no") == {"管理 花子", "部長 太郎", "危機 次郎", "遠方 四郎", "大阪 花"}
        assert names(department_id=cast.head_office.id) == {"管理 花子", "部長 太郎", "社員 三郎"}
        assert names(department_id=cast.head_office.id, answered="no") == {"管理 花子", "部長 太郎"}
        assert names(area_code="27") == {"大阪 花"}
        assert names(text="大阪") == {"大阪 花"}

    def test_finds_those_who_chose_an_option(self, administrator, asked):
        keys = [str(one["id"]) for one in asked.questions]

        def names(question, option):
            ask = AnswersAsk(broadcast_id=asked.id, question=question, option=option)
            return [line.name for line in answers(administrator, ask).rows]

        assert names(keys[0], "無事") == ["社員 三郎"]
        assert names(keys[0], "けが") == []
        assert names(keys[1], "薬") == ["社員 三郎"]
        with pytest.raises(Invalid):
            names("999", "無事")
        with pytest.raises(Invalid):
            names(keys[0], "' OR 1=1 --")

    def test_every_line_has_every_question_as_a_file_needs_it(self, administrator, asked):
        lines = answers(administrator, AnswersAsk(broadcast_id=asked.id)).rows
        assert {tuple(line.latest) for line in lines} == {("無事？", "要る物", "家族")}

    def test_shows_only_whom_the_actor_reaches(self, manager, asked):
        assert len(answers(manager, AnswersAsk(broadcast_id=asked.id)).rows) == 3

    @pytest.fixture
    def several(self, asked, cast, tx):
        """Some belong to several departments; who goes and comes since the sending is not at the place of then."""
        moved = [cast.manager.id, cast.administrator.id]
        tx.execute(update(Membership).where(Membership.person_id.in_(moved)).values(department_id=cast.branch.id))
        for person, department in (
            (cast.staff, cast.head_office), (cast.far, cast.head_office), (cast.far, cast.general_affairs),
            (cast.crisis_manager, cast.general_affairs),
        ):  # fmt: skip
            tx.add(Membership(person_id=person.id, department_id=department.id, main=False))
        make_person(tx, "新入", "社員", cast.head_office)  # was not asked
        return asked

    def test_who_belongs_to_several_departments_is_counted_once(self, manager, several):
        page = answers(manager, AnswersAsk(broadcast_id=several.id))
        assert {line.name for line in page.rows} == {"危機 次郎", "社員 三郎", "遠方 四郎"}
        assert page.count == 3

    @pytest.mark.parametrize("who", ["administrator", "manager", "crisis_manager"])
    def test_the_count_is_that_of_the_rows(self, request, several, cast, who):
        self.counts_its_rows(request.getfixturevalue(who), several, cast)

    def test_whoever_reaches_everybody_elsewhere_counts_no_more_here(self, acting, several, cast, tx):
        reach = Reach(paths=frozenset({cast.head_office.path}))
        manager = acting(reaching(tx, cast.manager, "broadcasts.answers", reach))
        self.counts_its_rows(manager, several, cast)
        assert answers(manager, AnswersAsk(broadcast_id=several.id)).count == 3

    @pytest.mark.parametrize("further", [False, True])
    def test_whoever_reaches_the_own_person_counts_it_too(self, acting, several, cast, tx, further):
        reach = Reach(paths=frozenset({cast.branch.path}) if further else frozenset(), own=True)
        oneself = acting(reaching(tx, cast.staff, "broadcasts.answers", reach))
        self.counts_its_rows(oneself, several, cast)
        assert "社員 三郎" in {line.name for line in answers(oneself, AnswersAsk(broadcast_id=several.id)).rows}

    def counts_its_rows(self, looking, row, cast):
        """Look with each filter; the counts are made by another statement than the rows."""
        key = str(row.questions[0]["id"])
        for ask in (
            {}, {"answered": "yes"}, {"answered": "no"}, {"department_id": cast.head_office.id}, {"area_code": "27"},
            {"question": key, "option": "無事"}, {"question": key, "option": "けが"}, {"text": "大阪"}, {"text": "郎"},
        ):  # fmt: skip
            page = answers(looking, AnswersAsk(broadcast_id=row.id, **ask))
            assert (page.count, page.more) == (len(page.rows), False), ask

    def test_the_count_of_a_manager_stops_sooner(self, manager, several, monkeypatch):
        monkeypatch.setattr(sys.modules["services.broadcasts.answers"], "COUNTED_WITHIN", 2)
        page = answers(manager, AnswersAsk(broadcast_id=several.id))
        assert (len(page.rows), page.count_text) == (3, "2+")

    def test_is_refused_without_permission_and_out_of_reach(self, administrator, manager, staff, cast, asked):
        with pytest.raises(NotAllowed):
            answers(staff, AnswersAsk(broadcast_id=asked.id))
        other = sent(administrator, audience={"people": [cast.far.id]})
        with pytest.raises(NotFound):
            answers(manager, AnswersAsk(broadcast_id=other.id))


class TestRehearse:
    def test_says_who_will_and_who_will_not_be_reached_and_why(self, administrator, cast, tx):
        make_person(tx, "連絡", "無", cast.branch)
        row = drafted(administrator)
        seen = rehearse(administrator, WhichDraft(id=row.id))
        assert (seen.forecast.people, seen.forecast.reached, seen.forecast.not_reached) == (
            6,
            5,
            1,
        )
        assert [(one.channel, one.messages) for one in seen.forecast.channels] == [("mail", 5)]
        assert seen.recipients == ["全員"]
        missed = rehearse_people(administrator, RehearsedPeopleAsk(broadcast_id=row.id, reached=False)).rows
        assert [(line.name, bool(line.reason)) for line in missed] == [("連絡 無", True)]
        assert len(rehearse_people(administrator, RehearsedPeopleAsk(broadcast_id=row.id)).rows) == 6

    def test_agrees_with_what_is_sent(self, manager, cast, tx):
        make_person(tx, department=cast.general_affairs)
        row = drafted(manager)
        forecast = rehearse(manager, WhichDraft(id=row.id)).forecast
        counts = show(manager, Which(id=sent(manager).id)).progress.counts
        assert (forecast.people, forecast.not_reached) == (4, counts[DeliveryState.NOT_SENT])

    def test_warns_of_what_a_person_should_look_at(self, administrator, samples):
        row = drafted(administrator, body="リンクなし", audience={})
        assert len(rehearse(administrator, WhichDraft(id=row.id)).warnings) == 3
        form = form_named(administrator, "安否確認")
        fine = rehearse(administrator, WhichDraft(id=drafted(administrator, form_id=form.id).id))
        assert len(fine.warnings) == 1

    def test_each_reaches_as_far_as_its_own_permission(self, acting, administrator, manager):
        grants = dict(administrator.actor.grants)
        for what in What:
            grants["broadcasts.rehearse_people", what] = manager.actor.reach("broadcasts.search", What.READ)
        near = acting(replace(administrator.actor, grants=grants))
        row = drafted(near)
        assert rehearse(near, WhichDraft(id=row.id)).forecast.people == 5
        assert len(rehearse_people(near, RehearsedPeopleAsk(broadcast_id=row.id)).rows) == 3

    def test_what_was_sent_is_not_rehearsed(self, administrator):
        row = opened(administrator)
        with pytest.raises(Refused):
            rehearse(administrator, WhichDraft(id=row.id))

    @pytest.mark.parametrize("query", [rehearse, rehearse_people])
    def test_is_refused_without_permission_and_out_of_reach(self, administrator, manager, staff, query):
        row = drafted(administrator)
        ask = WhichDraft(id=row.id) if query is rehearse else RehearsedPeopleAsk(broadcast_id=row.id)
        with pytest.raises(NotAllowed):
            query(staff, ask)
        with pytest.raises(NotFound):
            query(manager, ask)
