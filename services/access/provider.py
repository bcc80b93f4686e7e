"""Signing in through an identity provider (OpenID Connect): whose account it is. Accounts are never made here."""

import structlog
from sqlalchemy import func, select

from core.inputs import Row
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, ProviderIdentity
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState
from services.access.sign_in import Passed, passed

log = structlog.get_logger("access")


class Identity(Row):
    """Whom the provider names: ``subject`` is its own number for good, ``mail`` an address that it has verified."""

    issuer: str
    subject: str
    mail: str | None


def sign_in_as(tx: Transaction, identity: Identity, browser_hash: bytes) -> Passed | None:
    """Return a code for this browser, as a right password does; None: no account in use belongs to this identity.

    The first time the account is found by the verified address: its login name, else the one person's who has it as a
    mail address. From then on the subject alone counts, so an address that is given to somebody else opens nothing.
    """
    account_id = _known(tx, identity) or _bound(tx, identity)
    if account_id is None:
        log.info("no account for this identity", issuer=identity.issuer)
        return None
    return passed(tx, account_id, browser_hash)


def _known(tx: Transaction, identity: Identity) -> int | None:
    found: int | None = tx.scalar(
        select(Account.id)
        .join(ProviderIdentity, ProviderIdentity.account_id == Account.id)
        .where(
            ProviderIdentity.issuer == identity.issuer,
            ProviderIdentity.subject == identity.subject,
            Account.status == AccountStatus.ACTIVE,
        )
    )
    return found


def _bound(tx: Transaction, identity: Identity) -> int | None:
    account_id = _by_address(tx, identity.mail.lower()) if identity.mail else None
    # Asked for after the account's row was locked: of two who come at once the second sees what the first one bound.
    taken = select(ProviderIdentity.id).where(
        ProviderIdentity.issuer == identity.issuer, ProviderIdentity.subject == identity.subject
    )
    if tx.scalar(taken) is not None:
        return _known(tx, identity)
    other = select(ProviderIdentity.id).where(
        ProviderIdentity.issuer == identity.issuer, ProviderIdentity.account_id == account_id
    )
    if account_id is None or tx.scalar(other) is not None:
        return None
    tx.insert(
        ProviderIdentity, issuer=identity.issuer, subject=identity.subject, account_id=account_id, created_at=tx.now,
    )  # fmt: skip
    log.info("identity bound", account=account_id)
    return account_id


def _by_address(tx: Transaction, address: str) -> int | None:
    active = select(Account.id).where(Account.status == AccountStatus.ACTIVE).with_for_update(of=Account)
    by_login: int | None = tx.scalar(active.where(Account.login == address))
    if by_login is not None:
        return by_login
    owns = select(ContactPoint.person_id).where(
        ContactPoint.kind == ContactKind.MAIL,
        ContactPoint.origin == ContactOrigin.OFFICE,  # a private one can be given by whoever has a registration link
        ContactPoint.state != ContactState.DEAD,
        func.lower(ContactPoint.value) == address,
    )
    owners = list(tx.execute(active.where(Account.person_id.in_(owns)).limit(2)).scalars())
    return owners[0] if len(owners) == 1 else None
