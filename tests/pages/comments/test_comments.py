"""Comments on a record's page (pages/kit/comments.py), and those that call oneself (pages/comments/mentions.py)."""

from core.actor import Actor
from core.database import transaction
from pages.kit import comments as piece
from services.comments import CommentsAsk, NewComment, comments, write_comment
from tests.factories import account_of, actor_of


def acts(person):
    with transaction(Actor.system("test")) as tx:
        return actor_of(tx, person)


def account_id(person):
    with transaction(Actor.system("test")) as tx:
        return account_of(tx, person).id


def write(author, about, text="要確認です", mentions=()):
    with transaction(acts(author)) as tx:
        asked = NewComment(noun="person", record_id=about.id, text=text, mentions=list(mentions))
        return write_comment(tx, asked).id


def on(author, about):
    """Return the comments on a person, the newest first."""
    with transaction(acts(author)) as tx:
        return comments(tx, CommentsAsk(noun="person", record_id=about.id)).rows


class TestOnAPerson:
    """What a record's page offers."""

    def test_is_written_with_a_mention_changed_and_withdrawn(self, open_page, stage, monkeypatch):
        monkeypatch.setattr(piece, "confirm", lambda _title, _will, *, yes, then: then())
        me, about, called = stage.administrator, stage.staff, account_id(stage.manager)
        app = open_page("people/person.py", id=str(about.id), view="comments")
        form = f"comment-person-{about.id}.0"
        app.get_by_key(f"{form}.text").set_value("席替えの件\n確認してください")
        app.get_by_key(f"{form}.mentions").set_value([called])
        app.get_by_key(f"{form}.submit").click().run()
        (row,) = on(me, about)
        assert (row.text, row.mentioned) == ("席替えの件\n確認してください", {called: "部長 太郎"})

        app.get_by_key(f"edit-comment-{row.id}").click().run()
        app.get_by_key(f"comment-{row.id}-1.0.text").set_value("済みました")
        app.get_by_key(f"comment-{row.id}-1.0.submit").click().run()
        assert (on(me, about)[0].text, on(me, about)[0].mentioned) == ("済みました", {called: "部長 太郎"})

        app.get_by_key(f"withdraw-{row.id}").click().run()
        app.run()
        assert on(me, about)[0].withdrawn
        assert "このコメントは取り消されました。" in [one.value for one in app.caption]
        assert not app.exception

    def test_others_are_read_only_and_come_newest_last(self, open_page, stage):
        for at in range(22):
            write(stage.administrator, stage.staff, f"{at}番")
        app = open_page("people/person.py", stage.manager, id=str(stage.staff.id), view="comments")
        assert not [one for one in app.button if one.key.startswith(("edit-comment", "withdraw"))]
        bodies = [one.proto.body for one in app.get("html") if one.proto.body.startswith("<p")]
        assert bodies == [f"<p class='prose'>{at}番</p>" for at in range(2, 22)]
        app.get_by_key("comments.after").click().run()
        bodies = [one.proto.body for one in app.get("html") if one.proto.body.startswith("<p")]
        assert bodies == ["<p class='prose'>0番</p>", "<p class='prose'>1番</p>"]

    def test_a_department_has_them_too(self, open_page, stage):
        app = open_page("people/department.py", stage.manager, id=str(stage.head_office.id), view="comments")
        assert app.get_by_key(f"comment-department-{stage.head_office.id}.0.submit")


class TestMentions:
    """Its own page: pages/comments/mentions.py."""

    def test_leads_to_the_record_and_goes_once_seen(self, open_page, stage):
        for text in ("一", "二"):
            write(stage.administrator, stage.staff, text, [account_id(stage.manager)])
        app = open_page("comments/mentions.py", stage.manager)
        assert {one.proto.label for one in app.get("page_link")} >= {"社員 三郎"}
        next(one for one in app.button if one.key.startswith("see-") and one.key != "see-all").click().run()
        app.run()
        assert len([one for one in app.button if one.key.startswith("see-")]) == 1
        assert "表示するコメントはありません。" not in [one.value for one in app.info]
        app.button[[one.key.startswith("see-") for one in app.button].index(True)].click().run()
        assert "表示するコメントはありません。" in [one.value for one in app.info]

    def test_of_others_one_sees_nothing(self, open_page, stage):
        write(stage.administrator, stage.staff, mentions=[account_id(stage.manager)])
        assert open_page("comments/mentions.py", stage.staff).info
