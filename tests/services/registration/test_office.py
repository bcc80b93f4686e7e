"""The registration link of one person as the office handles it."""

import pytest
from sqlalchemy import select

from core.audit import AuditRecord
from core.errors import NotFound, Refused
from services.registration import NewLink, WhichPerson, link, make_link, opened, revoke_link


def token_of(made):
    """Return what stands at the end of a link."""
    return made.url.rpartition("/")[2]


class TestMakeLink:
    def test_opens_the_page_of_the_person_and_stands_in_no_trail(self, manager, tx, cast):
        made = make_link(manager, NewLink(person_id=cast.staff.id, days=7))
        assert (opened(tx, token_of(made)).person_id, (made.expires_at - manager.now).days) == (cast.staff.id, 7)
        trail = tx.execute(select(AuditRecord.__table__).where(AuditRecord.process == "registration.make_link")).one()
        assert token_of(made) not in str(trail)

    def test_not_out_of_reach_nor_for_who_has_left(self, manager, tx, cast):
        with pytest.raises(NotFound):
            make_link(manager, NewLink(person_id=cast.far.id))
        cast.staff.retired_at = tx.now
        tx.session.flush()
        with pytest.raises(Refused, match="retired"):
            make_link(manager, NewLink(person_id=cast.staff.id))


class TestRevokeLink:
    def test_voids_it_once_and_the_page_of_the_person_says_so(self, manager, tx, cast):
        which = WhichPerson(person_id=cast.staff.id)
        assert link(manager, which) is None
        made = make_link(manager, NewLink(person_id=cast.staff.id))
        assert link(manager, which).good
        revoke_link(manager, which)
        assert opened(tx, token_of(made)) is None
        assert (link(manager, which).good, link(manager, which).revoked_at) == (False, manager.now)
        with pytest.raises(NotFound):
            revoke_link(manager, which)

    def test_not_out_of_reach(self, manager, tx, administrator, cast):
        made = make_link(administrator, NewLink(person_id=cast.far.id))
        for attack in (revoke_link, link):
            with pytest.raises(NotFound):
                attack(manager, WhichPerson(person_id=cast.far.id))
        assert opened(tx, token_of(made))
