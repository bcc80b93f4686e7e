"""What a run would do, and does: adds, changes, leavers, departments, the brake, what is told and never guessed."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select, update

from core.errors import Conflict
from data.models.changes import ChangeSet
from data.models.directory import DirectoryRunRow, RunState, StagedPerson, Step, SyncedPerson
from data.models.people import ContactKind, ContactPoint, Department, Membership, Person
from services.directory import contacts, plan, planning
from services.directory import departments as places
from services.directory import people as whom
from services.people.imports.check import MAIL_OF_MORE
from tests.factories import account_of, make_person
from tests.services.directory.given import department, person

TREE = (department("2", "営業部", "1"), department("3", "第一課", "2", code="S-1"), department("1", "東京"))
"""The one above comes last."""


def lines(tx, run, step=None):
    """Return code or name, and the message ids of what is wrong, by line."""
    found = select(DirectoryRunRow).where(DirectoryRunRow.run_id == run.id).order_by(DirectoryRunRow.line)
    return [
        (one.step.value, one.code or one.name, [problem[1] for problem in one.said.get("problems", ())])
        for one in tx.execute(found).scalars()
        if step is None or one.step is step
    ]


def known(tx, code):
    """Return a person as stored."""
    return tx.scalar(select(Person).where(Person.code == code).execution_options(populate_existing=True))


def full_names(tx, code):
    """Return the departments of a person, the main one first."""
    found = (
        select(Department.full_name)
        .join(Membership, Membership.department_id == Department.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.code == code)
        .order_by(Membership.main.desc(), Department.full_name)
    )
    return list(tx.execute(found).scalars())


def mails(tx, code):
    """Return the mail addresses of a person."""
    return points(tx, code, ContactKind.MAIL)


def numbers(tx, code):
    """Return the mobile numbers of a person."""
    return points(tx, code, ContactKind.MOBILE)


def points(tx, code, kind):
    """Return where a person is reached, in order."""
    found = select(ContactPoint.value).where(ContactPoint.person_id == known(tx, code).id, ContactPoint.kind == kind)
    return list(tx.execute(found.order_by(ContactPoint.value)).scalars())


def with_phone(key, number):
    """Return a person with a telephone number."""
    made = person(key)
    return replace(made, fields={**made.fields, "phone": number})


class TestPeople:
    def test_all_is_added_once_and_then_nothing(self, tx, directory, sync):
        directory.departments_ = TREE
        directory.people_ = [person("1", "3", "1", mail="one@example.jp"), person("2", "2"), person("3")]
        run = sync()
        assert (run.state, run.counts["person.add"], run.counts["department.add"]) == (RunState.APPLIED, 3, 3)
        assert full_names(tx, "D1") == ["東京 / 営業部 / 第一課", "東京"]
        assert tx.scalar(select(Department.code).where(Department.name == "第一課")) == "S-1"
        assert (
            tx.scalar(select(ContactPoint.value).where(ContactPoint.person_id == known(tx, "D1").id))
            == "one@example.jp"
        )
        made = tx.scalar(select(ChangeSet).where(ChangeSet.subject == f"directory_run:{run.id}"))
        assert made.counts == {"person": {"added": 3}, "department": {"added": 3}}
        assert not tx.scalar(select(func.count()).select_from(StagedPerson))
        again = sync()
        assert (again.state, lines(tx, again)) == (RunState.APPLIED, [])

    def test_a_change_says_before_and_after_and_what_is_not_mapped_stays(self, tx, directory, sync):
        directory.people_ = [person("1", mail="one@example.jp"), person("2")]
        sync()
        known(tx, "D1").address = "東京都"
        tx.session.flush()
        directory.people_ = [person("1", family="改姓", mail="one@example.jp"), person("2")]
        run = sync()
        row = tx.scalar(select(DirectoryRunRow).where(DirectoryRunRow.run_id == run.id))
        assert (row.step, row.said["changes"]) == (Step.CHANGE, [["family_name", "同期", "改姓"]])
        assert (known(tx, "D1").family_name, known(tx, "D1").address) == ("改姓", "東京都")

    def test_somebody_with_the_same_code_is_taken_up_and_nobody_else_is_touched(self, tx, cast, directory, sync):
        mine = make_person(tx, "手入", "力", code="D1")
        directory.people_ = [person("1"), person("2")]
        run = sync()
        assert lines(tx, run) == [("change", "D1", []), ("add", "D2", [])]
        assert tx.scalar(select(SyncedPerson.person_id).where(SyncedPerson.key == "1")) == mine.id
        assert known(tx, cast.far.code).retired_at is None

    @pytest.mark.parametrize("gone", ["missing", "left"])
    def test_who_left_is_retired_and_not_deleted(self, tx, directory, connection, sync, gone):
        directory.people_ = [person(str(at)) for at in range(10)]
        sync()
        directory.people_ = [person(str(at)) for at in range(9)] + ([person("9", left=True)] if gone == "left" else [])
        run = sync()
        assert (run.state, lines(tx, run)) == (RunState.APPLIED, [("leave", "D9", [])])
        assert known(tx, "D9").retired_at == tx.now
        assert lines(tx, sync()) == []

    @pytest.mark.parametrize(
        ("found", "told"),
        [
            ([person("1"), person("1", family="別")], [("error", "D1", [whom.TWICE])] * 2),
            ([person("1", code="")], [("error", "1", [whom.NO_CODE])]),
            ([person("1", "nowhere")], [("error", "D1", [whom.NO_PLACE])]),
            ([person("1", family="")], None),
        ],
    )  # fmt: skip
    def test_what_is_uncertain_is_told_and_not_written(self, tx, directory, sync, found, told):
        directory.people_ = [*found, person("good")]
        run = sync()
        errors = lines(tx, run, Step.ERROR)
        assert [line[2] for line in errors] == [line[2] for line in told] if told else errors
        assert known(tx, "D1") is None
        assert known(tx, "Dgood") is not None

    def test_the_same_told_twice_is_taken_once(self, tx, directory, sync):
        directory.departments_ = [department("1", "東京"), department("1", "東京")]
        directory.people_ = [person("1", "1"), person("2"), person("1", "1")]
        run = sync()
        assert lines(tx, run) == [("add", "東京", []), ("add", "D1", []), ("add", "D2", [])]
        assert run.counts["found"] == 2

    def test_somebody_made_anew_in_the_directory_is_the_same_by_the_code(self, tx, directory, sync):
        directory.people_ = [person("1"), person("2")]
        sync()
        directory.people_ = [person("1"), person("new", code="D2")]
        run = sync()
        assert (lines(tx, run), run.state) == ([("change", "D2", [])], RunState.APPLIED)
        assert set(tx.execute(select(SyncedPerson.key)).scalars()) == {"1", "new"}
        assert lines(tx, sync()) == []

    def test_what_was_not_said_of_somebody_stays(self, tx, directory, sync):
        directory.people_ = [person("1", mail="one@example.jp"), person("2")]
        sync()
        directory.people_ = [replace(person("1"), fields={"given": "改名"}), person("2")]
        run = sync()
        assert tx.scalar(select(DirectoryRunRow.said).where(DirectoryRunRow.run_id == run.id))["changes"] == [
            ["given_name", "1", "改名"]
        ]
        assert (known(tx, "D1").family_name, mails(tx, "D1")) == ("同期", ["one@example.jp"])

    def test_two_people_with_one_code_are_told_apart_by_a_person(self, tx, directory, sync):
        directory.people_ = [person("1"), person("2", code="D1")]
        run = sync()
        assert lines(tx, run) == [("error", "D1", [contacts.ALSO])] * 2
        row = tx.scalar(select(DirectoryRunRow).where(DirectoryRunRow.run_id == run.id, DirectoryRunRow.key == "1"))
        assert row.said["problems"][0][2] == {"name": "同期 2"}

    def test_a_code_in_wide_letters_is_the_same_code_every_night(self, tx, directory, sync):
        directory.people_ = [person("1", code="Ｄ１"), person("2", code="ｋ\u3000")]
        assert lines(tx, sync()) == [("add", "D1", []), ("add", "k", [])]
        assert tx.scalar(select(func.count()).select_from(SyncedPerson)) == 2
        assert lines(tx, sync()) == []

    def test_a_code_that_changed_is_told(self, tx, directory, sync):
        directory.people_ = [person("1")]
        sync()
        directory.people_ = [person("1", code="NEW")]
        assert lines(tx, sync()) == [("error", "D1", [whom.CODE_CHANGED])]

    def test_an_administrator_who_left_is_retired_by_a_person_only(self, tx, cast, directory, connection, sync):
        connection.brake_percent = 100
        directory.people_ = [person("a", code=cast.administrator.code, family="管理"), person("b")]
        sync()
        directory.people_ = [person("b")]
        assert lines(tx, sync()) == [("error", cast.administrator.code, [whom.LAST])]
        assert known(tx, cast.administrator.code).retired_at is None

    def test_at_night_who_may_do_more_than_who_answers_for_it_gets_no_address(
        self, tx, cast, directory, connection, sync
    ):
        code = cast.manager.code
        directory.people_ = [person("m", code=code, family="部長", mail="mine@evil.example"), person("b")]
        for answers in (None, account_of(tx, cast.staff).id):
            connection.answers_id = answers
            assert lines(tx, sync())[0] == ("error", code, [MAIL_OF_MORE])
            assert mails(tx, code) == []
        connection.answers_id = account_of(tx, cast.administrator).id
        assert lines(tx, sync())[0] == ("change", code, [])
        assert mails(tx, code) == ["mine@evil.example"]


class TestContacts:
    """What a directory gave it takes away again; what was registered here is nobody else's."""

    def test_a_private_address_outlives_every_run(self, tx, directory, sync):
        directory.people_ = [person("1", mail="work@example.jp"), person("2")]
        sync()
        tx.add(ContactPoint(person_id=known(tx, "D1").id, kind=ContactKind.MAIL, value="home@example.jp"))
        assert lines(tx, sync()) == []
        for mail, after in (("new@example.jp", ["home@example.jp", "new@example.jp"]), (None, ["home@example.jp"])):
            directory.people_ = [person("1", mail=mail), person("2")]
            assert lines(tx, sync()) == [("change", "D1", [])]
            assert mails(tx, "D1") == after

    def test_a_number_registered_here_is_not_cleared_and_one_of_the_directory_is(self, tx, directory, connection, sync):
        connection.mapping = {**connection.mapping, "mobile": "phone"}
        directory.people_ = [with_phone("1", "090-1111-2222"), with_phone("2", None)]
        sync()
        tx.add(ContactPoint(person_id=known(tx, "D2").id, kind=ContactKind.MOBILE, value="+819033334444"))
        directory.people_ = [with_phone("1", None), with_phone("2", None)]
        assert lines(tx, sync()) == [("change", "D1", [])]
        assert (numbers(tx, "D1"), numbers(tx, "D2")) == ([], ["+819033334444"])

    @pytest.mark.parametrize(
        ("mails_", "told"), [(("not an address", None), 1), (("shared@example.jp", "Shared@example.jp"), 2)]
    )  # fmt: skip
    def test_an_address_that_cannot_be_taken_keeps_nobody_away(self, tx, directory, sync, mails_, told):
        one, two = mails_
        directory.people_ = [person("1", mail=one), person("2", mail=two), person("3", mail="three@example.jp")]
        run = sync()
        assert run.counts["person.add"] == 3
        assert [bool(line[2]) for line in lines(tx, run)] == [True] * told + [False] * (3 - told)
        assert (mails(tx, "D1"), mails(tx, "D2"), mails(tx, "D3")) == ([], [], ["three@example.jp"])


