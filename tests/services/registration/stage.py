"""What the tests of this room share: asking as a person, and reading the code that went out."""

from sqlalchemy import select

from data.models.people import ContactPoint
from services.registration import GivenCode, NewMail, Verdict, add_mail, confirm
from services.registration.proofs import make_proof


def points_of(tx, person):
    """Return somebody's contact points as they stand, first one first."""
    mine = select(ContactPoint).where(ContactPoint.person_id == person.id).order_by(ContactPoint.rank, ContactPoint.id)
    return list(tx.execute(mine.execution_options(populate_existing=True)).scalars())


def register_mail(mine, mail, **whose):
    """Give a private mail address and prove it."""
    claim = add_mail(mine, NewMail(mail=mail, **whose))
    code = make_proof(mine, claim.id).code
    assert confirm(mine, GivenCode(id=claim.id, code=code, **whose)).verdict is Verdict.CONFIRMED
