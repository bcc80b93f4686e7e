"""The delivery ledger (N03): a row for each person and contact point, chunks with leases, sender, local mailbox."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, mass_reference, state_column


class Channel(StrEnum):
    """By what messages reach people (送信手段)."""

    MAIL = "mail"
    SMS = "sms"
    LINE = "line"
    APP = "app"


class ProviderKind(StrEnum):
    """Who carries mail: the local mailbox (nothing leaves this machine), an SMTP server, or Amazon SES."""

    LOCAL = "local"
    SMTP = "smtp"
    SES = "ses"


class Security(StrEnum):
    """How the line to an SMTP server is protected: TLS after STARTTLS, TLS from the first byte, or not at all."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailSender(Versioned, Base):
    """Sender name and address, and the provider that carries mail (送信元設定). One row, or none: then all is default.

    ``smtp_password`` and ``ses_secret_key`` are encrypted under the installation's key. Each worker opens at most
    ``connections`` to the SMTP server; all together hand over at most ``per_second`` mails a second (empty: no limit).
    The ``test_…`` columns tell of the last test mail: ``tested_at`` is empty while the worker has not sent it; changing
    the settings forgets it.
    """

    __tablename__ = "mail_sender"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    address: Mapped[str]
    reply_to: Mapped[str] = mapped_column(default="")
    provider: Mapped[ProviderKind] = state_column(ProviderKind)
    smtp_host: Mapped[str] = mapped_column(default="")
    smtp_port: Mapped[int] = mapped_column(default=587)
    smtp_security: Mapped[Security] = state_column(Security, default=Security.STARTTLS)
    smtp_user: Mapped[str] = mapped_column(default="")
    smtp_password: Mapped[bytes | None]
    ses_region: Mapped[str] = mapped_column(default="", server_default="")
    ses_access_key_id: Mapped[str] = mapped_column(default="", server_default="")
    ses_secret_key: Mapped[bytes | None]
    ses_configuration_set: Mapped[str] = mapped_column(default="", server_default="")
    """Whose events go to the SNS topic ``ses_topic_arn``; both may be empty: then nothing is heard of mails."""

    ses_topic_arn: Mapped[str] = mapped_column(default="", server_default="")
    connections: Mapped[int] = mapped_column(default=10, server_default="10")
    per_second: Mapped[int | None]
    test_address: Mapped[str | None]
    test_asked_at: Mapped[datetime | None]
    tested_at: Mapped[datetime | None]
    test_accepted: Mapped[bool | None]
    test_word: Mapped[str | None]


class MailingState(StrEnum):
    """Sending goes on, a person stopped it, or no row is waiting or sending any more."""

    SENDING = "sending"
    STOPPED = "stopped"
    FINISHED = "finished"


class Mailing(Base):
    """One round of a broadcast: the first sending (round 0), people included later, or a reminder.

    ``subject`` and ``body`` are the skeleton; the fields ``{name}``, ``{reply_url}`` … are filled for each delivery.
    ``short_text`` is what SMS, LINE and the app say before the link; empty: the subject.
    ``constants`` are what is the same in each: ``title``, ``organisation``, and ``domain`` for the Message-IDs.
    ``channels`` are those that everybody is reached by; whom they do not reach is by the first of ``otherwise`` that
    does. ``trouble`` is the word of a provider that takes nothing at the moment; it is asked again at ``retry_at``.
    ``resting`` says by channel until when its provider is left in peace: the others go on.
    ``failed`` counts, once all was sent, what failed: to count it at each look would be dear.

    Some follow the mailing of another round by one more channel (段階的な送信, N04): ``follows`` is that round,
    ``by`` the channel, ``early`` says that it is for those whom nothing else could reach. ``capped`` counts the
    people left out because of the limit on cost. Of a mailing that others follow, ``still_to_come`` has the channels
    that had no turn yet.
    ``again``: what a dead worker may have sent is sent again (safety); else it is left as *unknown* (advertising).
    ``urgent`` mailings may use the share of a provider's pace that others leave free. ``to_come`` people are still to
    be added, a part at a time.
    """

    __tablename__ = "mailing"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "round"),
        UniqueConstraint("broadcast_id", "follows", "by", "early"),
        CheckConstraint("(follows IS NULL) = (by IS NULL)", "follows_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"))
    round: Mapped[int]
    reminder: Mapped[bool] = mapped_column(default=False)
    state: Mapped[MailingState] = state_column(MailingState, default=MailingState.SENDING)
    subject: Mapped[str]
    body: Mapped[str]
    short_text: Mapped[str] = mapped_column(default="", server_default="")
    versions: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """By language, ``subject``, ``body`` and ``title`` for people who read that one; for all others those above."""

    constants: Mapped[dict[str, Any]]
    channels: Mapped[list[str]] = mapped_column(default=lambda: ["mail"], server_default='["mail"]')
    otherwise: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    addresses_erased_at: Mapped[datetime | None]
    trouble: Mapped[str | None]
    retry_at: Mapped[datetime | None]
    pauses: Mapped[int] = mapped_column(default=0)
    resting: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    failed: Mapped[int | None]
    follows: Mapped[int | None]
    by: Mapped[str | None]
    early: Mapped[bool] = mapped_column(default=False, server_default="false")
    capped: Mapped[int] = mapped_column(default=0, server_default="0")
    still_to_come: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    again: Mapped[bool] = mapped_column(default=True, server_default="true")
    urgent: Mapped[bool] = mapped_column(default=True, server_default="true")
    to_come: Mapped[int] = mapped_column(default=0, server_default="0")
    unproved_since: Mapped[datetime | None]
    """It goes to no address that somebody has shown to work since then."""


