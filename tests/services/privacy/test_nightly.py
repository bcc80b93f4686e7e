"""The nightly run is found on the page of long work when it erased something, or could not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import clock, progress
from core.actor import Actor
from core.database import transaction
from core.progress import Work, WorkState
from data.models.access import SignInTry, TryKind
from services.privacy import keep_to_the_rules, nightly

SYSTEM = Actor.system("test")


def shown():
    """Return how each run stands on the page of long work."""
    with transaction(SYSTEM) as tx:
        works = select(Work).where(Work.kind == "privacy.nightly").order_by(Work.id)
        return [(one.state, one.done) for one in tx.session.scalars(works)]


def old_tries(count):
    """Leave tries to sign in that count no more."""
    with transaction(SYSTEM) as tx:
        until = clock.now() - timedelta(days=3)
        tx.add_all(
            [SignInTry(kind=TryKind.SIGN_IN, login=str(one), network="", times=1, until=until) for one in range(count)]
        )


def test_a_run_stands_among_long_work_and_one_that_was_broken_off_goes_on(live, monkeypatch):
    keep_to_the_rules()
    assert shown() == [], "nothing fell due"
    with transaction(SYSTEM) as tx:
        progress.begin(tx, "privacy.nightly", subject=nightly.SUBJECT, running=True)  # its worker died
    old_tries(3)
    keep_to_the_rules()
    assert shown() == [(WorkState.DONE, 3)]
    old_tries(2)

    kinds = nightly.kinds()
    broken_kind = type(kinds[0])(**{**vars(kinds[0]), "step": lambda *_given: 1 // 0})
    monkeypatch.setattr(nightly, "kinds", lambda: [broken_kind, *kinds[1:]])
    with pytest.raises(ZeroDivisionError):
        keep_to_the_rules()
    assert shown()[1] == (WorkState.FAILED, 2)
