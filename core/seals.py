"""Seals over the audit trail (N09 操作履歴の封印): who changes, removes or slips in a record afterwards is found out.

A minute after they were committed, records are hashed one by one, and each seal covers these hashes and the seal before
it. Writers never wait: a record belongs to no seal until the sealer finds it, whatever order transactions end in. Kept
outside (``manage.py audit seals``), seals also show that the end of the trail was cut off.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Select, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from core.actor import Actor
from core.audit import AuditPersonal, AuditRecord, hash_of
from core.database import Base, transaction
from core.i18n import N_, _
from core.jobs import job
from core.settings import settings
from core.transaction import Transaction

MOST = 10_000
"""Records in one seal."""

LATE = timedelta(hours=1)
"""So long after its id was given a record may still be committed; a nightly look finds what took longer."""

KEEP_EVERY = timedelta(days=31)
"""So often seals should be taken to another place."""

NOTE = "audit-seals.printed"
VERIFY_SECONDS = 3_600
LOCK = 7_236_846  # any number of our own: one sealer at a time, or the chain would fork

_HASH = """sha256(convert_to(jsonb_build_array(
    record.id, to_char(record.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), record.account_id, record.actor,
    record.cause, record.process, record.subject, record.input, record.personal_hash, record.changes)::text, 'UTF8'))"""
# The hashes alone go into the SQL below, never a value.
_SEAL = text(f"""
    WITH found AS (
        SELECT record.id, {_HASH} AS hash FROM audit_record AS record
        WHERE record.id > :after AND NOT EXISTS (SELECT 1 FROM audit_sealed WHERE record_id = record.id)
        ORDER BY record.id LIMIT :most
    ), seal AS (
        INSERT INTO audit_seal (at, records, last_id, hash)
        SELECT :now, count(*), max(id), sha256(CAST(:before AS bytea) || string_agg(hash, ''::bytea ORDER BY id))
        FROM found HAVING count(*) > 0
        RETURNING id
    )
    INSERT INTO audit_sealed (record_id, seal_id, hash) SELECT found.id, seal.id, found.hash FROM found, seal
""")  # noqa: S608
_CHANGED = text(f"""
    SELECT record_id, record.id IS NULL FROM audit_sealed AS sealed
    LEFT JOIN audit_record AS record ON record.id = record_id
    WHERE record.id IS NULL OR sealed.hash <> {_HASH} ORDER BY record_id
""")  # noqa: S608
_BROKEN = text("""
    SELECT seal.id FROM (SELECT id, hash, records, lag(hash, 1, ''::bytea) OVER (ORDER BY id) AS before
                         FROM audit_seal) AS seal
    LEFT JOIN LATERAL (SELECT count(*) AS records, string_agg(hash, ''::bytea ORDER BY record_id) AS hashes
                       FROM audit_sealed WHERE seal_id = seal.id) AS found ON true
    WHERE found.records <> seal.records OR seal.hash IS DISTINCT FROM sha256(seal.before || found.hashes)
    ORDER BY seal.id
