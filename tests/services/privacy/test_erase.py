"""Erasing who a person was (services/privacy/erase.py): everywhere, for good, and the trail stays verifiable."""

import pytest
from sqlalchemy import func, select

from core import seals
from core.audit import AuditPersonal, AuditRecord
from core.errors import Invalid, NotFound, Refused
from data.models.access import Account, AccountStatus
from data.models.broadcasts import Recipient
from data.models.changes import Change, ChangeSet
from data.models.delivery import Delivery
from data.models.desk import FormDraft
from data.models.people import PeopleImport, PeopleImportPart, Person
from services.changes.planning import ERASED, make_plan
from services.people import edit_person, reinstate_people, retire_people
from services.people.fields import EditedPerson
from services.people.retire import Several
from services.privacy import ErasePerson, erase_person
from tests.factories import account_of
from tests.services.privacy.traces import found, somebody


@pytest.fixture
def gone(tx, administrator, cast, acting):
    """Somebody who left traces everywhere, then left."""
    person = somebody(tx, administrator, cast, acting)
    retire_people(administrator, Several(person_ids=[person.id]))
    return person


def erase(tx, person, typed="S-1"):
    return erase_person(tx, ErasePerson(person_id=person.id, typed=typed))


class TestErase:
    def test_nothing_in_the_whole_database_tells_who_it_was(self, tx, administrator, gone):
        tables = {table for table, _word in found(tx)}
        assert len(tables) >= 14, f"the test itself left too few traces: {sorted(tables)}"
        erase(administrator, gone)
        assert found(tx) == set()

    def test_the_trail_is_whole_and_verifiable_and_says_who_erased_whom(self, tx, administrator, cast, gone):
        records = tx.scalar(select(func.count()).select_from(AuditRecord))
        seals.seal(tx, everything=True)
        erase(administrator, gone)
        seals.seal(tx, everything=True)
        assert list(seals.verify(tx)) == []
        assert tx.scalar(select(func.count()).select_from(AuditRecord)) == records + 1
        last = tx.execute(select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1)).scalar_one()
        assert (last.process, last.subject) == ("privacy.erase_person", f"person:{gone.id}")
        assert last.actor == f"account:{account_of(tx, cast.administrator).id}"

    def test_what_others_are_counted_by_stays(self, tx, administrator, gone):
        erase(administrator, gone)
        answer = tx.execute(select(Recipient).where(Recipient.person_id == gone.id)).scalar_one()
        assert (answer.latest_answer, answer.first_answer, answer.tally) == ({"1": "無事"}, {}, "0:0")
        sent = tx.execute(select(Delivery).where(Delivery.person_id == gone.id)).scalar_one()
        assert (sent.address, sent.state.value) == ("", "failed")
        assert tx.scalar(select(func.count()).select_from(PeopleImport)) == 1, "the applied one, without its file"
        assert tx.scalar(select(func.count()).select_from(PeopleImportPart)) == 0, "a name may lie across two parts"

    def test_the_person_stays_without_a_name_and_cannot_come_back(self, tx, administrator, gone):
        erase(administrator, gone)
        tx.session.refresh(gone)
        assert (gone.code, gone.name, gone.family_kana) == (f"erased-{gone.id}", "（消去済み）", "")
        account = tx.execute(select(Account).where(Account.person_id == gone.id)).scalar_one()
        assert (account.status, account.password_hash) == (AccountStatus.STOPPED, None)
        with pytest.raises(Refused):
            reinstate_people(administrator, Several(person_ids=[gone.id]))
        with pytest.raises(Refused):
            edit_person(administrator, EditedPerson(code="S-1", family_name="一条", id=gone.id, version=gone.version))

    def test_what_was_changed_can_no_longer_be_undone_and_says_so(self, tx, administrator, gone):
        erase(administrator, gone)
        mine = select(Change.set_id).where(Change.kind == "person", Change.record_id == gone.id)
        sets = list(tx.execute(select(ChangeSet).where(ChangeSet.id.in_(mine)).order_by(ChangeSet.id)).scalars())
        assert [one.process for one in sets] == ["people.add", "people.edit", "people.retire", "privacy.erase_person"]
        for one in sets[:3]:
            assert make_plan(administrator, one).blocked["person"] == {gone.id: ERASED}

    def test_others_keep_what_is_theirs(self, tx, administrator, cast, gone):
        others = select(func.count()).select_from(AuditPersonal)
        kept = others.join(AuditRecord, AuditRecord.id == AuditPersonal.record_id)
        kept = kept.where(AuditRecord.subject == f"person:{cast.far.id}")
        before = tx.scalar(kept)
        erase(administrator, gone)
        assert tx.scalar(kept) == before == 1
        assert tx.get(Person, cast.far.id).name == "遠方 五郎"
        assert tx.scalar(select(func.count()).select_from(FormDraft)) == 0, "each of them was about her"


class TestRefused:
    def test_without_the_code_typed_once_more(self, administrator, gone):
        with pytest.raises(Invalid) as refused:
            erase(administrator, gone, typed="S-2")
        assert set(refused.value.fields) == {"typed"}

    def test_while_the_person_is_there(self, administrator, cast):
        with pytest.raises(Refused):
            erase(administrator, cast.staff, typed=cast.staff.code)

    def test_a_second_time(self, administrator, gone):
        erase(administrator, gone)
        with pytest.raises(Refused):
            erase(administrator, gone, typed=f"erased-{gone.id}")

    def test_out_of_reach(self, administrator, limited, cast):
        retire_people(administrator, Several(person_ids=[cast.far.id]))
        with pytest.raises(NotFound):
            erase(limited("privacy.erase_person"), cast.far, typed=cast.far.code)
