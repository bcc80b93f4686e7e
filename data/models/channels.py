"""The settings of channels beside mail (X02): SMS by Amazon SNS, LINE, the app; what SMS cost, by month."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned


class Tested:
    """What came of the last test: ``tested_at`` is empty while the worker has not done it; a change forgets it.

    ``test_word`` is what the provider said.
    """

    test_asked_at: Mapped[datetime | None]
    tested_at: Mapped[datetime | None]
    test_accepted: Mapped[bool | None]
    test_word: Mapped[str | None]

    def forget_test(self) -> None:
        """Forget it: it says nothing about other settings."""
        self.test_asked_at = self.tested_at = self.test_accepted = self.test_word = None


class SmsSender(Versioned, Tested, Base):
    """How SMS are sent (SMSの設定). One row, or none: then, and while it is off, they stay in the local mailbox.

    ``secret_key`` is encrypted under the installation's key. ``price_yen`` is for one part of a message (70 letters);
    ``monthly_cap_yen`` is what SMS may cost in a calendar month (JST).
    """

    __tablename__ = "sms_sender"
    __table_args__ = (
        CheckConstraint("id = 1", "one_row"),
        CheckConstraint("price_yen >= 0 AND monthly_cap_yen >= 0", "yen"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    enabled: Mapped[bool] = mapped_column(default=False)
    region: Mapped[str] = mapped_column(default="")
    access_key_id: Mapped[str] = mapped_column(default="")
    secret_key: Mapped[bytes | None]
    sender_id: Mapped[str] = mapped_column(default="")
    price_yen: Mapped[int] = mapped_column(default=10)
    monthly_cap_yen: Mapped[int | None]
    topic_arn: Mapped[str] = mapped_column(default="", server_default="")
    """The SNS topic that tells what became of messages; empty: nothing is heard."""

    test_number: Mapped[str | None]


class SmsMonth(Base):
    """What SMS cost in a month (SMSの月次費用): parts that were handed over, and yen."""

    __tablename__ = "sms_month"

    month: Mapped[date] = mapped_column(primary_key=True)
    parts: Mapped[int] = mapped_column(default=0)
    yen: Mapped[int] = mapped_column(default=0)


class LineChannel(Versioned, Tested, Base):
    """The organisation's LINE official account (LINEの設定), its Messaging API channel. One row, or none.

    ``secret`` and ``access_token`` are encrypted under the installation's key. ``basic_id`` begins with @; people add
    the account as a friend by it.
    """

    __tablename__ = "line_channel"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    enabled: Mapped[bool] = mapped_column(default=False)
    channel_id: Mapped[str] = mapped_column(default="")
    secret: Mapped[bytes | None]
    access_token: Mapped[bytes | None]
    basic_id: Mapped[str] = mapped_column(default="")


class AppChannel(Versioned, Base):
    """What the app on phones is sent to with (アプリの設定): Web Push. One row, or none.

    ``contact`` is the mail address at which push services reach the organisation. The keys are made here, once: every
    registered browser is bound to them. ``private_key`` is encrypted under the installation's key.
    """

    __tablename__ = "app_channel"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    enabled: Mapped[bool] = mapped_column(default=False)
    contact: Mapped[str] = mapped_column(default="")
    public_key: Mapped[str] = mapped_column(default="")
    private_key: Mapped[bytes | None]