class DeliveryState(StrEnum):
    """送信待ち, 送信中, 送信済み, 到達, 失敗, 非送信, 不明."""

    WAITING = "waiting"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class Receipt(StrEnum):
    """What was heard of a delivery after it was handed over (受信確認), the weakest first: a weaker one adds nothing.

    Put back for now (a full mailbox), arrived, refused for good, answered by its link.
    """

    RETURNED = "returned"
    ARRIVED = "arrived"
    BOUNCED = "bounced"
    ANSWERED = "answered"


class Delivery(Base):
    """One person × contact point in a mailing (送信状況), by a ``Channel``.

    ``reason`` is the provider's word or why nothing was sent.

    A person without any usable contact point has one row without a contact point, in state *not sent*. The number of a
    contact point is no foreign key: addresses are changed and removed, what was sent to them stays as it was.

    Nothing that a result changes is indexed, and a page keeps room for a second version of each of its rows, since all
    of them get theirs at once: that halves what recording costs. So the number of an SMS stands twice.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("mailing_id", "person_id", "contact_point_id", postgresql_nulls_not_distinct=True),
        Index("ix_delivery_to_person", "person_id", "id"),
        Index("ix_delivery_sms_ref", "sms_ref", postgresql_where=text("sms_ref IS NOT NULL")),
        {"postgresql_with": {"fillfactor": "45"}},
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    mailing_id: Mapped[int]
    """Refers to ``mailing``: the totals of each statement see to it, a foreign key looks once a row (0038)."""

    person_id: Mapped[int] = mass_reference("person.id")
    contact_point_id: Mapped[int | None]
    channel: Mapped[str]
    address: Mapped[str]
    state: Mapped[DeliveryState] = state_column(DeliveryState)
    reason: Mapped[str | None]
    permanent: Mapped[bool | None]
    provider_ref: Mapped[str | None]
    sms_ref: Mapped[str | None]
    """``provider_ref`` of an SMS: its receipts come under it."""

    receipt: Mapped[Receipt | None] = state_column(Receipt)
    private: Mapped[bool] = mapped_column(default=False, server_default="false")
    """The address is the person's own (本人登録): lists show no more than its beginning."""

    updated_at: Mapped[datetime]


class DeliveryTotal(Base):
    """A step of the counts of a mailing's deliveries: the sum of all steps is how many are in a state (送信状況の集計).

    The database itself adds steps with whatever is written to ``delivery``, by a trigger; nobody waits for anybody, as
    on one row for each count. ``services.delivery.totals`` folds many steps into one.
    """

    __tablename__ = "delivery_total"
    __table_args__ = (Index("ix_delivery_total_mailing_id", "mailing_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id", ondelete="CASCADE"))
    channel: Mapped[str]
    state: Mapped[DeliveryState] = state_column(DeliveryState)
    count: Mapped[int]


class ChunkState(StrEnum):
    """A chunk waits, is leased by a worker, or is done."""

    WAITING = "waiting"
    LEASED = "leased"
    DONE = "done"


class Chunk(Base):
    """A range of delivery ids (``low`` to ``high``, both included) of one channel that one worker leases at a time.

    ``lease_until`` of a waiting chunk says when it may be taken again; ``passes`` counts how often all of it was tried.
    """

    __tablename__ = "chunk"
    __table_args__ = (
        Index("ix_chunk_open", "mailing_id", "state", "low"),
        CheckConstraint("low <= high", "ordered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(default="mail", server_default="mail")
    low: Mapped[int]
    high: Mapped[int]
    state: Mapped[ChunkState] = state_column(ChunkState, default=ChunkState.WAITING)
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    passes: Mapped[int] = mapped_column(default=0)


class ProviderPace(Base):
    """Until when a provider's pace is taken up by what was handed over (送信速度の上限), for all workers together.

    ``account`` names the provider and whose account it is; the share of what is not urgent has a row of its own.
    """

    __tablename__ = "provider_pace"

    account: Mapped[str] = mapped_column(primary_key=True)
    taken_until: Mapped[datetime]


class LocalMail(Base):
    """A mail that the local mailbox took (ローカルメールボックス): what would have gone out."""

    __tablename__ = "local_mail"
    __table_args__ = (Index("ix_local_mail_at", "at", "id"), Index("ix_local_mail_recipient", "recipient"))

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime]
    message_id: Mapped[str] = mapped_column(unique=True)
    sender: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]


class LocalSms(Base):
    """An SMS that the local mailbox took (ローカルメールボックス): what would have gone out."""

    __tablename__ = "local_sms"
    __table_args__ = (Index("ix_local_sms_at", "at", "id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime]
    ref: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str]
    text: Mapped[str]
