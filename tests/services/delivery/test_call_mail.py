"""The mails to those whom a comment calls: who gets one, once, and what it tells."""

import pytest
from sqlalchemy import select

from core.actor import Actor
from core.database import transaction
from core.jobs import run_waiting_jobs
from data.models.comments import CommentMention
from data.models.delivery import LocalMail, MailSender, ProviderKind, Security
from data.models.people import ContactKind, ContactPoint
from services.access import ChosenMails, actor_for, choose_mails
from services.comments import ChangedComment, NewComment, WhichMentions, edit_comment, see_mentions, write_comment
from services.delivery import send_calls
from services.delivery.providers import ProviderDown
from tests.factories import account_of, make_cast
from tests.smtp_sink import smtp_sink

SYSTEM = Actor.system("test")


class Stage:
    """The cast, everybody with a mail address, and what they do."""

    def __init__(self):
        """Put it up."""
        with transaction(SYSTEM) as tx:
            self.cast = make_cast(tx)
            people = {"admin": self.cast.administrator, "manager": self.cast.manager, "far": self.cast.crisis_manager}
            for name, person in people.items():
                tx.add(ContactPoint(person_id=person.id, kind=ContactKind.MAIL, value=f"{name}@example.jp"))
            self.account = {name: account_of(tx, person).id for name, person in people.items()}

    def do(self, who, operation, asked):
        """Let somebody do something, then let the worker do its part."""
        with transaction(SYSTEM) as tx:
            actor = actor_for(tx, self.account[who])
        with transaction(actor) as tx:
            done = operation(tx, asked)
        run_waiting_jobs()
        return done

    def write(self, *called, text="内緒の話"):
        """Let the administrator comment the staff member's record."""
        mentions = [self.account[name] for name in called]
        asked = NewComment(noun="person", record_id=self.cast.staff.id, text=text, mentions=mentions)
        return self.do("admin", write_comment, asked).id

    def mails(self):
        """Return what the local mailbox took."""
        with transaction(SYSTEM) as tx:
            return list(tx.execute(select(LocalMail).order_by(LocalMail.id)).scalars())


@pytest.fixture
def stage(live):
    """The stage."""
    return Stage()


def test_one_mail_tells_the_fact_the_title_and_the_way_there_and_no_more(stage):
    comment_id = stage.write("manager")
    (one,) = stage.mails()
    assert (one.recipient, one.subject) == ("manager@example.jp", "コメントで呼ばれています")
    assert "「社員 三郎」へのコメント" in one.body
    assert f"/people-person?id={stage.cast.staff.id}&view=comments" in one.body
    assert "内緒" not in one.body
    assert "管理" not in one.body
    mentions = [stage.account["manager"]]
    stage.do("admin", edit_comment, ChangedComment(id=comment_id, version=1, text="直した", mentions=mentions))
    send_calls(comment_id=comment_id)
    assert len(stage.mails()) == 1, "who was called before is told once"


def test_goes_to_nobody_who_wants_none_has_seen_it_or_may_not_see_the_record_any_more(stage):
    stage.do("manager", choose_mails, ChosenMails(call_mails=False))
    stage.write("manager")
    assert stage.mails() == []
    stage.do("manager", choose_mails, ChosenMails(call_mails=True))
    stage.do("manager", see_mentions, WhichMentions())
    with transaction(SYSTEM) as tx:
        (comment_id,) = tx.execute(select(CommentMention.comment_id)).scalars()
        tx.add(CommentMention(comment_id=comment_id, account_id=stage.account["far"]))
    send_calls(comment_id=comment_id)
    assert stage.mails() == []


def test_a_server_that_is_down_is_tried_again_and_takes_it_once(stage):
    with smtp_sink() as sink:
        host, port = sink.hostname, sink.port
    with transaction(SYSTEM) as tx:
        tx.add(
            MailSender(
                id=1, name="連絡", address="renraku@example.jp", provider=ProviderKind.SMTP, smtp_host=host,
                smtp_port=port, smtp_security=Security.NONE,
            )
        )  # fmt: skip
    comment_id = stage.write("manager")
    with pytest.raises(ProviderDown):
        send_calls(comment_id=comment_id)
    with smtp_sink() as sink:
        with transaction(SYSTEM) as tx:
            tx.get(MailSender, 1).smtp_port = sink.port
        send_calls(comment_id=comment_id)
        send_calls(comment_id=comment_id)
        assert len(sink.taken) == 1
