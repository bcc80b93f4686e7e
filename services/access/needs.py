"""What of the accounts needs somebody: people who were invited and have not come in yet."""

from sqlalchemy import func, select

from core.actor import Reach
from core.i18n import N_, _
from core.needs import Need, Urgency, needs
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, SignInLink
from data.models.people import Person
from services.access.account_changes import invite
from services.access.reach import people_within


@needs(invite)
def pending_invitations(tx: Transaction, reach: Reach) -> list[Need]:
    """Say how many have a link for their first password that they have not used, and how many let it run out.

    Links that ran out are deleted some time later, and are then no longer counted.
    """
    waiting = select(
        func.count(Account.id.distinct()).filter(SignInLink.expires_at > tx.now).label("open"),
        func.count(Account.id.distinct()).filter(SignInLink.expires_at <= tx.now).label("over"),
    )
    waiting = (
        waiting.select_from(SignInLink)
        .join(Account, Account.id == SignInLink.account_id)
        .join(Person, Person.id == Account.person_id)
        .where(
            SignInLink.used_at.is_(None), SignInLink.created_by.is_not(None),
            Account.status == AccountStatus.INVITED, people_within(reach, tx.actor),
        )
    )  # fmt: skip
    found = tx.execute(waiting).one()
    lines = (
        (N_("Sign-in links that ran out before they were used"), found.over, Urgency.TODAY),
        (N_("Sign-in links that were not used yet"), found.open, Urgency.LATER),
    )
    return [
        Need(
            text=_(text), count=count, amount=_(N_("{count} people"), count=f"{count:,}"), urgency=urgency,
            page="access/accounts.py", values={"status": AccountStatus.INVITED.value},
        )
        for text, count, urgency in lines
        if count
    ]  # fmt: skip
