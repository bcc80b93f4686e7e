"""What needs one today, out of every room (services/home/today.py, ``needs`` of each room)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from core.actor import Looker
from core.inputs import Nothing
from core.needs import Urgency
from data.models.access import AccountStatus, SignInLink
from data.models.broadcasts import Broadcast, BroadcastKind
from data.models.delivery import Mailing, MailingState, MailSender, ProviderKind
from data.models.people import ImportState, PeopleImport
from services.access import WhichAccount, invite
from services.broadcasts import seed_samples
from services.desk import KeptDraft, keep_draft
from services.home import what_needs_me
from tests.factories import make_account, make_person
from tests.services.broadcasts import asks


@pytest.fixture
def running(administrator, cast):
    """A broadcast to everybody of the cast that nobody has answered."""
    seed_samples(administrator)
    for person in (cast.administrator, cast.manager, cast.staff, cast.far):
        asks.reachable(administrator, person)
    form = asks.form_named(administrator, "安否確認")
    return asks.opened(administrator, title="訓練", form_id=form.id).id


def waiting(tx, page):
    """Return what waits on a page: text, count, urgency."""
    return [(one.text, one.count, one.urgency) for one in what_needs_me(tx, Nothing()) if one.page == page]


class TestBroadcasts:
    """Running ones, as far as one reaches."""

    PAGE = "broadcasts/monitor.py"

    def test_counts_who_has_not_answered_within_reach(self, administrator, manager, staff, running, cast):
        text = "「訓練」の未回答者"
        assert waiting(administrator, self.PAGE) == [(text, 5, Urgency.TODAY)]
        assert waiting(manager, self.PAGE) == [(text, 3, Urgency.TODAY)]
        assert waiting(staff, self.PAGE) == []
        asks.replied(administrator, running, cast.staff, {})
        assert waiting(manager, self.PAGE) == [(text, 2, Urgency.TODAY)]

    def test_one_outside_the_reach_is_not_named(self, administrator, crisis_manager, manager, cast, running):
        form = asks.form_named(administrator, "安否確認")
        asks.opened(administrator, title="本社のみ", form_id=form.id, audience={"people": [cast.staff.id]})
        assert [text for text, *_rest in waiting(crisis_manager, self.PAGE)] == ["「訓練」の未回答者"]
        assert len(waiting(manager, self.PAGE)) == 2

    def test_an_automatic_one_is_urgent_and_an_old_or_closed_one_rests(self, administrator, running, tx):
        tx.execute(update(Broadcast).values(kind=BroadcastKind.AUTOMATIC))
        assert waiting(administrator, self.PAGE)[0][2] is Urgency.NOW
        tx.execute(update(Broadcast).values(sent_at=tx.now - timedelta(days=15)))
        assert waiting(administrator, self.PAGE) == []

    def test_failed_mails_and_a_sending_that_stands_still(self, administrator, manager, running, tx):
        page = "broadcasts/show.py"
        assert waiting(administrator, page) == []
        tx.execute(update(Mailing).values(failed=3, state=MailingState.SENDING, trouble="down"))
        assert [(count, urgency) for _text, count, urgency in waiting(administrator, page)] == [
            (1, Urgency.NOW),
            (3, Urgency.TODAY),
        ]
        assert waiting(manager, page) == [], "who does not steer it cannot mend it"


class TestOthers:
    """Imports, invitations, the sender, what was begun."""

    def test_own_imports_that_wait(self, administrator, manager, tx):
        def upload(actor, state, counts, name):
            tx.add(
                PeopleImport(
                    filename=name, content=b"", encoding="utf-8", header=[], sample=[], mapping={}, state=state,
                    counts=counts, account_id=actor.account_id, created_at=tx.now,
                )
            )  # fmt: skip

        upload(administrator.actor, ImportState.APPLIED, {"error": 2}, "甲.csv")
        upload(administrator.actor, ImportState.APPLIED, {"error": 0}, "乙.csv")
        upload(administrator.actor, ImportState.CHECKED, {"error": 0}, "丙.csv")
        upload(manager.actor, ImportState.UPLOADED, {}, "丁.csv")
        assert [(text, count) for text, count, _urgency in waiting(administrator, "people/imports.py")] == [
            ("「丙.csv」は確認済みで、取り込みを待っています", 1),
            ("「甲.csv」の取り込めない行", 2),
        ]

    def test_invitations_that_were_not_used(self, administrator, limited, cast, tx):
        for department in (cast.general_affairs, cast.branch, cast.branch):
            account = make_account(tx, make_person(tx, department=department))
            account.status = AccountStatus.INVITED
            tx.session.flush()
            invite(administrator, WhichAccount(id=account.id))
        tx.execute(update(SignInLink).where(SignInLink.account_id == account.id).values(expires_at=tx.now))
        assert [found[1:] for found in waiting(administrator, "access/accounts.py")] == [
            (1, Urgency.TODAY),
            (2, Urgency.LATER),
        ]
        assert [found[1:] for found in waiting(limited("access.invite"), "access/accounts.py")] == [(1, Urgency.LATER)]

    def test_the_sender_until_it_is_set_and_works(self, administrator, manager, tx):
        page = "delivery/sender.py"
        said = [text for text, *_rest in waiting(administrator, page)]
        assert len(said) == 2, "no worker, no sender"
        tx.add(MailSender(id=1, name="総務", address="a@example.jp", provider=ProviderKind.LOCAL, test_accepted=False))
        assert (said[1] in [text for text, *_rest in waiting(administrator, page)]) is False
        assert "前回のテストメールを送信できませんでした" in [text for text, *_rest in waiting(administrator, page)]
        assert waiting(manager, page) == []

    def test_what_one_has_begun(self, acting, staff, manager):
        keep_draft(staff, KeptDraft(form="a", title="編集", values={"name": "甲"}))
        assert waiting(staff, "desk/begun.py") == [("書きかけ", 1, Urgency.LATER)]
        assert waiting(manager, "desk/begun.py") == []
        looker = Looker(account_id=1, name="管理", until=datetime.max.replace(tzinfo=UTC))
        looking = acting(replace(staff.actor, looker=looker))
        assert waiting(looking, "desk/begun.py") == [], "as little as the page shows them"

    def test_the_most_urgent_comes_first(self, administrator, running):
        keep_draft(administrator, KeptDraft(form="a", title="編集", values={"name": "甲"}))
        order = list(Urgency)
        found = [order.index(one.urgency) for one in what_needs_me(administrator, Nothing())]
        assert found == sorted(found)
        assert len(set(found)) == 3
