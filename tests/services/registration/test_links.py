"""Registration links: one for each person, short enough to be typed, no good to anybody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.clock import frozen, now
from data.models.people import Person
from data.models.registration import RegistrationLink
from services.registration import make_links, opened
from services.registration.links import BYTES, LETTERS, token_in
from tests.statements import statements


def token_of(address):
    """Return what stands at the end of a link."""
    return address.rpartition("/")[2]


@pytest.fixture
def link(tx, cast):
    """The token of a link for the staff member."""
    return token_of(make_links(tx, [cast.staff.id])[cast.staff.id])


class TestMakeLinks:
    def test_one_for_each_who_is_there_in_one_statement(self, tx, cast):
        cast.far.retired_at = tx.now
        tx.session.flush()
        ids = [cast.staff.id, cast.manager.id, cast.far.id, cast.staff.id, 10**9]
        with statements() as asked:
            made = make_links(tx, ids)
        assert set(made) == {cast.staff.id, cast.manager.id}
        assert sum("registration_link" in one for one in asked) == 1
        assert all(opened(tx, token_of(address)).person_id == person for person, address in made.items())

    def test_has_130_bits_and_only_its_hash_is_kept(self, tx, link, cast):
        assert BYTES * 8 > LETTERS * 5 >= 130
        kept = tx.scalar(select(RegistrationLink.token_hash).where(RegistrationLink.person_id == cast.staff.id))
        assert (len(kept), token_in(link).encode() in kept) == (32, False)
        assert len({token_of(make_links(tx, [cast.staff.id])[cast.staff.id]) for _again in range(50)}) == 50

    def test_a_new_one_voids_the_old(self, tx, link, cast):
        make_links(tx, [cast.staff.id])
        assert opened(tx, link) is None


class TestOpened:
    @pytest.mark.parametrize(
        "typed", [str.upper, lambda token: token.replace("-", ""), lambda token: token.replace("0", "O"),
                  lambda token: token.replace("1", "l"), lambda token: token.replace("-", " - ")],
    )  # fmt: skip
    def test_as_people_type_it(self, tx, link, cast, typed):
        assert opened(tx, typed(link)).person_id == cast.staff.id

    @pytest.mark.parametrize("wrong", ["", "x", "0" * 26, "u" * 26, "あ" * 26, "\0" * 26, "0" * 10_000])
    def test_what_is_none_of_ours(self, tx, link, wrong):
        assert opened(tx, wrong) is None

    def test_not_after_its_day_nor_when_revoked_nor_for_who_has_left_or_was_erased(self, tx, link, cast):
        mine = RegistrationLink.person_id == cast.staff.id
        for model, change in (
            (RegistrationLink, {"revoked_at": tx.now}), (RegistrationLink, {"expires_at": tx.now}),
            (Person, {"retired_at": tx.now}), (Person, {"erased_at": tx.now}),
        ):  # fmt: skip
            with tx.session.begin_nested() as undone:
                tx.execute(update(model).where(mine if model is RegistrationLink else Person.id == cast.staff.id)
                           .values(change))  # fmt: skip
                assert opened(tx, link) is None
                undone.rollback()
        assert opened(tx, link).name == "社員 三郎"

    def test_is_good_for_90_days_and_says_when_it_was_opened(self, acting, tx, link, cast):
        with frozen(now() + timedelta(days=89)):
            later = acting(tx.actor)
            opened(later, link)
            assert tx.scalar(select(RegistrationLink.opened_at)) == later.now
        with frozen(now() + timedelta(days=91)):
            assert opened(acting(tx.actor), link) is None