""")


class AuditSeal(Base):
    """One seal: ``hash`` covers the seal before it and the hashes of its records in the order of their ids."""

    __tablename__ = "audit_seal"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    records: Mapped[int]
    last_id: Mapped[int]
    hash: Mapped[bytes]


class AuditSealed(Base):
    """The hash of one record as it was sealed. No foreign key: it stays when somebody removes the record."""

    __tablename__ = "audit_sealed"

    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seal_id: Mapped[int] = mapped_column(ForeignKey("audit_seal.id"), index=True)
    hash: Mapped[bytes]


@dataclass(frozen=True)
class Finding:
    """What is wrong with the trail, in words for the person who runs the check."""

    message: str
    number: int

    @property
    def text(self) -> str:
        """Return the sentence in the current language."""
        return _(self.message, number=self.number)


def seal(tx: Transaction, *, everything: bool = False) -> int:
    """Seal what was committed and is not sealed yet; return how many records that were."""
    tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    after = 0 if everything else _sealed_for_sure(tx)
    sealed = 0
    while True:
        before = tx.scalar(select(AuditSeal.hash).order_by(AuditSeal.id.desc()).limit(1)) or b""
        found = tx.changed_rows(_SEAL, {"after": after, "most": MOST, "now": tx.now, "before": before})
        sealed += found
        if found < MOST:
            return sealed


def unsealed(tx: Transaction) -> Select[int]:
    """Return the statement for the ids of records that should have been sealed long ago."""
    there = select(AuditSealed.record_id).where(AuditSealed.record_id == AuditRecord.id)
    return select(AuditRecord.id).where(AuditRecord.at < tx.now - LATE, ~there.exists())


def note_kept() -> None:
    """Note in this installation's folder that seals were printed, for the doctor."""
    note = settings().home / NOTE
    note.parent.mkdir(parents=True, exist_ok=True)
    note.touch()


def last_kept() -> datetime | None:
    """Return when seals were last printed on this machine; None: never."""
    note = settings().home / NOTE
    return datetime.fromtimestamp(note.stat().st_mtime, UTC) if note.exists() else None


def verify(tx: Transaction, kept: Mapping[int, str] | None = None) -> Iterator[Finding]:
    """Compare the whole trail with its seals, and the seals with those ``kept`` outside (number → hash in hex)."""
    for number, gone in tx.execute(_CHANGED):
        yield Finding(N_("Record {number} is gone.") if gone else N_("Record {number} was altered."), number)
    for (number,) in tx.execute(_BROKEN):
        yield Finding(N_("Seal {number} does not fit its records and the seal before it."), number)
    for (number,) in tx.execute(unsealed(tx).order_by(AuditRecord.id)):
        yield Finding(N_("Record {number} was never sealed: was no worker running, or was it slipped in?"), number)
    for number in _altered_personal(tx):
        yield Finding(N_("The personal values of record {number} were altered."), number)
    there = {one.number: one.hash for one in seals(tx)} if kept else {}
    for number, known in (kept or {}).items():
        if there.get(number) != known:
            yield Finding(N_("Seal {number} is not the one that was kept outside."), number)


@dataclass(frozen=True)
class Seal:
    """A seal as it is kept outside; ``hash`` in hex."""

    number: int
    at: datetime
    records: int
    hash: str


def seals(tx: Transaction) -> Iterator[Seal]:
    """Return all seals, the oldest first."""
    for one in tx.session.scalars(select(AuditSeal).order_by(AuditSeal.id).execution_options(yield_per=1_000)):
        yield Seal(one.id, one.at, one.records, one.hash.hex())


def _sealed_for_sure(tx: Transaction) -> int:
    older = select(func.max(AuditSeal.last_id)).where(AuditSeal.at < tx.now - LATE)
    return tx.scalar(older) or 0


def _altered_personal(tx: Transaction) -> Iterator[int]:
    rows: Iterator[Any] = iter(
        tx.execute(
            select(AuditRecord.id, AuditRecord.personal_hash, AuditPersonal.values)
            .join(AuditPersonal, AuditPersonal.record_id == AuditRecord.id)
            .order_by(AuditRecord.id)
            .execution_options(yield_per=1_000)
        )
    )
    return (row.id for row in rows if hash_of(row.values) != row.personal_hash)


@job("core.seal_audit", periodic="* * * * *")
def seal_audit() -> None:
    """Seal what the last minute brought."""
    with transaction(Actor.system("seal")) as tx:
        seal(tx)


@job("core.seal_late_audit", periodic="43 18 * * *")
def seal_late_audit() -> None:
    """Seal, once a night, what was committed very late."""
    with transaction(Actor.system("seal"), statement_seconds=VERIFY_SECONDS) as tx:
        seal(tx, everything=True)
