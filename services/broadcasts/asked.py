"""Who is asked what by a link (回答画面, D13): many links are looked up in one query."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from core.i18n import language
from core.prepared import Prepared
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState, Recipient
from data.models.delivery import Delivery, Mailing
from data.models.people import Person
from data.models.setup import Organisation
from services import delivery
from services.broadcasts.corrected import Corrected, CorrectionText, corrected_by
from services.broadcasts.questions import QuestionRow

ANSWERABLE_FOR = timedelta(days=180)
"""A link answers this long after the sending, if nobody closes the broadcast before."""

ANSWERABLE = (BroadcastState.SENDING, BroadcastState.STOPPED, BroadcastState.OPEN)
MOST_KNOWN = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """A person asked by a broadcast, as the reply page needs it; ``delivery_id`` is the mail whose link was opened."""

    delivery_id: int
    broadcast_id: int
    version: int
    """Of the broadcast: what it says and asks is the same as long as this is."""

    person_id: int
    person: str
    language: str
    organisation: str
    kind: BroadcastKind
    title: str
    introduction: str
    questions: list[QuestionRow]
    answerable: bool
    latest_answer: dict[str, Any] | None
    latest_at: datetime | None
    by_phone: bool
    """The latest answer was entered by the office, as the person said it."""

    title_en: str
    introduction_en: str
    corrected: Sequence[Corrected]

    @property
    def shown_title(self) -> str:
        """Return the title in the current language."""
        return self.title_en or self.title if language() == "en" else self.title

    @property
    def shown_introduction(self) -> str:
        """Return what stands above the questions, in the current language."""
        return self.introduction_en or self.introduction if language() == "en" else self.introduction

    @property
    def corrections(self) -> list[CorrectionText]:
        """Return what was put right meanwhile, the latest first, in the current language."""
        return [one.said({"name": self.person, "organisation": self.organisation}) for one in self.corrected]

    @property
    def is_drill(self) -> bool:
        """Say whether the page has to say that it is a drill."""
        return self.kind is BroadcastKind.DRILL

    @property
    def is_test(self) -> bool:
        """Say whether the page has to say that nothing has happened."""
        return self.kind is BroadcastKind.TEST


@dataclass(frozen=True)
class Said:
    """What a broadcast says and asks, in one version."""

    version: int
    kind: BroadcastKind
    title: str
    introduction: str
    questions: list[QuestionRow]
    title_en: str
    introduction_en: str
    corrected: Sequence[Corrected]


@dataclass
class Known:
    """What was read of broadcasts before: a newer version is read again; the least used is forgotten."""

    said: OrderedDict[int, Said] = field(default_factory=OrderedDict)

    def of(self, tx: Transaction, versions: Mapping[int, int]) -> Mapping[int, Said]:
        """Return what these broadcasts say by number, each in this version or a newer one."""
        stale = [one for one, version in versions.items() if one not in self.said or self.said[one].version < version]
        rows = tx.rows(SAYS, ids=stale) if stale else []
        corrected = corrected_by(tx, [row.id for row in rows if row.corrected_at is not None])
        for row in rows:
            questions = [QuestionRow.model_validate(question) for question in row.questions]
            self.said[row.id] = Said(
                row.version, row.kind, row.title, row.introduction, questions, row.title_en, row.introduction_en,
                corrected.get(row.id, ()),
            )  # fmt: skip
        found = {one: self.said[one] for one in versions if one in self.said}
        for one in found:
            self.said.move_to_end(one)
        while len(self.said) > MOST_KNOWN:
            self.said.popitem(last=False)
        return found


def answerable(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition on ``broadcast`` that holds while answers are taken."""
    # Not IN, which SQLAlchemy writes anew each time: a statement with this can be prepared.
    return and_(or_(*[Broadcast.state == state for state in ANSWERABLE]), Broadcast.sent_at > now - ANSWERABLE_FOR)


IDS = bindparam("ids", type_=ARRAY(BigInteger))
SAYS = Prepared(
    select(
        Broadcast.id,
        Broadcast.version,
        Broadcast.kind,
        Broadcast.title,
        Broadcast.introduction,
        Broadcast.questions,
        Broadcast.title_en,
        Broadcast.introduction_en,
        Broadcast.corrected_at,
    ).where(Broadcast.id == func.any(IDS))
)
ASKED = Prepared(
    select(
        Delivery.id, Delivery.person_id, Broadcast.id.label("broadcast_id"), Broadcast.version, Broadcast.state,
        Broadcast.sent_at, Recipient.latest_answer, Recipient.latest_at, Recipient.latest_by, Person.family_name,
        Person.given_name, Person.language,
        select(Organisation.name).where(Organisation.id == 1).scalar_subquery().label("organisation"),
    )
    .select_from(Delivery)
    .join(Mailing, Mailing.id == Delivery.mailing_id)
    .join(Broadcast, Broadcast.id == Mailing.broadcast_id)
    .join(Recipient, and_(Recipient.broadcast_id == Broadcast.id, Recipient.person_id == Delivery.person_id))
    .join(Person, Person.id == Delivery.person_id)
    .where(Delivery.id == func.any(IDS))
)  # fmt: skip


def find_asked(tx: Transaction, token: str) -> Asked | None:
    """Return who was asked what by the link with this token, or None if we never sent such a link."""
    delivery_id = delivery.verify(token)
    return None if delivery_id is None else find_all_asked(tx, [delivery_id], Known()).get(delivery_id)


def find_all_asked(tx: Transaction, delivery_ids: Sequence[int], known: Known) -> dict[int, Asked]:
    """Return who was asked what by the mails of these numbers, which are proven; those that are gone are left out."""
    rows = tx.rows(ASKED, ids=list(delivery_ids))
    said = known.of(tx, {row.broadcast_id: row.version for row in rows})
    oldest = tx.now - ANSWERABLE_FOR
    return {row.id: _asked(row, said[row.broadcast_id], oldest) for row in rows if row.broadcast_id in said}


def _asked(row: Any, said: Said, oldest: datetime) -> Asked:
    return Asked(
        delivery_id=row.id,
        broadcast_id=row.broadcast_id,
        version=said.version,
        person_id=row.person_id,
        person=f"{row.family_name} {row.given_name}".strip(),
        language=row.language,
        organisation=row.organisation or "",
        kind=said.kind,
        title=said.title,
        introduction=said.introduction,
        questions=said.questions,
        answerable=row.state in ANSWERABLE and row.sent_at > oldest,
        latest_answer=row.latest_answer,
        latest_at=row.latest_at,
        by_phone=row.latest_by is not None,
        title_en=said.title_en,
        introduction_en=said.introduction_en,
        corrected=said.corrected,
    )
