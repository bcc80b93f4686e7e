"""The first start: a code from the terminal, an organisation, its first administrator (N01)."""

import pytest
from sqlalchemy import func, select

from core.audit import AuditRecord
from core.errors import Invalid, NotAllowed, Refused
from core.inputs import Nothing
from core.operations import find
from data.demo import organisation as demo
from data.models.access import Account, PermissionAssignment, PermissionSet
from data.models.broadcasts import MailTemplate, QuestionForm
from data.models.people import ContactPoint, Department, Person
from data.models.safety import Rule
from data.models.setup import SetupCode
from services import access
from services.network import whole_network
from services.setup import FirstStart, StartWith, installation, new_code, start
from services.setup.code import ALPHABET, MOST_FAILURES
from tests.factories import actor_of

PASSWORD = "雨の日は家で本を読みます"


def first(code, **changed):
    """Return what the page sends."""
    typed = {
        "code": code, "start_with": StartWith.EMPTY, "organisation": "試験商事", "family_name": "最初",
        "given_name": "花子", "login": "hanako", "password": PASSWORD, "browser": "ab" * 32,
    }  # fmt: skip
    return FirstStart(**typed | changed)


def count(tx, model):
    """Count the rows of a table."""
    return tx.scalar(select(func.count()).select_from(model))


class TestStart:
    """``setup.start``."""

    def test_N01_empty_has_the_administrator_and_the_samples_only(self, tx):
        assert not installation(tx, Nothing()).ready
        assert start(tx, first(new_code(tx))).sign_in_code
        assert installation(tx, Nothing()).name == "試験商事"
        assert (count(tx, Person), count(tx, Account), count(tx, Department)) == (1, 1, 0)
        assert count(tx, MailTemplate) > 0
        assert count(tx, QuestionForm) > 0
        assert count(tx, Rule) > 0
        assert count(tx, SetupCode) == 0

    def test_the_first_administrator_may_do_everything(self, tx):
        start(tx, first(new_code(tx)))
        actor = access.actor_for(tx, tx.scalar(select(Account.id)))
        assert actor.name == "最初 花子"
        assert actor.may("people.retire", actor_what("people.retire"))

    def test_the_sample_organisation_has_its_500_people(self, tx):
        start(tx, first(new_code(tx), start_with=StartWith.SAMPLE))
        assert installation(tx, Nothing()).sample
        assert count(tx, Person) == demo.PEOPLE + 1
        assert count(tx, Department) == len(demo.department_names())
        addresses = tx.execute(select(ContactPoint.value).where(ContactPoint.kind == "mail")).scalars().all()
        assert addresses
        assert all(address.endswith(("@example.jp", "@example.com")) for address in addresses)
        managers = select(func.count(PermissionAssignment.id)).join(PermissionSet)
        assert tx.scalar(managers.where(PermissionSet.shipped == "manager")) >= 3

    @pytest.mark.parametrize(("start_with", "people"), [(StartWith.EMPTY, 1), (StartWith.SAMPLE, demo.PEOPLE + 1)])
    def test_the_contact_network_counts_everybody_at_once(self, tx, start_with, people):
        start(tx, first(new_code(tx), start_with=start_with))
        assert whole_network(tx).people == people

    def test_keeps_password_and_code_out_of_the_audit_trail(self, tx):
        code = new_code(tx)
        start(tx, first(code))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "setup.start")).scalar_one()
        assert PASSWORD not in str(record.input)
        assert code not in str(record.input)

    @pytest.mark.parametrize("writing", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "])
    def test_the_code_may_be_typed_as_people_type(self, tx, writing):
        assert start(tx, first(writing(new_code(tx)))).sign_in_code

    def test_a_wrong_code_makes_nothing_and_is_counted(self, tx):
        code = new_code(tx)
        wrong = code.replace(code[0], ALPHABET[(ALPHABET.index(code[0]) + 1) % len(ALPHABET)])
        assert start(tx, first(wrong)).sign_in_code is None
        assert count(tx, Person) == 0
        assert tx.get(SetupCode, 1).failures == 1

    def test_after_too_many_wrong_codes_the_right_one_is_refused_too(self, tx):
        code = new_code(tx)
        for _at in range(MOST_FAILURES):
            start(tx, first("AAAA-AAAA"))
        with pytest.raises(Refused, match="start it again"):
            start(tx, first(code))

    def test_is_refused_the_second_time(self, tx):
        start(tx, first(new_code(tx)))
        with pytest.raises(Refused, match="set up already"):
            start(tx, first("AAAA-AAAA"))

    def test_a_weak_password_is_refused_in_words(self, tx):
        with pytest.raises(Invalid):
            start(tx, first(new_code(tx), password="short"))

    def test_is_refused_to_whoever_is_signed_in(self, tx, acting, cast):
        with pytest.raises(NotAllowed):
            start(acting(actor_of(tx, cast.staff)), first(new_code(tx)))


def actor_what(name):
    """Return what a process is declared to need."""
    return find(name).what


def test_the_sample_is_the_same_every_time():
    before = demo.people()
    demo.people.cache_clear()
    assert demo.people() == before
    assert len({person.code for person in before}) == len(before) == demo.PEOPLE
