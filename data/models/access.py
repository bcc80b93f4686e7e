"""Who may sign in and what they may do (X06, D05): accounts, sessions, links, permission sets and their assignment."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.actor import What
from core.database import Base
from data.models.columns import Versioned, state_column


class AccountStatus(StrEnum):
    """Invited (no password yet), active, or stopped (by an administrator or by retirement)."""

    INVITED = "invited"
    ACTIVE = "active"
    STOPPED = "stopped"


class Account(Versioned, Base):
    """Lets a person sign in (アカウント): none or one a person. ``login`` is kept in lower case.

    ``call_mails``: a mail goes to the person when a comment calls them.
    """

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("login = lower(login) AND login <> ''", "login_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    login: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    status: Mapped[AccountStatus] = state_column(AccountStatus, default=AccountStatus.INVITED)
    language: Mapped[str] = mapped_column(default="ja", server_default="ja")
    call_mails: Mapped[bool] = mapped_column(default=True, server_default="true")
    signed_in_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class SignInSession(Base):
    """A browser that is signed in. Only the SHA-256 of its token is kept; it ends by idleness, age or revocation.

    ``narrowed`` counts how often something was taken from what its account may do: what its tabs show is then too much.
    ``looks_as_id`` is the account as which an administrator looks at the console, until ``looks_until``.
    """

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    narrowed: Mapped[int] = mapped_column(default=0, server_default="0")
    looks_as_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    looks_until: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")


class SignInCode(Base):
    """The one-time code between the form and the cookie: 30 seconds, bound to the browser's pre-cookie.

    A ``half`` one opens nothing: the password was right, the second factor is still to come (5 minutes).
    """

    __tablename__ = "sign_in_code"

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    browser_hash: Mapped[bytes]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    half: Mapped[bool] = mapped_column(default=False, server_default="false")
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ProviderIdentity(Base):
    """Who somebody is at an identity provider: its number for a person, found once by a verified mail address."""

    __tablename__ = "provider_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("account_id", "issuer"))

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]


class SignInLink(Base):
    """A one-time link by which a person sets the first (or a new) password.

    From an administrator (72 hours), or sent to the person's own mail address when they forgot it (30 minutes; then
    nobody is in ``created_by``).
    """

    __tablename__ = "sign_in_link"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiKey(Base):
    """Lets a machine act for an account within a permission set (APIキー). Only the SHA-256 of the key is kept.

    ``prefix`` is its beginning, by which people recognise it. A set that is deleted leaves only ended keys behind.
    """

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    prefix: Mapped[str]
    name: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    set_id: Mapped[int | None] = mapped_column(ForeignKey("permission_set.id", ondelete="SET NULL"), index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class ApiUse(Base):
    """How often a key was used within the minute that began at ``began_at``.

    Unlogged: a count costs no write to the log of the database, and a crash may forget it.
    """

    __tablename__ = "api_use"
    __table_args__ = {"prefixes": ["UNLOGGED"], "postgresql_with": {"fillfactor": 50}}  # noqa: RUF012 - SQLAlchemy's own way

    key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id", ondelete="CASCADE"), primary_key=True)
    began_at: Mapped[datetime]
    times: Mapped[int]


class ApiAnswer(Base):
    """What a request with an ``Idempotency-Key`` was answered, kept for 24 hours; ``request_hash`` is its SHA-256."""

    __tablename__ = "api_answer"

    key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    body: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class TryKind(StrEnum):
    """What is counted: sign-ins that were tried, mails for a forgotten password that were asked for."""

    SIGN_IN = "sign_in"
    RESET = "reset"


class SignInTry(Base):
    """How often something was tried for a login name from a network; an empty text stands for all of them together.

    Counted for unknown names too. The window begins with the first try and ends at ``until``.
    """

    __tablename__ = "sign_in_try"
    __table_args__ = (Index("ix_sign_in_try_until", "until"),)

    kind: Mapped[TryKind] = state_column(TryKind, primary_key=True)
    login: Mapped[str] = mapped_column(primary_key=True)
    network: Mapped[str] = mapped_column(primary_key=True)
    times: Mapped[int]
    until: Mapped[datetime]


class SecondFactor(Base):
    """The secret that an account shares with an app on a phone (二段階認証, RFC 6238); counts once confirmed by a code.

    ``secret`` is encrypted for this row. ``last_step`` is the 30 seconds whose code was used last: none is used twice.
    """

    __tablename__ = "second_factor"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    secret: Mapped[bytes]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(Base):
    """A code on paper for who has lost the phone (リカバリーコード): works once; only its SHA-256 is kept."""

    __tablename__ = "recovery_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None]


class RequiredOf(StrEnum):
    """Who has to have a second factor."""

    NOBODY = "nobody"
    ADMINISTRATORS = "administrators"
    EVERYBODY = "everybody"


class SignInRule(Versioned, Base):
    """What the organisation asks of a sign-in (ログインのルール). One row, or none: then all is default."""

    __tablename__ = "sign_in_rule"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    second_factor: Mapped[RequiredOf] = state_column(RequiredOf, default=RequiredOf.NOBODY)


class Creators(StrEnum):
    """Who may create messages (メッセージの作成許可): whom a permission set allows it, or every account as well."""

    APPOINTED = "appointed"
    EVERYBODY = "everybody"


class MessageRule(Versioned, Base):
    """Who may create messages. One row, or none: then those who are appointed."""

    __tablename__ = "message_rule"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    creators: Mapped[Creators] = state_column(Creators, default=Creators.APPOINTED)
    decided_at: Mapped[datetime]


class PermissionSet(Versioned, Base):
    """Grants over processes under a name (権限セット). ``shipped`` names the role of D05 that came with the product."""

    __tablename__ = "permission_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    shipped: Mapped[str | None] = mapped_column(unique=True)


class PermissionGrant(Base):
    """One cell of the permission master: this set may do this with this process."""

    __tablename__ = "permission_grant"

    set_id: Mapped[int] = mapped_column(ForeignKey("permission_set.id", ondelete="CASCADE"), primary_key=True)
    process: Mapped[str] = mapped_column(primary_key=True)
    what: Mapped[What] = state_column(What, primary_key=True)


class ReachKind(StrEnum):
    """How far an assignment goes (範囲)."""

    WHOLE = "whole"
    DEPARTMENT = "department"
    SELF = "self"


class PermissionAssignment(Base):
    """A permission set given to an account, with its reach; a department means it and all below.

    ``person_id`` and ``sort_key`` are those of the account's person, kept by triggers, so that who has a set is read in
    the order of names.
    """

    __tablename__ = "permission_assignment"
    __table_args__ = (
        UniqueConstraint("account_id", "set_id", "reach", "department_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("(reach = 'department') = (department_id IS NOT NULL)", "department_if_reach"),
        Index("ix_permission_assignment_set_id", "set_id", "account_id"),
        Index(
            "ix_permission_assignment_order", "set_id", "sort_key", "person_id", "id",
            postgresql_include=["account_id", "reach"],
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    set_id: Mapped[int] = mapped_column(ForeignKey("permission_set.id"))
    reach: Mapped[ReachKind] = state_column(ReachKind)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    person_id: Mapped[int] = mapped_column(server_default="0")
    sort_key: Mapped[str] = mapped_column(String(collation="C"), server_default="")
