"""Adding and changing people by hand."""

import pytest
from sqlalchemy import select

from core.audit import AuditPersonal, AuditRecord
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from core.inputs import validated
from data.models.access import Account, AccountStatus
from data.models.broadcasts import Broadcast, BroadcastKind
from data.models.delivery import Delivery, DeliveryState, Mailing
from data.models.people import ContactKind, ContactPoint, ContactState, Person
from services.people import add_person, edit_person, show_person
from services.people.fields import EditedPerson, PersonFields
from services.people.show import PersonAsk
from tests.factories import actor_of, make_person
from tests.services.people.asks import editable


def new(**values):
    """Return what a form sends for a new person."""
    return validated(PersonFields, {"code": "N1", "family_name": "髙橋", "given_name": "①郎", **values})


class TestAdd:
    def test_stores_everything_in_the_writing_that_is_kept(self, administrator, cast, tx):
        ask = new(
            family_kana="ﾀｶﾊｼ", given_kana="いちろう", department_id=cast.branch.id,
            other_department_ids=[cast.general_affairs.id, cast.branch.id], area_codes=["1310100", "350"],
            mail1="Ichiro@EXAMPLE.co.jp", mail2="ｉ＠example.jp",
            mobile="０９０－１２３４－５６７８", login="Ichiro", language="en",
        )  # fmt: skip
        saved = add_person(administrator, ask)
        found = show_person(administrator, PersonAsk(id=saved.id))
        assert (found.name, found.family_kana, found.given_kana) == ("髙橋 ①郎", "タカハシ", "イチロウ")
        assert [(place.full_name, place.main) for place in found.departments] == [
            ("支社", True),
            ("本社 / 総務部", False),
        ]
        assert [region.code for region in found.regions] == ["1310100", "350"]
        assert (found.mail1, found.mail2, found.mobile) == ("Ichiro@example.co.jp", "i@example.jp", "090-1234-5678")
        assert tx.scalar(select(ContactPoint.value).where(ContactPoint.value.startswith("+81"))) == "+819012345678"
        assert (found.login, found.account_status, found.language) == ("ichiro", AccountStatus.INVITED, "en")

    def test_is_refused_without_permission(self, acting, cast, tx):
        with pytest.raises(NotAllowed):
            add_person(acting(actor_of(tx, cast.staff)), new())

    def test_a_limited_reach_needs_a_department_within_it(self, limited, cast):
        with pytest.raises(Refused):
            add_person(limited("people.add"), new())
        with pytest.raises(NotFound):
            add_person(limited("people.add"), new(department_id=cast.branch.id))
        assert add_person(limited("people.add"), new(department_id=cast.general_affairs.id)).id

    @pytest.mark.parametrize(("field", "value"), [("code", "T77"), ("mail2", "taken@example.jp"), ("login", "admin")])
    def test_what_belongs_to_somebody_else_is_refused_at_its_field(self, administrator, tx, field, value):
        make_person(tx, code="T77", mail="taken@example.jp")
        with pytest.raises(Invalid) as caught:
            add_person(administrator, new(**{field: value}))
        assert set(caught.value.fields) == {field}

    def test_a_retired_persons_address_is_free(self, administrator, tx):
        make_person(tx, mail="free@example.jp").retired_at = tx.now
        assert add_person(administrator, new(mail1="free@example.jp")).id

    def test_an_unknown_region_is_refused(self, administrator):
        with pytest.raises(Invalid) as caught:
            add_person(administrator, new(area_codes=["9999999"]))
        assert "area_codes" in caught.value.fields

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("family_name", ""), ("family_name", "=cmd|' /C calc'!A0"), ("code", "=1+1"), ("code", "1.2E+05"),
            ("code", "A 1"), ("given_name", "花\n子"), ("family_kana", "漢字"), ("mail1", "nobody"), ("mail1", "a@b"),
            ("mail1", "日本@example.jp"), ("mobile", "03-1234-5678"), ("mobile", "090-1234-567"), ("mobile", "でんわ"),
            ("language", "fr"), ("family_name", "あ" * 101),
        ],
    )  # fmt: skip
    def test_what_cannot_be_used_gets_a_sentence_at_its_field(self, field, value):
        with pytest.raises(Invalid) as caught:
            new(**{field: value})
        assert set(caught.value.fields) == {field}
        assert caught.value.fields[field]

    def test_its_record_keeps_names_in_the_erasable_part(self, administrator, tx):
        saved = add_person(administrator, new(mail1="a@example.jp"))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "people.add")).scalar_one()
        assert record.subject == f"person:{saved.id}"
        assert "family_name" not in record.input
        assert tx.get(AuditPersonal, record.id).values["mail1"] == "a@example.jp"


