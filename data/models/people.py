"""People, the departments they belong to, where they live and work, and how they are reached (D01, D03, D04, D06)."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, String, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base
from data.models.areas import PersonRegion as PersonRegion  # noqa: PLC0414 - beside the areas, and still a person's
from data.models.areas import RegionLabel as RegionLabel  # noqa: PLC0414
from data.models.columns import Versioned, start_index, state_column
from data.models.contact_points import ContactKind as ContactKind  # noqa: PLC0414 - part of this room
from data.models.contact_points import ContactOrigin as ContactOrigin  # noqa: PLC0414 - part of this room
from data.models.contact_points import ContactPoint as ContactPoint  # noqa: PLC0414 - part of this room
from data.models.contact_points import ContactState as ContactState  # noqa: PLC0414 - part of this room

LONGEST = 200
"""Letters of a full name; of a longer one the middle is left out."""

STEM = 500
"""Letters of a path that are in an index."""


class Department(Versioned, Base):
    """A department (部署). The tree has no limit of depth; ``path`` holds the ids from the top, as ``/3/17/``.

    ``full_name`` joins the names from the top by `` / `` as lists show them: long lines as first / … / above / name.
    ``sort_key`` is how the whole line begins; by parent and name a line is unique. ``code`` is the organisation's own
    (部署コード), if any. Names are compared at the end of a statement, so that one statement can exchange two of them.
    """

    __tablename__ = "department"
    __table_args__ = (
        UniqueConstraint(
            "parent_id", "name", postgresql_nulls_not_distinct=True, deferrable=True, initially="IMMEDIATE"
        ),
        UniqueConstraint("code", deferrable=True, initially="IMMEDIATE"),
        Index("ix_department_stem", literal_column(f'"left"(path, {STEM})')),
        Index("ix_department_order", "sort_key", literal_column(f'"left"(path, {STEM})'), "depth", "id"),
        CheckConstraint("parent_id IS DISTINCT FROM id", "not_own_parent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    code: Mapped[str | None]
    name: Mapped[str]
    path: Mapped[str] = mapped_column(String(collation="C"))
    full_name: Mapped[str] = mapped_column(String(collation="C"))
    sort_key: Mapped[str] = mapped_column(String(collation="C"), default="", server_default="")
    depth: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]


STARTS = {
    "name": "family_name || given_name",
    "given": "given_name",
    "kana": "family_kana || given_kana",
    "given_kana": "given_kana",
    "code": "code",
}
"""By what a person is found while the letters are still being typed: SQL by the name of its index."""


class Person(Versioned, Base):
    """Anyone we keep (人): names family name first, with kana; ``code`` is the organisation's own number (社員番号).

    ``postal_code`` (郵便番号) holds seven digits, or another country's code as it was written.
    ``erased_at``: nothing tells any more who it was (消去); the row stays for what refers to it.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_sort", "sort_key", "id"),
        Index("ix_person_retired_at", "retired_at"),
        *(start_index(f"ix_person_start_{name}", words) for name, words in STARTS.items()),
        Index(
            "ix_person_own",
            "own",
            postgresql_using="gin",
            postgresql_ops={"own": "jsonb_path_ops"},
            postgresql_where=text("own <> '{}'"),
        ),
        CheckConstraint("code <> '' AND family_name <> ''", "named"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    family_name: Mapped[str]
    given_name: Mapped[str] = mapped_column(default="")
    family_kana: Mapped[str] = mapped_column(default="")
    given_kana: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="ja", server_default="ja")
    postal_code: Mapped[str] = mapped_column(default="", server_default="")
    address: Mapped[str] = mapped_column(default="", server_default="")
    sort_key: Mapped[str] = mapped_column(
        String(collation="C"),
        Computed(
            "COALESCE(NULLIF(family_kana, ''), family_name) || ' ' || COALESCE(NULLIF(given_kana, ''), given_name)",
            persisted=True,
        ),
    )
    search_text: Mapped[str] = mapped_column(
        Computed("lower(code || ' ' || family_name || given_name || ' ' || family_kana || given_kana)", persisted=True)
    )
    own: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Values of the organisation's own fields (独自項目) by code; ``services.fields.reading`` says how each is kept."""

    retired_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def name(self) -> str:
        """Return the name as people write it, family name first."""
        return f"{self.family_name} {self.given_name}".strip()


