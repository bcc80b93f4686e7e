"""Who acts, and how far: the actor of a transaction with the grants that hold at this moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.errors import NotAllowed
from core.i18n import N_


class What(StrEnum):
    """What a grant allows on a process (X06 権限マスタ(操作))."""

    READ = "read"
    DO = "do"
    APPROVE = "approve"
    EXPORT = "export"
    BULK = "bulk"


@dataclass(frozen=True)
class Reach:
    """Whom a grant lets the actor see or change (範囲).

    ``whole`` is the organisation; ``paths`` are departments with all below, as department paths; ``own`` is the
    actor's own person. ``made``: departments that are reached only in what the actor made, such as a broadcast.
    """

    whole: bool = False
    paths: frozenset[str] = frozenset()
    own: bool = False
    made: frozenset[str] = frozenset()

    def joined(self, other: "Reach") -> "Reach":
        """Return the reach of holding both."""
        return Reach(self.whole or other.whole, self.paths | other.paths, self.own or other.own, self.made | other.made)


@dataclass(frozen=True)
class Looker:
    """Who really sits there while an administrator looks at the console as somebody else (代理表示), until when."""

    account_id: int
    name: str
    until: datetime


WHOLE = Reach(whole=True)
Grants = Mapping[tuple[str, What], Reach]


@dataclass(frozen=True)
class Actor:
    """An account with its grants, or the system itself with the cause that made it act.

    ``confined``: all grants are held back until the person has done for the own account what the organisation asks.
    ``looker``: somebody else only looks as this account; nothing can be changed meanwhile.
    """

    name: str
    account_id: int | None = None
    person_id: int | None = None
    session_id: int | None = None
    language: str = "ja"
    grants: Grants = field(default_factory=dict)
    cause: str | None = None
    confined: bool = False
    looker: Looker | None = None
    via: str | None = None
    """By which key, if not the person but a machine acts."""

    @classmethod
    def system(cls, cause: str) -> "Actor":
        """Return the actor of what nobody clicked: jobs, telegrams, the command line, public links."""
        return cls(name="system", cause=cause)

    @property
    def is_system(self) -> bool:
        """Say whether the product itself acts."""
        return self.cause is not None

    @property
    def recorded(self) -> tuple[int | None, str]:
        """Return the account and the signature that stand in the audit trail: those of who really sits there."""
        if self.looker is None:
            return self.account_id, self.signature
        return self.looker.account_id, f"account:{self.looker.account_id} → {self.signature}"

    @property
    def signature(self) -> str:
        """Return how lasting records name the actor: by account, since names are personal and can be erased."""
        if self.account_id is None:
            return self.name
        return f"account:{self.account_id}" + (f" ({self.via})" if self.via else "")

    @property
    def scope(self) -> str:
        """Return how far the actor reaches with all grants together, as the database's own rules read it.

        ``all``, or the number of the own person and the departments' paths, each behind a bar.
        """
        reaches = self.grants.values()
        if self.is_system or any(reach.whole for reach in reaches):
            return "all"
        own = str(self.person_id) if self.person_id is not None and any(reach.own for reach in reaches) else ""
        return "|".join([own, *sorted({path for reach in reaches for path in reach.paths | reach.made})])

    def may(self, process: str, what: What) -> bool:
        """Say whether the actor may do this with anybody at all."""
        return self.is_system or (process, what) in self.grants

    def require(self, process: str, what: What) -> None:
        """Raise NotAllowed unless the actor may."""
        if not self.may(process, what):
            raise NotAllowed(
                N_("You do not have the permission for this. Ask an administrator for “{process}”."), process=process
            )

    def reach(self, process: str, what: What) -> Reach:
        """Return how far the actor's permission goes."""
        return WHOLE if self.is_system else self.grants.get((process, what), Reach())
