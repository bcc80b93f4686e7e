"""What the corrections of a broadcast say (訂正の文面), as one person reads them on its reply page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from core.i18n import language
from core.prepared import Prepared
from core.transaction import Transaction
from data.models.broadcasts import Broadcast
from services.broadcasts.marks import unmarked
from services.broadcasts.texts import OWN_FIELD, filled
from services.delivery import FIELDS

OWN = re.compile(rf"\{{{OWN_FIELD.pattern}\}}")
CORRECTIONS = Prepared(
    select(
        Broadcast.corrects_id, Broadcast.title, Broadcast.subject, Broadcast.body, Broadcast.title_en,
        Broadcast.subject_en, Broadcast.body_en, Broadcast.sent_at,
    )
    .where(Broadcast.corrects_id == func.any(bindparam("ids", type_=ARRAY(BigInteger))))
    .where(Broadcast.sent_at.is_not(None))
    .order_by(Broadcast.sent_at.desc(), Broadcast.id.desc())
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CorrectionText:
    """A correction as one person reads it."""

    subject: str
    body: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction as it was sent, in both languages."""

    title: str
    subject: str
    body: str
    title_en: str
    subject_en: str
    body_en: str
    sent_at: datetime

    def said(self, values: Mapping[str, str]) -> CorrectionText:
        """Return it in the current language with its fields filled; those that ``values`` lacks are left out."""
        english = language() == "en"
        title = self.title_en or self.title if english else self.title
        known = {**dict.fromkeys(FIELDS, ""), **values, "title": unmarked(title)}
        subject = filled(self.subject_en or self.subject if english else self.subject, known)
        body = filled(self.body_en or self.body if english else self.body, known)
        return CorrectionText(OWN.sub("", subject), OWN.sub("", body).strip(), self.sent_at)


def corrected_by(tx: Transaction, broadcast_ids: Sequence[int]) -> dict[int, list[Corrected]]:
    """Return the corrections that were sent of these broadcasts, the latest first."""
    found: dict[int, list[Corrected]] = {one: [] for one in broadcast_ids}
    for first, *said in tx.rows(CORRECTIONS, ids=list(broadcast_ids)) if broadcast_ids else ():
        found[first].append(Corrected(*said))
    return found
