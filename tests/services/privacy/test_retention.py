"""How long data is kept (services/privacy): each kind to the day, in parts, and under the rule that was set."""

from datetime import timedelta

import pytest
from sqlalchemy import exists, func, or_, select

from core import clock, seals
from core.audit import AuditPersonal, AuditRecord
from core.errors import Conflict, Invalid, NotFound
from core.inputs import Nothing
from core.progress import Work
from core.retention import kinds
from data.models.access import SignInSession, SignInTry
from data.models.applications import ApplicationState, ProfileApplication
from data.models.broadcasts import Broadcast, Recipient
from data.models.changes import Change, ChangeSet
from data.models.delivery import Delivery, LocalMail, LocalSms, Mailing
from data.models.desk import FormDraft
from data.models.directory import DirectoryRunRow
from data.models.invitations import Invitation
from data.models.people import ContactPoint, PeopleImport, PeopleImportPart, PeopleImportRow, Person
from data.models.registration import ContactClaim
from data.models.registration_guides import RegistrationGuide
from services.people import retire_people
from services.people.retire import Several
from services.privacy import DueAsk, RetentionDays, due, retention, set_retention
from services.privacy.rules import days_that_hold
from tests.services.privacy.traces import somebody

WHAT_IS_LEFT = {
    "access.sessions": select(func.count()).select_from(SignInSession),
    "access.tries": select(func.count()).select_from(SignInTry),
    "applications.decided": select(func.count()).where(ProfileApplication.state == ApplicationState.APPROVED),
    "audit.personal": select(func.count()).select_from(AuditPersonal),
    "broadcasts.answers": select(func.count()).where(Recipient.latest_answer.is_not(None)),
    "changes.values": select(func.count()).where(Change.after.is_not(None)),
    "delivery.addresses": select(func.count()).where(Delivery.address != ""),
    "delivery.mailbox": select(
        select(func.count()).select_from(LocalMail).scalar_subquery()
        + select(func.count()).select_from(LocalSms).scalar_subquery()
    ),
    "desk.drafts": select(func.count()).select_from(FormDraft),
    "invitations.invitations": select(func.count()).select_from(Invitation),
    "registration.claims": select(func.count()).select_from(ContactClaim),
    "registration.guides": select(func.count()).select_from(RegistrationGuide),
    "directory.runs": select(func.count()).select_from(DirectoryRunRow),
    "people.imports": select(func.count()).where(
        or_(func.length(PeopleImport.content) > 0, exists().where(PeopleImportPart.import_id == PeopleImport.id))
    ),
    "setup.works": select(func.count()).where(Work.finished_at.is_not(None)),
    "people.retired": select(func.count()).where(Person.erased_at.is_(None), Person.retired_at.is_not(None)),
}
"""By kind, what counts the rows of it that still say something."""


@pytest.fixture
def gone(tx, administrator, cast, acting):
    """Somebody who left traces everywhere, then left; the trail is sealed."""
    person = somebody(tx, administrator, cast, acting)
    retire_people(administrator, Several(person_ids=[person.id]))
    seals.seal(tx, everything=True)
    return person


def left(tx, kind):
    return tx.scalar(WHAT_IS_LEFT[kind.name])


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
class TestKind:
    def test_is_kept_to_its_day_and_then_erased_in_parts(self, tx, gone, kind):
        there = left(tx, kind)
        assert there
        # Sessions are counted from their end, which is days after now.
        later = tx.now + timedelta(days=40 if kind.name == "access.sessions" else 0, seconds=1)
        assert kind.count(tx, tx.now - timedelta(seconds=1)) == kind.step(tx, tx.now - timedelta(seconds=1), 100) == 0
        assert left(tx, kind) == there
        assert kind.count(tx, later) >= there
        parts = 0
        while kind.step(tx, later, 1):
            parts += 1
        assert parts >= there
        assert (left(tx, kind), kind.count(tx, later)) == (0, 0)

    def test_says_what_it_is(self, kind):
        assert kind.title
        assert 0 < kind.least <= kind.days


def test_every_kind_is_tried():
    assert set(WHAT_IS_LEFT) == {kind.name for kind in kinds()}


def test_what_is_counted_and_who_did_it_stays(tx, gone):
    after = tx.now + timedelta(days=400)
    records = tx.scalar(select(func.count()).select_from(AuditRecord))
    for kind in kinds():
        while kind.step(tx, after, 5_000):
            pass
    assert tx.scalar(select(func.count()).select_from(AuditRecord)) == records
    assert list(seals.verify(tx)) == []
    answer = tx.execute(select(Recipient)).scalar_one()
    assert (answer.latest_at, answer.answers) == (tx.now, 1)
    assert tx.scalar(select(func.count()).where(Broadcast.answers_erased_at.is_not(None))) == 1
    assert tx.scalar(select(func.count()).where(Mailing.addresses_erased_at.is_not(None))) == 1
    assert tx.scalar(select(func.count()).where(ChangeSet.erased_at.is_(None))) == 1, "the erasing itself is younger"
    assert tx.scalar(select(func.count()).select_from(PeopleImportRow)) == 0
    assert tx.scalar(select(func.count()).where(ContactPoint.person_id == gone.id)) == 0


class TestRule:
    def test_holds_instead_of_the_default(self, tx, administrator, cast):
        standing = {row.kind: row for row in retention(administrator, Nothing())}
        assert standing["desk.drafts"].days == 30
        saved = set_retention(administrator, RetentionDays(kind="desk.drafts", days=7, version=0))
        assert (saved.days, saved.version) == (7, 1)
        assert days_that_hold(tx) == {**{kind.name: kind.days for kind in kinds()}, "desk.drafts": 7}
        note = tx.scalar(select(AuditRecord.changes).where(AuditRecord.process == "privacy.set_retention"))
        assert note == [{"subject": "retention_rule:desk.drafts", "before": {"days": 30}, "after": {"days": 7}}]

    def test_is_not_shorter_than_the_least_and_nobody_overwrites_another(self, administrator, cast):
        with pytest.raises(Invalid):
            set_retention(administrator, RetentionDays(kind="audit.personal", days=364))
        set_retention(administrator, RetentionDays(kind="audit.personal", days=365))
        with pytest.raises(Conflict):
            set_retention(administrator, RetentionDays(kind="audit.personal", days=400, version=0))
        with pytest.raises(NotFound):
            set_retention(administrator, RetentionDays(kind="nothing", days=400))

    def test_can_be_looked_at_before_it_is_set(self, administrator, gone):
        with clock.frozen(administrator.now + timedelta(days=10)):
            later = type(administrator)(administrator.session, administrator.actor)
            assert [due(later, DueAsk(kind="desk.drafts", days=days)).count for days in (9, 11)] == [3, 0]
