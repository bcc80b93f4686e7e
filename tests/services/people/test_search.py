"""Finding people."""

import pytest
from sqlalchemy import select

from core.errors import NotAllowed
from core.i18n import using_language
from core.inputs import Nothing
from data.models.access import PermissionSet
from data.models.people import Membership
from services.people import add_to_list, area_choices, edit_list, search_people
from services.people.lists import ListFields, ListMembers
from services.people.search import PeopleAsk, Whose
from tests.factories import make_department, make_person


def names(tx, **ask):
    return [row.name for row in search_people(tx, PeopleAsk(**ask)).rows]


class TestSearch:
    def test_a_row_says_the_main_things(self, administrator, cast, tx):
        person = make_person(
            tx, "山田", "花子", cast.general_affairs, kana=("ヤマダ", "ハナコ"), mail="a@example.jp",
            mobile="+819012345678", area="1310100",
        )  # fmt: skip
        tx.add(Membership(person_id=person.id, department_id=cast.branch.id, main=False))
        (row,) = search_people(administrator, PeopleAsk(text=person.code)).rows
        assert row.model_dump() == {
            "id": person.id, "code": person.code, "name": "山田 花子", "kana": "ヤマダ ハナコ",
            "department": "本社 / 総務部", "other_departments": 1, "regions": ["千代田区"], "mails": 1,
            "mobile": "090-1234-5678", "login": "", "retired": False, "own": {}, "own_values": {},
        }  # fmt: skip
        with using_language("en"):
            assert search_people(administrator, PeopleAsk(text=person.code)).rows[0].regions == ["Chiyoda Ward"]

    @pytest.mark.parametrize(
        "text",
        ["高橋", "髙", "高橋 花", "花子 高橋", "たかはし", "ﾀｶﾊｼ", "タカハシ ハナ", "q-77", "Ｑ－７７", "橋花", "100%"],
    )
    def test_finds_by_any_part_of_name_kana_or_code(self, administrator, tx, text):
        make_person(tx, "高橋", "花子", kana=("タカハシ", "ハナコ"), code="Q-77")
        make_person(tx, "髙島", "花絵", kana=("タカシマ", "ハナエ"), code="Q-78")
        expected = {"髙": ["髙島 花絵"], "100%": []}.get(text, ["高橋 花子"])
        assert names(administrator, text=text) == expected

    def test_by_department_with_all_below(self, administrator, cast, tx):
        deep = make_department(tx, "第一課", cast.general_affairs)
        make_person(tx, "深井", "", deep, kana=("フカイ", ""))
        assert "深井" in names(administrator, department_id=cast.head_office.id)
        assert names(administrator, department_id=deep.id) == ["深井"]
        assert "遠方 四郎" not in names(administrator, department_id=cast.head_office.id)

    @pytest.mark.parametrize(
        ("asked", "found"), [("13", ["区民", "都民"]), ("350", ["区民"]), ("1310100", ["区民"]), ("27", [])]
    )
    def test_by_region_with_all_in_it(self, administrator, tx, asked, found):
        make_person(tx, "区民", "", kana=("クミン", ""), area="1310100")
        make_person(tx, "都民", "", kana=("トミン", ""), area="13")
        assert names(administrator, area_code=asked) == found

    def test_by_role_list_and_state(self, administrator, cast, tx):
        role = tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == "manager"))
        made = edit_list(administrator, ListFields(name="応急救護"))
        add_to_list(administrator, ListMembers(list_id=made.id, person_ids=[cast.far.id]))
        cast.staff.retired_at = tx.now
        tx.session.flush()
        assert names(administrator, role_id=role) == ["部長 太郎"]
        assert names(administrator, list_id=made.id) == ["遠方 四郎"]
        assert names(administrator, state=Whose.RETIRED) == ["社員 三郎"]
        assert "社員 三郎" not in names(administrator)
        assert "社員 三郎" in names(administrator, state=Whose.ALL)

    def test_is_in_the_order_of_kana_or_code_page_by_page(self, administrator, tx):
        for number, kana in enumerate(("ン", "ア", "カ")):
            make_person(tx, f"順{number}", "", kana=(kana, ""), code=f"Z{number}")
        assert names(administrator, text="順") == ["順1", "順2", "順0"]
        assert names(administrator, text="順", sort="-code") == ["順2", "順1", "順0"]
        first = search_people(administrator, PeopleAsk(text="順", size=2))
        assert (first.count, names(administrator, text="順", size=2, after=first.next)) == (3, ["順0"])

    def test_shows_only_whom_the_actor_reaches(self, manager, staff):
        assert sorted(names(manager)) == sorted(["管理 花子", "部長 太郎", "社員 三郎"])
        with pytest.raises(NotAllowed):
            names(staff)


class TestAreaChoices:
    def test_lists_every_area_from_the_prefecture_down(self, staff):
        labels = {choice.value: choice.label for choice in area_choices(staff, Nothing())}
        assert len(labels) > 2_000
        assert (labels["13"], labels["1310100"]) == ("東京都", "東京都 東京都２３区 千代田区")
