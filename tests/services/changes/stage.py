"""What the tests of change-sets share: the state of everything, the latest change-set, an undo from look to end."""

from sqlalchemy import select, text

from core.paging import PageAsk
from data.models.changes import Change, ChangeSet
from data.models.people import Department, Person
from services.changes import current, prepare_undo, undo
from services.changes.search import WhichSet
from services.changes.steps import Decision
from services.people.kept import DEPARTMENTS, PEOPLE

PAGE = PageAsk()


def state(tx):
    """Return what all people and departments say, by kind and id."""
    tx.session.flush()
    people = list(tx.execute(select(Person.id)).scalars())
    departments = list(tx.execute(select(Department.id)).scalars())
    return {
        "person": current(tx, PEOPLE, people),
        "department": current(tx, DEPARTMENTS, departments),
        "paths": {row.id: row.full_name for row in tx.execute(select(Department.id, Department.full_name))},
    }


def latest(tx):
    """Return the change-set that was made last."""
    tx.session.expire_all()
    return tx.execute(select(ChangeSet).order_by(ChangeSet.id.desc()).limit(1)).scalar_one()


def changes_of(tx, found):
    """Return what a change-set did, by kind and id."""
    rows = tx.execute(select(Change).where(Change.set_id == found.id)).scalars()
    return {(row.kind, row.record_id): row for row in rows}


def undone(tx, found, *, overwrite=False):
    """Look at the undo of a change-set and do it; return where it stands."""
    looked = prepare_undo(tx, WhichSet(id=found.id))
    return undo(tx, Decision(id=looked.id, overwrite=overwrite))


def leftovers(tx):
    """Return how many rows of what stood before are left."""
    return tx.scalar(text("SELECT count(*) FROM change_before"))
