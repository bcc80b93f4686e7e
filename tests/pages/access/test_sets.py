"""The permission matrix as a page (pages/access/sets.py, X06)."""

import pytest
from sqlalchemy import delete, select

from core.actor import Actor
from core.database import transaction
from core.inputs import Nothing
from data.models.access import Account, PermissionGrant, PermissionSet, ReachKind
from services.access import EditedSet, NewAssignment, assign, edit_set, list_sets
from tests.pages.grids import tick


def stored(name):
    """Return a set as it stands in the database, None if there is none."""
    with transaction(Actor.system("test")) as tx:
        return next((row for row in list_sets(tx, Nothing()) if row.name == name), None)


@pytest.fixture
def desk(stage):
    """A set of the organisation's own."""
    with transaction(Actor.system("test")) as tx:
        return edit_set(tx, EditedSet(name="窓口", description="受付", grants=["access.accounts:read"]))


def box(app, chosen, grant):
    """Return the box of a process."""
    return app.checkbox(key=f"set-{chosen.id}-{chosen.version}.0.{grant}")


def name_of(app):
    """Return the field of the set's name."""
    return next(field for field in app.text_input if field.key.endswith(".name"))


def press_delete(app):
    """Delete the set that is shown."""
    next(one for one in app.button if str(one.key).startswith("delete-")).click().run()


def submit(app):
    """Save what stands on the page."""
    return next(one for one in app.button if one.key.endswith(".submit")).click().run()


class TestMatrix:
    def test_shows_every_process_and_saves_all_of_it_at_once(self, open_page, desk):
        app = open_page("access/sets.py", id=str(desk.id))
        assert box(app, desk, "access.accounts:read").value
        box(app, desk, "access.accounts:read").uncheck()
        box(app, desk, "people.search:read").check()
        name_of(app).set_value("受付")
        submit(app)
        assert not app.exception
        assert any("保存しました" in text.value for text in app.success)
        assert stored("受付").grants == ["people.search:read"]
        assert box(app, stored("受付"), "people.search:read").value

    def test_a_new_one_is_made(self, open_page, stage):
        app = open_page("access/sets.py")
        app.radio(key="set").set_value(0).run()
        name_of(app).set_value("新設")
        app.checkbox(key="set-0-0.0.people.search:read").check()
        submit(app)
        assert stored("新設").grants == ["people.search:read"]
        assert app.radio(key="set").value == stored("新設").id

    def test_without_a_name_it_says_so_and_keeps_what_was_ticked(self, open_page, stage):
        app = open_page("access/sets.py", id="0")
        app.checkbox(key="set-0-0.0.people.search:read").check()
        submit(app)
        assert any("名前" in text.value for text in app.error)
        assert app.checkbox(key="set-0-0.0.people.search:read").value

    def test_somebody_elses_change_is_not_overwritten(self, open_page, desk):
        app = open_page("access/sets.py", id=str(desk.id))
        with transaction(Actor.system("test")) as tx:
            edit_set(tx, EditedSet(id=desk.id, version=desk.version, name="先に変更"))
        name_of(app).set_value("後から変更")
        submit(app)
        assert stored("後から変更") is None
        assert stored("先に変更")
        assert len(app.warning) == 1
        app.get_by_key(f"set-{desk.id}-2.0.choice.name").set_value("mine").run()
        submit(app)
        assert stored("後から変更")

    def test_what_both_ticked_is_joined(self, open_page, desk):
        app = open_page("access/sets.py", id=str(desk.id))
        with transaction(Actor.system("test")) as tx:
            grants = ["access.accounts:read", "access.sets:read"]
            edit_set(tx, EditedSet(id=desk.id, version=desk.version, name="窓口", grants=grants))
        box(app, desk, "people.search:read").check()
        submit(app)
        assert stored("窓口").grants == ["access.accounts:read", "access.sets:read"], "nothing happens without a look"
        submit(app)
        assert stored("窓口").grants == ["access.accounts:read", "access.sets:read", "people.search:read"]

    def test_what_was_ticked_and_not_saved_is_offered_again(self, open_page, desk):
        box(open_page("access/sets.py", id=str(desk.id)), desk, "people.search:read").check().run()
        app = open_page("access/sets.py", id=str(desk.id))
        app.get_by_key(f"set-{desk.id}-1.0.resume").click().run()
        assert box(app, desk, "people.search:read").value

    def test_an_address_that_is_no_number_shows_the_first(self, open_page, stage):
        assert not open_page("access/sets.py", id="²").exception

    def test_a_name_is_never_markup(self, open_page, stage):
        with transaction(Actor.system("test")) as tx:
            edit_set(tx, EditedSet(name="**太字**", description="", grants=[]))
        assert r"\*\*太字\*\*" in open_page("access/sets.py").radio(key="set").options

    def test_the_administrators_set_has_every_box_ticked_and_closed(self, open_page, stage):
        with transaction(Actor.system("test")) as tx:
            everything = tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == "administrator"))
        app = open_page("access/sets.py", id=str(everything))
        assert all(one.value and one.disabled for one in app.checkbox)

    def test_one_that_nobody_has_can_be_deleted(self, open_page, desk):
        app = open_page("access/sets.py", id=str(desk.id))
        press_delete(app)
        assert stored("窓口") is None
        assert not app.exception

    def test_without_permission_it_is_not_shown(self, open_page, stage):
        app = open_page("access/sets.py", stage.manager)
        assert app.warning
        assert not app.checkbox

    def test_a_word_shows_its_boxes_and_what_is_not_shown_keeps_its_tick(self, open_page, desk):
        app = open_page("access/sets.py", id=str(desk.id))
        app.text_input(key="word").set_value("利用者を変更").run()
        shown = [one.key.rpartition(".0.")[2] for one in app.checkbox]
        assert "people.edit:do" in shown
        assert "access.accounts:read" not in shown
        box(app, desk, "people.edit:do").check()
        submit(app)
        assert stored("窓口").grants == ["access.accounts:read", "people.edit:do"]

    def test_one_in_use_shows_who_loses_what_before_it_goes(self, open_page, desk):
        with transaction(Actor.system("test")) as tx:
            staff = tx.scalar(select(Account.id).where(Account.login == "staff"))
            assign(tx, NewAssignment(account_id=staff, set_id=desk.id, reach=ReachKind.WHOLE))
        app = open_page("access/sets.py", id=str(desk.id))
        lost = app.dataframe[0].value
        assert [one.endswith("社員 三郎") for one in lost["name"]] == [True]
        assert list(lost["loses"]) == ["アカウントの閲覧"]
        press_delete(app)
        assert stored("窓口") is None

    def test_whoever_got_it_meanwhile_is_shown_before_it_goes(self, open_page, desk):
        app = open_page("access/sets.py", id=str(desk.id))
        with transaction(Actor.system("test")) as tx:
            staff = tx.scalar(select(Account.id).where(Account.login == "staff"))
            assign(tx, NewAssignment(account_id=staff, set_id=desk.id, reach=ReachKind.WHOLE))
        press_delete(app)
        assert stored("窓口").accounts == 1
        assert list(app.dataframe[0].value["loses"]) == ["アカウントの閲覧"]
        press_delete(app)
        assert stored("窓口") is None