class TestBrake:
    @pytest.mark.parametrize(
        ("leave", "state"), [(2, RunState.STOPPED), (1, RunState.APPLIED), (10, RunState.STOPPED)]
    )  # fmt: skip
    def test_holds_when_too_many_would_leave(self, tx, directory, sync, leave, state):
        directory.people_ = [person(str(at)) for at in range(10)]
        sync()
        directory.people_ = [person(str(at)) for at in range(leave, 10)]
        run = sync()
        assert run.state is state
        in_use = select(func.count()).where(Person.retired_at.is_(None), Person.family_name == "同期")
        assert tx.scalar(in_use) == (10 if state is RunState.STOPPED else 9)
        assert bool(run.message) is (state is RunState.STOPPED)

    def test_holds_for_an_empty_list_however_much_may_leave(self, directory, connection, sync):
        connection.brake_percent = 100
        assert (sync().state, directory.asked) == (RunState.STOPPED, [("departments", None), ("people", None)])

    def test_holds_when_no_department_is_told_any_more(self, tx, directory, sync):
        directory.departments_ = TREE
        directory.people_ = [person("1", "3"), person("2")]
        sync()
        directory.departments_ = ()
        directory.people_ = [person("1"), person("2")]
        run = sync()
        assert (run.state, run.message) == (RunState.STOPPED, plan.NO_DEPARTMENTS)
        assert full_names(tx, "D1") == ["東京 / 営業部 / 第一課"]
        mine = Department.name.in_(["東京", "営業部", "第一課"])
        tx.execute(update(Department).where(mine).values(retired_at=tx.now))
        assert sync().state is RunState.APPLIED  # by a person who retired them here

    def test_a_person_may_let_it_go_on(self, tx, directory, read, sync):
        directory.people_ = [person(str(at)) for at in range(4)]
        sync()
        directory.people_ = [person("0")]
        run = read()
        with pytest.raises(Conflict):
            planning.apply_run(tx, run)
        run.despite_brake = True
        planning.apply_run(tx, run)
        assert known(tx, "D3").retired_at == tx.now

    def test_what_changed_since_the_preview_is_not_overwritten(self, tx, directory, read):
        directory.people_ = [person("1")]
        run = read()
        make_person(tx, "先", "着", code="D1")
        with pytest.raises(Conflict):
            planning.apply_run(tx, run)


