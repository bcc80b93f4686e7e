"""What holds for people is kept in step with whatever is written about them, and listed and counted by it."""

import pytest
from sqlalchemy import delete, func, select, update

from core.actor import WHOLE
from core.errors import NotFound
from core.paging import COUNT_CAP
from data.models.network import ContactStale, ContactStanding, Fact, NetworkTotal, NumberFault
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState, Person
from services.network import (
    Finding,
    NetworkAsk,
    Registered,
    Share,
    TreeAsk,
    count_again,
    network_counts,
    network_tree,
    search_network,
    settle,
    share_numbers,
    whole_network,
)
from services.network.numbers import fault_of
from services.network.search import _list
from tests.factories import make_department, make_person

OFFICE_MAIL = {"kind": ContactKind.MAIL, "value": "a@example.jp"}
MOBILE = {"kind": ContactKind.MOBILE, "value": "+819012345678"}


def facts(tx, person):
    """Return what is known of somebody once everything is settled."""
    settle(tx, 1_000)
    found = tx.scalar(select(ContactStanding.facts).where(ContactStanding.person_id == person.id))
    return None if found is None else Fact(found)


def point(tx, person, **values):
    """Give somebody a contact point."""
    tx.add(ContactPoint(person_id=person.id, **values))


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([], Fact(0)),
        ([OFFICE_MAIL], Fact.COMPANY_MAIL | Fact.ALIVE),
        ([{**OFFICE_MAIL, "state": ContactState.DEAD}], Fact.COMPANY_MAIL | Fact.FAILING),
        ([{**OFFICE_MAIL, "state": ContactState.DEAD}, MOBILE],
         Fact.COMPANY_MAIL | Fact.MOBILE | Fact.FAILING | Fact.ALIVE),
        ([{**OFFICE_MAIL, "disputed_at": "now"}], Fact.COMPANY_MAIL | Fact.ALIVE | Fact.DISPUTED),
        ([{**OFFICE_MAIL, "origin": ContactOrigin.PERSON, "slot": 1, "verified_at": "now"}],
         Fact.PRIVATE_MAIL | Fact.VERIFIED | Fact.ALIVE),
        ([{"kind": ContactKind.APP, "value": "token"}, {"kind": ContactKind.LINE, "value": "U1"}],
         Fact.APP | Fact.LINE | Fact.ALIVE),
        ([{**MOBILE, "value": "0312345678"}], Fact.MOBILE | Fact.ALIVE | Fact.MALFORMED),
        ([{**MOBILE, "value": "+12025550123"}], Fact.MOBILE | Fact.ALIVE),
    ],
)  # fmt: skip
def test_facts_follow_from_contact_points(tx, points, expected):
    person = make_person(tx)
    for one in points:
        point(tx, person, **{name: tx.now if value == "now" else value for name, value in one.items()})
    assert facts(tx, person) == expected


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("+819012345678", None),
        ("+818012345678", None),
        ("090-1234-5678", NumberFault.WRITING),
        ("+81312345678", NumberFault.LANDLINE),
        ("+8190123456", NumberFault.LENGTH),
        ("+8190123456789", NumberFault.LENGTH),
        ("+819000000000", NumberFault.UNKNOWN),
        ("なし", NumberFault.WRITING),
        ("+447400123456", None),
    ],
)
def test_numbers_are_judged(value, fault):
    assert fault_of(value) is fault


class TestInStep:
    def test_duplicates_come_and_go_with_the_other_one(self, tx):
        one, other = make_person(tx, mobile="+819011112222"), make_person(tx, mobile="+819011112222")
        assert facts(tx, one) & Fact.DUPLICATE
        tx.execute(update(Person).where(Person.id == other.id).values(retired_at=tx.now))
        assert facts(tx, other) is None
        assert not facts(tx, one) & Fact.DUPLICATE
        tx.execute(update(Person).where(Person.id == other.id).values(retired_at=None))
        assert facts(tx, one) & Fact.DUPLICATE
        tx.execute(delete(ContactPoint).where(ContactPoint.person_id == other.id))
        assert not facts(tx, one) & Fact.DUPLICATE
        assert facts(tx, other) == Fact(0)

    def test_a_number_that_is_written_anew_is_judged_anew(self, tx):
        person = make_person(tx, mobile="0312345678")
        assert facts(tx, person) & Fact.MALFORMED
        tx.execute(update(ContactPoint).where(ContactPoint.person_id == person.id).values(value="+447400123456"))
        assert not facts(tx, person) & Fact.MALFORMED

    def test_an_address_that_works_touches_nobody(self, tx):
        person = make_person(tx, mail="b@example.jp")
        settle(tx, 1_000)
        tx.execute(update(ContactPoint).where(ContactPoint.person_id == person.id).values(state=ContactState.WORKS))
        assert tx.scalar(select(func.count()).select_from(ContactStale)) == 0


