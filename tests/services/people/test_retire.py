"""People who leave and come back."""

import pytest
from sqlalchemy import func, select

from core.audit import AuditRecord
from core.errors import Invalid, NotAllowed, NotFound, Refused
from core.inputs import validated
from data.models.access import Account, AccountStatus, SignInSession
from data.models.people import Membership, Person
from services.access import start_session
from services.people import reinstate_people, retire_people, show_person
from services.people.retire import Several
from services.people.show import PersonAsk
from tests.factories import make_account, make_person


def several(*people):
    return Several(person_ids=[person.id for person in people])


def main_of(person):
    return select(Membership.department_id).where(Membership.person_id == person.id, Membership.main)


class TestRetire:
    def test_retires_several_and_ends_their_sessions(self, administrator, cast, tx):
        account = tx.scalar(select(Account).where(Account.person_id == cast.staff.id))
        start_session(tx, account.id)
        assert retire_people(administrator, several(cast.staff, cast.far)).count == 2
        assert tx.scalar(select(func.count()).where(Person.retired_at == administrator.now)) == 2
        tx.session.expire_all()
        assert account.status is AccountStatus.STOPPED
        assert tx.scalar(select(SignInSession.revoked_at).where(SignInSession.account_id == account.id)) is not None

    def test_twice_is_counted_once(self, administrator, cast):
        retire_people(administrator, several(cast.far))
        assert retire_people(administrator, several(cast.far)).count == 0

    def test_is_refused_without_permission(self, staff, cast):
        with pytest.raises(NotAllowed):
            retire_people(staff, several(cast.far))

    def test_one_out_of_reach_refuses_all(self, limited, cast, tx):
        with pytest.raises(NotFound):
            retire_people(limited("people.retire"), several(cast.staff, cast.far))
        assert tx.scalar(select(func.count()).where(Person.retired_at.is_not(None))) == 0

    def test_nobody_retires_themselves(self, administrator, cast):
        with pytest.raises(Refused):
            retire_people(administrator, several(cast.administrator))

    def test_nobody_retires_somebody_who_may_do_more(self, limited, cast):
        with pytest.raises(Refused):
            retire_people(limited("people.retire"), several(cast.administrator))

    def test_the_last_administrator_stays(self, tx, cast):
        with pytest.raises(Refused):
            retire_people(tx, several(cast.administrator))

    def test_nobody_at_all_is_refused(self):
        with pytest.raises(Invalid):
            validated(Several, {"person_ids": []})

    def test_its_record_names_them(self, administrator, cast, tx):
        retire_people(administrator, several(cast.far))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "people.retire")).scalar_one()
        assert record.changes == [{"subject": "people", "before": None, "after": [f"person:{cast.far.id}"]}]


class TestReinstate:
    def test_takes_people_back_without_retired_departments_and_leaves_accounts_stopped(self, administrator, cast, tx):
        person = make_person(tx, department=cast.branch)
        make_account(tx, person)
        retire_people(administrator, several(person))
        cast.branch.retired_at = tx.now
        assert reinstate_people(administrator, several(person)).count == 1
        found = show_person(administrator, PersonAsk(id=person.id))
        assert (found.retired_at, found.departments, found.account_status) == (None, [], AccountStatus.STOPPED)

    def test_who_lost_the_main_department_gets_another_one(self, administrator, cast, tx):
        person = make_person(tx, department=cast.branch)
        for place in (cast.general_affairs, cast.head_office):
            tx.add(Membership(person_id=person.id, department_id=place.id, main=False))
        retire_people(administrator, several(person))
        cast.branch.retired_at = tx.now
        reinstate_people(administrator, several(person))
        found = show_person(administrator, PersonAsk(id=person.id))
        assert [place.id for place in found.departments] == [cast.head_office.id, cast.general_affairs.id]
        assert tx.scalar(main_of(person)) == cast.head_office.id

    def test_is_refused_without_permission_and_out_of_reach(self, staff, limited, cast):
        with pytest.raises(NotAllowed):
            reinstate_people(staff, several(cast.far))
        with pytest.raises(NotFound):
            reinstate_people(limited("people.reinstate"), several(cast.far))

    def test_an_address_that_somebody_else_has_by_now_is_refused(self, administrator, tx):
        old = make_person(tx, "先代", mail="a@example.jp")
        retire_people(administrator, several(old))
        make_person(tx, mail="A@example.jp")  # no mail server tells them apart
        with pytest.raises(Refused, match="先代"):
            reinstate_people(administrator, several(old))

    def test_two_who_shared_an_address_do_not_come_back_together(self, administrator, tx):
        both = [make_person(tx, mail="a@example.jp") for _ in range(2)]
        for person in both:
            person.retired_at = tx.now
        tx.session.flush()
        with pytest.raises(Refused):
            reinstate_people(administrator, several(*both))

    def test_is_recorded(self, administrator, cast, tx):
        reinstate_people(administrator, several(cast.far))
        assert tx.scalar(select(AuditRecord.id).where(AuditRecord.process == "people.reinstate"))