class TestDepartments:
    def test_renamed_and_moved_with_their_people_and_gone_ones_are_told(self, tx, directory, sync):
        directory.departments_ = TREE
        directory.people_ = [person("1", "3")]
        sync()
        directory.departments_ = [department("1", "東京本社"), department("3", "第一課", "1", code="S-1")]
        run = sync()
        steps = [("change", "東京本社", []), ("change", "S-1", []), ("gone", "東京 / 営業部", [])]
        assert lines(tx, run) == steps
        assert full_names(tx, "D1") == ["東京本社 / 第一課"]

    def test_one_of_the_same_name_in_the_same_place_is_taken_up(self, tx, cast, directory, sync):
        directory.departments_ = [department("g", "総務部", "h"), department("h", "本社")]
        directory.people_ = [person("1", "g")]
        run = sync()
        assert run.counts["department.add"] == 0
        assert tx.scalar(select(Membership.department_id).where(Membership.person_id == known(tx, "D1").id)) == (
            cast.general_affairs.id
        )

    @pytest.mark.parametrize(
        ("found", "told"),
        [
            ([department("a", "A", "b"), department("b", "B", "a")], [places.CYCLE] * 2),
            ([department("a", "A", "a")], [places.CYCLE]),
            ([department("a", "A", "none")], [places.NO_PARENT]),
            ([department("a", "A"), department("b", "A")], [places.SAME_NAME]),
            ([department("a", "A", code="X"), department("b", "B", code="X")], [places.CODE_TAKEN]),
            ([department("a", "A"), department("a", "B")], [places.TWICE]),
            ([department("a", " ")], [places.NO_NAME]),
            ([department("b", "B", "a"), department("a", "")], [places.NO_NAME, places.PARENT_FAULTY]),
        ],
    )  # fmt: skip
    def test_what_is_no_tree_is_told(self, tx, directory, sync, found, told):
        directory.departments_ = found
        directory.people_ = [person("1")]
        run = sync()
        assert [problem for line in lines(tx, run, Step.ERROR) for problem in line[2]] == told
        assert known(tx, "D1") is not None

    def test_nobody_comes_into_one_that_is_retired_here(self, tx, directory, sync):
        directory.departments_ = TREE
        directory.people_ = [person("1", "3"), person("2", "2")]
        sync()
        tx.execute(delete(Membership).where(Membership.person_id == known(tx, "D1").id))
        tx.execute(update(Department).where(Department.name == "第一課").values(retired_at=tx.now))
        directory.people_ = [person("1", "3"), person("2", "2"), person("new", "3")]
        told = [("error", "S-1", [places.RETIRED]), ("error", "D1", [whom.PLACE_FAULTY])]
        assert lines(tx, sync()) == [*told, ("error", "Dnew", [whom.PLACE_FAULTY])]
        assert full_names(tx, "D1") == []

    def test_a_cycle_is_told_by_names(self, tx, directory, read):
        directory.departments_ = [department("a", "東", "b"), department("b", "西", "a")]
        row = tx.scalar(select(DirectoryRunRow).where(DirectoryRunRow.run_id == read().id))
        assert row.said["problems"][0][2] == {"names": "東 → 西 → 東"}


def test_a_chain_of_departments_of_any_depth_comes_in_whole(tx, directory, sync):
    directory.size, deep = 5_000, 2_000
    name = "全国在宅勤務推進本部お客様窓口統括担当第{}階層部署"
    directory.departments_ = [
        department(f"{level}", name.format(level), f"{level - 1}" if level else None) for level in reversed(range(deep))
    ]
    directory.people_ = [person("1", f"{deep - 1}")]
    run = sync()
    assert (run.state, run.counts["department.add"]) == (RunState.APPLIED, deep)
    assert full_names(tx, "D1") == [" / ".join((name.format(0), "…", name.format(deep - 2), name.format(deep - 1)))]
    assert lines(tx, sync()) == []