class TestEdit:
    def test_changes_what_is_given_and_clears_what_is_empty(self, administrator, cast, tx):
        person = make_person(tx, "旧姓", "花子", cast.branch, mail="a@example.jp", mobile="+819012345678", area="350")
        ask = editable(
            administrator, person, family_name="新姓", mail1="", mail2="b@example.jp", mobile="", area_codes=[]
        )
        saved = edit_person(administrator, ask)
        found = show_person(administrator, PersonAsk(id=person.id))
        assert (saved.version, found.version, found.name) == (2, 2, "新姓 花子")
        assert (found.mail1, found.mobile, found.regions, found.department_id) == (
            "b@example.jp",
            "",
            [],
            cast.branch.id,
        )

    def test_an_address_that_stays_keeps_what_is_known_of_it(self, administrator, tx):
        person = make_person(tx, mail="a@example.jp")
        point = tx.scalar(select(ContactPoint).where(ContactPoint.person_id == person.id))
        point.state, point.reason = ContactState.DEAD, "550"
        edit_person(administrator, editable(administrator, person, mail2="b@example.jp"))
        found = show_person(administrator, PersonAsk(id=person.id)).contacts
        assert [(one.value, one.state) for one in found] == [
            ("a@example.jp", ContactState.DEAD),
            ("b@example.jp", ContactState.UNTRIED),
        ]

    def test_is_refused_without_permission(self, acting, cast, tx, administrator):
        ask = editable(administrator, cast.far)
        with pytest.raises(NotAllowed):
            edit_person(acting(actor_of(tx, cast.staff)), ask)

    def test_out_of_reach_is_as_if_it_were_not_there(self, manager, administrator, cast):
        with pytest.raises(NotFound):
            edit_person(manager, editable(administrator, cast.far))

    def test_the_second_one_to_save_is_told_who_was_first(self, manager, administrator, cast):
        ask = editable(administrator, cast.staff, given_name="二")
        edit_person(administrator, ask)
        with pytest.raises(Conflict, match="管理 花子"):
            edit_person(manager, ask)

    def test_departments_out_of_reach_are_neither_added_nor_removed(self, manager, administrator, cast):
        both = [cast.branch.id]
        with pytest.raises(NotFound):
            edit_person(manager, editable(administrator, cast.staff, other_department_ids=both))
        edit_person(administrator, editable(administrator, cast.staff, other_department_ids=both))
        with pytest.raises(NotFound):
            edit_person(manager, editable(administrator, cast.staff, other_department_ids=[]))
        with pytest.raises(Refused):
            edit_person(
                manager, editable(administrator, cast.staff, department_id=cast.branch.id, other_department_ids=[])
            )

    def test_a_retired_department_cannot_be_chosen_but_may_stay(self, administrator, cast, tx):
        cast.branch.retired_at = tx.now
        edit_person(administrator, editable(administrator, cast.far, given_name="五郎"))
        with pytest.raises(NotFound):
            edit_person(administrator, editable(administrator, cast.staff, department_id=cast.branch.id))

    def test_a_new_login_renames_the_account_and_none_leaves_it(self, administrator, cast, tx):
        edit_person(administrator, editable(administrator, cast.staff, login="Renamed"))
        assert tx.scalar(select(Account.login).where(Account.person_id == cast.staff.id)) == "renamed"
        edit_person(administrator, editable(administrator, cast.staff, login=""))
        assert tx.scalar(select(Account.status).where(Account.person_id == cast.staff.id)) is AccountStatus.ACTIVE

    def test_no_new_mail_address_for_who_may_do_more(self, manager, cast, tx):
        """To a mail address goes the link for a new password: whoever sets it has the account."""
        tx.add(ContactPoint(person_id=cast.administrator.id, kind=ContactKind.MAIL, value="boss@example.jp"))
        with pytest.raises(Refused):
            edit_person(manager, editable(manager, cast.administrator, mail2="mine@example.jp"))
        tx.session.expire_all()
        edit_person(manager, editable(manager, cast.administrator, given_name="華子"))
        edit_person(manager, editable(manager, cast.staff, mail1="staff@example.jp"))
        edit_person(manager, editable(manager, cast.manager, mail1="own@example.jp"))
        edit_person(manager, editable(manager, cast.administrator, mail1=""))

    def test_its_record_says_which_fields_changed(self, administrator, cast, tx):
        edit_person(administrator, editable(administrator, cast.staff, given_kana="サブロー", language="en"))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "people.edit")).scalar_one()
        assert record.changes[0]["after"] == ["given_kana", "language", "version"]


class TestShow:
    def test_is_refused_without_permission_and_out_of_reach(self, acting, manager, cast, tx):
        with pytest.raises(NotAllowed):
            show_person(acting(actor_of(tx, cast.staff)), PersonAsk(id=cast.staff.id))
        with pytest.raises(NotFound):
            show_person(manager, PersonAsk(id=cast.far.id))

    def test_a_form_made_from_it_changes_nothing(self, administrator, cast, tx):
        edit_person(administrator, editable(administrator, cast.staff))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "people.edit")).scalar_one()
        assert record.changes[0]["after"] == ["version"]
        assert isinstance(tx.get(Person, cast.staff.id), Person)
        assert EditedPerson.model_fields.keys() >= PersonFields.model_fields.keys()


class TestAddressesInTheLedger:
    def test_may_go_while_the_ledger_keeps_what_was_sent_to_them(self, administrator, tx, cast):
        person = make_person(tx, mail="a@example.jp")
        tx.add(ContactPoint(person_id=person.id, kind=ContactKind.MAIL, value="b@example.jp"))
        tx.add(
            Broadcast(
                kind=BroadcastKind.TEST, title="訓練", subject="訓練", body="", questions=[], audience={},
                created_at=tx.now, asked=1,
            )
        )  # fmt: skip
        broadcast = tx.scalar(select(Broadcast.id))
        tx.add(Mailing(broadcast_id=broadcast, round=0, subject="", body="", constants={}, created_at=tx.now))
        mailing = tx.scalar(select(Mailing.id))
        points = tx.execute(select(ContactPoint).where(ContactPoint.person_id == person.id)).scalars().all()
        tx.add_all([
            Delivery(mailing_id=mailing, person_id=person.id, contact_point_id=point.id, channel="mail",
                     address=point.value, state=DeliveryState.ACCEPTED, updated_at=tx.now)
            for point in points
        ])  # fmt: skip
        edit_person(administrator, editable(administrator, person, mail1="", mail2=""))
        addresses = tx.execute(select(Delivery.address).order_by(Delivery.address)).scalars().all()
        assert addresses == ["a@example.jp", "b@example.jp"]
