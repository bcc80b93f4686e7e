"""Directory sync (ディレクトリ同期, D02): which systems people come from, and each run that read one of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.columns import Versioned, state_column


class Nightly(StrEnum):
    """What happens every night: nothing, reading only so that a person looks at it, or reading and applying."""

    OFF = "off"
    LOOK = "look"
    APPLY = "apply"


class DirectoryConnection(Versioned, Base):
    """A system that people and departments come from (接続). ``kind`` names its vendor.

    ``settings`` is what its adapter needs, secrets included, encrypted for this row; ``mapping`` says by our field
    which field of the vendor fills it. A run by which more than ``brake_percent`` of the synced people would leave
    stops and asks. ``tested`` says what the last test found: of how many people each field of the vendor is filled;
    ``test_message`` with ``test_values`` is the sentence that says what stopped it, empty: it went well.
    ``answers_id`` is who changed it last: what a nightly run may do to stronger accounts is measured by theirs.
    """

    __tablename__ = "directory_connection"
    __table_args__ = (CheckConstraint("brake_percent BETWEEN 0 AND 100", "percent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    settings: Mapped[bytes]
    mapping: Mapped[dict[str, Any]]
    nightly: Mapped[Nightly] = state_column(Nightly, default=Nightly.OFF)
    brake_percent: Mapped[int] = mapped_column(default=10)
    test_asked_at: Mapped[datetime | None]
    tested_at: Mapped[datetime | None]
    tested: Mapped[dict[str, Any]] = mapped_column(default=dict)
    test_message: Mapped[str | None]
    test_values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]


class RunState(StrEnum):
    """Where a run stands.

    Being read, being compared, waiting for somebody to look at it, stopped by the brake, being applied, applied,
    failed, or put aside for a newer one.
    """

    READING = "reading"
    PLANNING = "planning"
    PLANNED = "planned"
    STOPPED = "stopped"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"
    DROPPED = "dropped"


class Reading(StrEnum):
    """What of a directory is being read: departments first, then people."""

    DEPARTMENTS = "departments"
    PEOPLE = "people"


class DirectoryRun(Base):
    """One reading of a directory with what came of it (同期の実行).

    ``resume`` is the vendor's mark of the next page: a worker that dies goes on there. ``next_at``: when it is read on,
    after the vendor asked for a pause or did not answer ``attempts`` times in a row. ``digest`` is the hash of what the
    preview promised. ``message`` with ``values`` is the sentence that says what stopped it. ``account_id`` is empty
    for a nightly run; ``applied_by`` is who let it be applied.
    """

    __tablename__ = "directory_run"
    __table_args__ = (
        Index("ix_directory_run_latest", "connection_id", "id"),
        Index(
            "uq_directory_run_at_work",
            "connection_id",
            unique=True,
            postgresql_where=text("state IN ('reading', 'planning', 'applying')"),
        ),
        Index("ix_directory_run_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_directory_run_started_at", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("directory_connection.id", ondelete="CASCADE"))
    state: Mapped[RunState] = state_column(RunState, default=RunState.READING)
    reading: Mapped[Reading] = state_column(Reading, default=Reading.DEPARTMENTS)
    resume: Mapped[str | None]
    pages: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[str | None]
    message: Mapped[str | None]
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    applied_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    despite_brake: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StagedDepartment(Base):
    """A department as the vendor gave it, until its run is over; ``at`` counts in the order of the pages."""

    __tablename__ = "directory_staged_department"

    run_id: Mapped[int] = mapped_column(ForeignKey("directory_run.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    name: Mapped[str]
    parent_key: Mapped[str | None]
    position: Mapped[int | None]
    code: Mapped[str | None]


class StagedPerson(Base):
    """A person as the vendor gave it, until its run is over: its fields flat, its departments by key, main first."""

    __tablename__ = "directory_staged_person"
    __table_args__ = (Index("ix_directory_staged_person_key", "run_id", "key"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("directory_run.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    code: Mapped[str | None]
    fields: Mapped[dict[str, Any]]
    departments: Mapped[list[str]]
    left: Mapped[bool]


class Noun(StrEnum):
    """What a line of a preview is about."""

    DEPARTMENT = "department"
    PERSON = "person"


class Step(StrEnum):
    """What a run would do with a record. ``GONE``: a department that the vendor has no more; a person decides."""

    ADD = "add"
    CHANGE = "change"
    LEAVE = "leave"
    GONE = "gone"
    ERROR = "error"


class DirectoryRunRow(Base):
    """One line of the preview; what would stay as it is has none. ``said`` holds changes and problems.

    ``key`` is the vendor's, of a person: by it the line is found when somebody has to be forgotten.
    """

    __tablename__ = "directory_run_row"
    __table_args__ = (
        Index("ix_directory_run_row_step", "run_id", "noun", "step", "line"),
        Index("ix_directory_run_row_key", "run_id", "key"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("directory_run.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    noun: Mapped[Noun] = state_column(Noun)
    step: Mapped[Step] = state_column(Step)
    key: Mapped[str | None]
    code: Mapped[str]
    name: Mapped[str]
    said: Mapped[dict[str, Any]]


class SyncedDepartment(Base):
    """Which of our departments one of the vendor's is (同期対象の部署)."""

    __tablename__ = "directory_department"
    __table_args__ = (UniqueConstraint("connection_id", "department_id"),)

    connection_id: Mapped[int] = mapped_column(
        ForeignKey("directory_connection.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id", ondelete="CASCADE"), index=True)


class SyncedPerson(Base):
    """Whom of our people one of the vendor's is (同期対象の人); nobody else ever leaves by a run.

    ``given`` are the addresses that came by the last run (``mails``, ``mobile``): what else a person is reached by was
    registered here and is not the vendor's to take away.
    """

    __tablename__ = "directory_person"
    __table_args__ = (UniqueConstraint("connection_id", "person_id"),)

    connection_id: Mapped[int] = mapped_column(
        ForeignKey("directory_connection.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    given: Mapped[dict[str, Any]] = mapped_column(default=dict)