class TestRoleGap:
    """What the role of a shipped set got since."""

    @pytest.fixture
    def older(self, stage):
        """The managers' set without the contact network, as a version before it made it."""
        with transaction(Actor.system("test")) as tx:
            made = tx.scalar(select(PermissionSet.id).where(PermissionSet.shipped == "manager"))
            of = PermissionGrant.set_id == made
            tx.execute(delete(PermissionGrant).where(of, PermissionGrant.process.startswith("network.")))
            return next(row for row in list_sets(tx, Nothing()) if row.id == made)

    def test_is_listed_and_added_by_one_button(self, open_page, older):
        app = open_page("access/sets.py")
        assert [one for one in app.radio(key="set").options if "追加できる" in one] == [
            f"{older.name}（追加できる権限9件）"
        ]
        assert not any(one.key == "role-gap" for one in app.button), "the first set is the system administrator's"
        app.radio(key="set").set_value(older.id).run()
        assert any("**連絡網**　" in one.value for one in app.markdown)
        app.button(key="role-gap").click().run()
        assert not app.exception
        assert "network.search:read" in stored(older.name).grants
        assert not any(one.key == "role-gap" for one in app.button)

    def test_what_somebody_took_away_is_named_and_left_out(self, open_page, older):
        with transaction(Actor.system("test")) as tx:
            grants = [one for one in older.grants if one != "people.edit:do"]
            edit_set(tx, EditedSet(id=older.id, version=older.version, name=older.name, grants=grants))
        app = open_page("access/sets.py", id=str(older.id))
        assert any("外されたことがあるため" in one.value and "利用者を変更" in one.value for one in app.caption)
        app.button(key="role-gap").click().run()
        assert "people.edit:do" not in stored(older.name).grants

    def test_nothing_is_said_of_a_set_that_has_all(self, open_page, stage, desk):
        app = open_page("access/sets.py", id=str(desk.id))
        assert not any("追加できる" in one for one in app.radio(key="set").options)


class TestSideBySide:
    def grid_of(self, open_page, stage, word):
        """Open the permission master at the rows that a word finds."""
        app = open_page("access/sets.py", view="all")
        return app.text_input(key="word").set_value(word).run()

    def test_ticks_are_kept_while_other_words_are_looked_for_and_saved_together(self, open_page, stage, desk):
        app = self.grid_of(open_page, stage, "people.edit")
        assert not any(app.dataframe[0].value[f"set-{desk.id}"])
        app = tick(app, f"set-{desk.id}", row=0, on=True)
        app.text_input(key="word").set_value("access.accounts").run()
        rows = list(app.dataframe[0].value["title"])
        app = tick(app, f"set-{desk.id}", row=rows.index("アカウントの閲覧（閲覧）"), on=False)
        assert any("窓口：変更2件" in one.value for one in app.markdown)
        app.button(key="matrix.save").click().run()
        assert not app.exception
        assert stored("窓口").grants == ["people.edit:do"]
        assert not any(one.key == "matrix.save" for one in app.button)

    def test_what_somebody_else_granted_meanwhile_stays(self, open_page, stage, desk):
        app = tick(self.grid_of(open_page, stage, "people.edit"), f"set-{desk.id}", row=0, on=True)
        with transaction(Actor.system("test")) as tx:
            edit_set(tx, EditedSet(id=desk.id, version=desk.version, name="窓口", grants=["people.search:read"]))
        app.button(key="matrix.save").click().run()
        assert not app.exception
        assert stored("窓口").grants == ["people.edit:do", "people.search:read"]

    def test_thrown_away_is_as_it_was(self, open_page, stage, desk):
        app = tick(self.grid_of(open_page, stage, "people.edit"), f"set-{desk.id}", row=0, on=True)
        app.button(key="matrix.drop").click().run()
        assert not any(app.dataframe[0].value[f"set-{desk.id}"])
        assert stored("窓口").grants == ["access.accounts:read"]


class TestWho:
    def test_from_a_permission_to_the_people(self, open_page, stage):
        app = open_page("access/who.py", about="people.edit:do")
        shown = app.dataframe[0].value
        assert [one.rpartition("right: ")[2] for one in shown["name"]] == ["管理 花子", "部長 太郎"]
        assert not open_page("access/who.py").dataframe
