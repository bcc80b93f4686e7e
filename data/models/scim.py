"""What directories that provision us by SCIM (N11) call our people and departments."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class ExternalId(Base):
    """The identifier by which a directory knows a person or a department (外部ID, ``externalId`` of RFC 7643 §3.1)."""

    __tablename__ = "external_id"
    __table_args__ = (
        Index("ix_external_id_value", "value"),
        CheckConstraint("num_nonnulls(person_id, department_id) = 1", "one_noun"),
        CheckConstraint("value <> ''", "some_value"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id", ondelete="CASCADE"), unique=True)
    value: Mapped[str]
