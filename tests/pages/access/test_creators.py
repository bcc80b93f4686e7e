"""Who may create messages, as a page (pages/access/creators.py, D10)."""

from core.actor import Actor, What
from core.database import transaction
from core.inputs import Nothing
from data.models.access import Creators
from services.access import actor_for, set_message_rule
from services.access.creators import MessageRules, message_rule
from tests.factories import account_of


def test_D10_all_users_are_let_in_and_find_the_page(open_page, stage):
    assert not actor(stage).may("broadcasts.draft", What.DO)
    app = open_page("access/creators.py")
    app.get_by_key("creators-0.0.creators").set_value(Creators.EVERYBODY)
    app.get_by_key("creators-0.0.submit").click().run()
    assert not app.exception
    assert actor(stage).may("broadcasts.draft", What.DO)
    mine = open_page("broadcasts/new.py", stage.staff)
    assert mine.get_by_key("draft-new.0.title")


def test_who_may_do_it_says_that_everybody_may_besides(open_page, stage):
    with transaction(Actor.system("test")) as tx:
        set_message_rule(tx, MessageRules(creators=Creators.EVERYBODY))
    app = open_page("access/who.py", about="broadcasts.send:do")
    assert any("すべてのアカウント" in one.value for one in app.info)
    assert not open_page("access/who.py", about="people.search:read").info


def test_what_stands_is_shown_again(open_page, stage):
    with transaction(Actor.system("test")) as tx:
        standing = set_message_rule(tx, MessageRules(creators=Creators.EVERYBODY))
        assert message_rule(tx, Nothing()) == standing
    assert open_page("access/creators.py").get_by_key("creators-1.0.creators").value == Creators.EVERYBODY


def actor(stage):
    """Return the member of staff as it may act now."""
    with transaction(Actor.system("test")) as tx:
        return actor_for(tx, account_of(tx, stage.staff).id)
