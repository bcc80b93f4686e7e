"""The own account, and the first administrator of all."""

import pytest

from core import i18n
from core.errors import Invalid, NotAllowed, Refused
from core.inputs import Nothing
from data.models.access import AccountStatus
from services.access import (
    ChangedPassword,
    ChosenLanguage,
    Language,
    actor_for,
    change_language,
    change_password,
    has_accounts,
    hash_of,
    invited,
    is_living,
    make_first_administrator,
    own_account,
    own_sessions,
    sign_out,
    sign_out_all,
    start_session,
)
from services.access.invitations import make_link
from services.access.passwords import matches
from services.access.sessions import actor_of_session
from services.access.tries import MOST_FAILURES
from tests.factories import account_of, hash_of_password

OLD, NEW = "my dog eats green apples", "my cat eats blue cheese"


@pytest.fixture
def mine(tx, acting, cast):
    """The staff member's own transaction, in a session of a browser."""
    account = account_of(tx, cast.staff)
    account.password_hash = hash_of_password(OLD)
    return acting(actor_of_session(tx, hash_of(start_session(tx, account.id))))


class TestPassword:
    def test_changes_and_signs_out_the_other_browsers(self, tx, mine, cast):
        other = hash_of(start_session(tx, mine.actor.account_id))
        assert change_password(mine, ChangedPassword(current=OLD, password=NEW)).changed
        assert matches(NEW, account_of(tx, cast.staff).password_hash)
        assert not is_living(tx, other)
        assert actor_for(tx, mine.actor.account_id)

    def test_voids_the_links_that_were_made_before(self, tx, mine):
        token, _until = make_link(tx, mine.actor.account_id)
        assert invited(tx, token)
        assert change_password(mine, ChangedPassword(current=OLD, password=NEW)).changed
        assert invited(tx, token) is None

    def test_a_wrong_present_one_counts_like_at_the_sign_in(self, tx, mine, cast):
        for _at in range(MOST_FAILURES):
            assert not change_password(mine, ChangedPassword(current="wrong", password=NEW)).changed
        assert not change_password(mine, ChangedPassword(current=OLD, password=NEW)).changed

    def test_a_new_one_that_cannot_be_used_is_refused(self, mine):
        with pytest.raises(Invalid):
            change_password(mine, ChangedPassword(current=OLD, password="short"))


class TestOwn:
    def test_the_language_is_for_oneself(self, tx, mine, cast):
        with i18n.using_language("ja"):
            change_language(mine, ChosenLanguage(language=Language.EN))
        assert own_account(mine, Nothing()).language is Language.EN
        assert account_of(tx, cast.manager).language == "ja"

    def test_signing_out_ends_this_session_only(self, tx, mine):
        other = hash_of(start_session(tx, mine.actor.account_id))
        sign_out(mine, Nothing())
        assert is_living(tx, other)

    def test_signing_out_everywhere_ends_every_session_and_nobody_elses(self, tx, mine, cast):
        own = [hash_of(start_session(tx, mine.actor.account_id)) for _one in range(2)]
        other = hash_of(start_session(tx, account_of(tx, cast.manager).id))
        assert len(own_sessions(mine, Nothing())) == 3
        sign_out_all(mine, Nothing())
        assert [is_living(tx, one) for one in own] == [False, False]
        assert own_sessions(mine, Nothing()) == []
        assert is_living(tx, other)

    def test_is_for_accounts_only(self, tx):
        with pytest.raises(NotAllowed):
            own_account(tx, Nothing())


class TestFirst:
    def test_the_first_administrator_may_do_everything(self, tx):
        assert not has_accounts(tx)
        account_id = make_first_administrator(tx, login="Admin", password=OLD, family_name="管理", given_name="花子")
        actor = actor_for(tx, account_id)
        assert (actor.name, actor.language) == ("管理 花子", "ja")
        assert actor.grants
        assert all(reach.whole for reach in actor.grants.values())
        assert has_accounts(tx)

    def test_there_is_only_one_first(self, tx, cast):
        account_of(tx, cast.staff).status = AccountStatus.STOPPED
        with pytest.raises(Refused):
            make_first_administrator(tx, login="second", password=OLD, family_name="二", given_name="番")