class Membership(Base):
    """A person's place in a department (所属); several are usual, one of them is the main one (主務)."""

    __tablename__ = "membership"
    __table_args__ = (
        Index("ix_membership_department_id", "department_id", "person_id"),
        Index("uq_membership_main", "person_id", unique=True, postgresql_where=text("main")),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), primary_key=True)
    main: Mapped[bool]


class PersonOwn(Base):
    """What of a person's own fields is compared or leads to another record; made from ``person.own`` (``set_own``).

    By it lists are filtered (``words``: texts in small, half-width letters), and who is referred to is not removed.
    """

    __tablename__ = "person_own"
    __table_args__ = (
        Index("ix_person_own_number", "field_id", "number", "person_id", postgresql_where=text("number IS NOT NULL")),
        Index("ix_person_own_day", "field_id", "day", "person_id", postgresql_where=text("day IS NOT NULL")),
        Index(
            "ix_person_own_words",
            *("field_id", "words", "person_id"),
            postgresql_ops={"words": "text_pattern_ops"},
            postgresql_where=text("words IS NOT NULL"),
        ),
        Index("ix_person_own_to_person_id", "to_person_id", postgresql_where=text("to_person_id IS NOT NULL")),
        Index(
            "ix_person_own_to_department_id", "to_department_id", postgresql_where=text("to_department_id IS NOT NULL")
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("own_field.id"), primary_key=True)
    number: Mapped[Decimal | None]
    day: Mapped[date | None]
    to_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    to_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    words: Mapped[str | None]


class PersonList(Versioned, Base):
    """A list of people put together by hand (宛先リスト), for instance “first aid”."""

    __tablename__ = "person_list"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class PersonListMember(Base):
    """Somebody on a list."""

    __tablename__ = "person_list_member"

    list_id: Mapped[int] = mapped_column(ForeignKey("person_list.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)


class ImportState(StrEnum):
    """Where an import stands: uploaded, columns mapped and being checked, checked, being applied, applied, failed."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"


class ImportKind(StrEnum):
    """What the rows of an import are."""

    PEOPLE = "people"
    DEPARTMENTS = "departments"
    MEMBERSHIPS = "memberships"
    ROLES = "roles"
    REGIONS = "regions"


class PeopleImport(Base):
    """One uploaded CSV with its column mapping and what the dry run found (CSV一括登録).

    ``sample`` holds the first rows, cells by column; ``mapping`` says by field which column it is; ``digest`` is the
    hash of what the dry run promised, so that applying does exactly that or nothing; ``message`` says why it failed.
    ``content`` is the file if it is small; else it is empty and the file lies in parts.
    """

    __tablename__ = "people_import"
    __table_args__ = (Index("ix_people_import_created_at", "created_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ImportKind] = state_column(ImportKind, default=ImportKind.PEOPLE)
    filename: Mapped[str]
    content: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
    encoding: Mapped[str]
    header: Mapped[list[str]]
    sample: Mapped[list[dict[str, Any]]]
    mapping: Mapped[dict[str, Any]]
    create_departments: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ImportState] = state_column(ImportState, default=ImportState.UPLOADED)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[str | None]
    message: Mapped[str | None]
    work_id: Mapped[int | None] = mapped_column(ForeignKey("work.id"))
    account_id: Mapped[int | None]
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class PeopleImportPart(Base):
    """A part of the file of an import that is too large for its row; they count from 1, in the order of the file."""

    __tablename__ = "people_import_part"

    import_id: Mapped[int] = mapped_column(ForeignKey("people_import.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class RowAction(StrEnum):
    """What the dry run says will become of a row."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    ERROR = "error"


class PeopleImportRow(Base):
    """One row of an import after the dry run: what it says, what will be done, or what is wrong by column."""

    __tablename__ = "people_import_row"
    __table_args__ = (Index("ix_people_import_row_action", "import_id", "action", "line"),)

    import_id: Mapped[int] = mapped_column(ForeignKey("people_import.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[RowAction] = state_column(RowAction)
    cells: Mapped[list[str]]
    values: Mapped[dict[str, Any] | None]
    errors: Mapped[dict[str, Any] | None]
