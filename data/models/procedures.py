"""Sending procedures (送信手順, N04): by what people are asked, one channel after the other."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned


class SendingProcedure(Versioned, Base):
    """By what people are asked, one way after the other, until they answer (送信手順, N04).

    Each number is how many minutes after the first message a channel follows: 0 at once, empty never. ``sms_cap_yen``
    is what SMS of one broadcast may cost.
    """

    __tablename__ = "sending_procedure"
    __table_args__ = (
        CheckConstraint("0 IN (mail_minutes, app_minutes, line_minutes)", "begins_at_once"),
        CheckConstraint(
            "least(mail_minutes, app_minutes, line_minutes, sms_minutes, sms_cap_yen) >= 0"
            " AND greatest(mail_minutes, app_minutes, line_minutes, sms_minutes) <= 10080",
            "within_a_week",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    mail_minutes: Mapped[int | None]
    app_minutes: Mapped[int | None]
    line_minutes: Mapped[int | None]
    sms_minutes: Mapped[int | None]
    sms_cap_yen: Mapped[int | None]
    sample: Mapped[str | None] = mapped_column(unique=True)