class TestShared:
    def test_a_number_shared_on_purpose_is_no_duplicate_until_one_more_has_it(self, administrator, tx):
        family = [make_person(tx, mobile="+819033334444") for _ in range(2)]
        shared = share_numbers(administrator, Share(person_ids=[family[0].id]))
        assert shared.count == 1
        assert [facts(tx, one) & (Fact.DUPLICATE | Fact.SHARED) for one in family] == [Fact.SHARED] * 2
        make_person(tx, mobile="+819033334444")
        assert facts(tx, family[0]) & Fact.DUPLICATE

    def test_it_can_be_taken_back(self, administrator, tx):
        family = [make_person(tx, mobile="+819033334444") for _ in range(2)]
        share_numbers(administrator, Share(person_ids=[family[0].id]))
        share_numbers(administrator, Share(person_ids=[family[1].id], meant=False))
        assert facts(tx, family[0]) & Fact.DUPLICATE

    def test_somebody_out_of_reach_is_not_found(self, limited, cast):
        with pytest.raises(NotFound):
            share_numbers(limited("network.share"), Share(person_ids=[cast.far.id]))


class TestSearch:
    @pytest.fixture
    def people(self, tx, cast):
        """Return people of one department, each with something else, by what it is."""
        place = make_department(tx, "点検部", cast.head_office)
        made = {
            "mail": make_person(tx, "一", department=place, kana=("アイチ", ""), mail="c@example.jp"),
            "mobile": make_person(tx, "二", department=place, kana=("アニ", ""), mobile="+819055556666"),
            "same": make_person(tx, "三", department=place, kana=("アサン", ""), mobile="+819055556666"),
            "nothing": make_person(tx, "四", department=place, kana=("アヨン", "")),
            "landline": make_person(tx, "五", department=place, kana=("アゴ", ""), mobile="+81312345678"),
        }
        settle(tx, 1_000)
        return place, made

    @pytest.mark.parametrize(
        ("ask", "found"),
        [
            ({}, ["mail", "landline", "same", "mobile", "nothing"]),
            ({"finding": Finding.NOTHING}, ["nothing"]),
            ({"finding": Finding.NUMBER_MISSING}, ["mail", "nothing"]),
            ({"finding": Finding.NUMBER_MALFORMED}, ["landline"]),
            ({"finding": Finding.NUMBER_DUPLICATE}, ["same", "mobile"]),
            ({"finding": Finding.TO_MEND}, ["landline", "same", "mobile", "nothing"]),
            ({"finding": Finding.UNVERIFIED}, ["mail", "landline", "same", "mobile"]),
            ({"has": Registered.COMPANY_MAIL}, ["mail"]),
            ({"lacks": Registered.MOBILE}, ["mail", "nothing"]),
            ({"has": Registered.MOBILE, "finding": Finding.NUMBER_DUPLICATE, "text": "ニ"}, ["mobile"]),
            ({"has": Registered.LINE}, []),
        ],
    )
    def test_finds_whom_it_is_asked_for(self, administrator, people, ask, found):
        place, made = people
        page = search_network(administrator, NetworkAsk(department_id=place.id, **ask))
        assert [row.id for row in page.rows] == [made[name].id for name in found]

    def test_says_what_is_wrong(self, administrator, people):
        place, made = people
        rows = {row.id: row for row in search_network(administrator, NetworkAsk(department_id=place.id)).rows}
        assert rows[made["landline"].id].notes == ["+81 3-1234-5678：携帯電話の番号ではありません。"]
        assert rows[made["same"].id].notes == ["二 一郎さんと同じ番号です。"]
        assert rows[made["nothing"].id].notes == ["登録なし"]
        assert rows[made["mail"].id].registered == ["会社登録メール"]

    def test_shows_only_whom_one_reaches(self, limited, people, cast):
        found = search_network(limited("network.search"), NetworkAsk(size=500)).rows
        assert cast.far.id not in {row.id for row in found}
        assert people[1]["mail"].id in {row.id for row in found}

    def test_who_is_called_the_same_is_gathered_instead_of_looked_for_along_the_names(self):
        assert _list(NetworkAsk(text="森"), None, WHOLE, None).of.gather_up_to > COUNT_CAP
        assert _list(NetworkAsk(), None, WHOLE, None).of.gather_up_to == COUNT_CAP


class TestCounts:
    def test_a_department_counts_with_all_below_it_each_person_once(self, administrator, tx, cast):
        place = make_department(tx, "点検部", cast.head_office)
        below = make_department(tx, "下", place)
        make_person(tx, department=place, mail="d@example.jp")
        make_person(tx, department=below, mobile="+819077778888")
        make_person(tx, department=below)
        settle(tx, 1_000)
        rows = {row.id: row for row in network_tree(administrator, TreeAsk(text="点検部")).rows}
        assert (rows[place.id].people, rows[place.id].registered, rows[place.id].nothing) == (3, 2, 1)
        assert (rows[below.id].people, rows[below.id].mobile, rows[below.id].number_missing) == (2, 1, 1)

    def test_what_is_remembered_is_what_is_counted(self, administrator, tx, cast, monkeypatch):
        settle(tx, 1_000)
        counted = network_counts(administrator, count_again.asks())
        count_again(administrator, count_again.asks())
        monkeypatch.setattr("services.network.counting.LARGE", 0)
        remembered = network_counts(administrator, count_again.asks())
        assert remembered.counted_at == administrator.now
        assert remembered.model_dump(exclude={"counted_at"}) == counted.model_dump(exclude={"counted_at"})
        assert counted.people == whole_network(tx).people == tx.scalar(select(func.count()).select_from(Person))
        assert tx.scalar(select(func.count()).select_from(NetworkTotal))

    def test_a_reach_counts_its_departments_only(self, limited, tx, cast):
        settle(tx, 1_000)
        assert network_counts(limited("network.counts"), count_again.asks()).people == 3
