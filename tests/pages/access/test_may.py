"""Why something cannot be seen: below a refusal, and for administrators on a page (pages/access/may.py)."""

from core.actor import Actor
from core.database import transaction
from tests.factories import account_of


def account(person):
    with transaction(Actor.system("test")) as tx:
        return str(account_of(tx, person).id)


def explained(app):
    """Return what stands below the question why."""
    (place,) = [one for one in app.expander if one.label == "表示できない理由"]
    return "\n".join(one.value for one in place.markdown)


def shown(app):
    """Return the tables of a page."""
    return "".join(one.value for one in app.html if "<table" in one.value)


def test_a_refused_page_says_what_is_missing_and_whom_to_ask(open_page, stage):
    said = explained(open_page("access/accounts.py", stage.staff))
    assert "アクセス" in said or "権限" in said
    assert "管理 花子" in said


def test_beyond_reach_and_not_there_say_the_same(open_page, stage):
    far = open_page("people/person.py", stage.manager, id=str(stage.far.id))
    nobody = open_page("people/person.py", stage.manager, id="99999999")
    assert explained(far) == explained(nobody)
    assert "本社" in explained(far)
    assert [one.value for one in far.error] == [one.value for one in nobody.error]


def test_yes_and_no_with_the_sets(open_page, stage):
    app = open_page("access/may.py", id=account(stage.manager), about="page:people/list.py")
    assert "部長 太郎" in app.success[0].value
    assert "本社" in shown(app)
    app = open_page("access/may.py", id=account(stage.manager), about="process:access.accounts:read")
    assert "部長 太郎" in app.warning[0].value
    assert not app.success


def test_all_of_it_and_nothing_for_who_has_none(open_page, stage):
    assert "本社" in shown(open_page("access/may.py", id=account(stage.manager)))
    assert open_page("access/may.py", id=account(stage.staff)).info
    assert open_page("access/may.py", stage.manager, id=account(stage.staff)).warning
