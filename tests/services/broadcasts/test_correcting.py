"""Corrections: a broadcast to whoever another one asked."""

import pytest

from core.errors import Conflict, NotFound, Refused
from core.i18n import using_language
from data.models.people import Person
from services.broadcasts import (
    Send,
    Which,
    WhichDraft,
    correct,
    corrections_of,
    discard,
    rehearse,
    send,
    set_reminders,
    show,
)
from services.broadcasts.corrected import corrected_by
from tests.factories import make_person
from tests.services.broadcasts.asks import drafted, mailings, opened, recipients, sent
from tests.services.broadcasts.test_reminding import asked

pytestmark = pytest.mark.usefixtures("with_mail", "samples")


def corrected(tx, first, **values):
    """Prepare a correction and send it."""
    row = correct(tx, Which(id=first.id))
    row = drafted(tx, **{"id": row.id, "kind": row.kind, "title": row.title, "subject": row.subject, "body": row.body,
                         "audience": {}, **values})  # fmt: skip
    return send(tx, Send(id=row.id))


class TestCorrect:
    def test_goes_to_whoever_was_asked_reached_or_not(self, administrator, cast, tx):
        unreached = make_person(tx)
        first = opened(administrator, audience={"people": [cast.staff.id, cast.far.id, unreached.id]})
        make_person(tx, mail="new@example.jp")
        row = corrected(administrator, first)
        assert recipients(tx, row.id) == {cast.staff.id, cast.far.id, unreached.id}
        assert row.corrects_id == first.id

    def test_who_has_left_meanwhile_is_not_asked(self, administrator, cast, tx):
        gone = make_person(tx, mail="gone@example.jp")
        first = opened(administrator, audience={"people": [cast.staff.id, gone.id]})
        tx.get(Person, gone.id).retired_at = tx.now
        tx.session.flush()
        assert recipients(tx, corrected(administrator, first).id) == {cast.staff.id}

    def test_is_marked_and_of_a_drill_both_marks_stand_there(self, administrator, tx):
        row = corrected(administrator, opened(administrator, kind="manual"), subject="件名")
        assert mailings(tx, row.id)[0].subject == "【訂正】件名"
        drill = corrected(administrator, opened(administrator, kind="drill", title="秋"), subject="件名")
        assert mailings(tx, drill.id)[0].subject == "【訓練】【訂正】件名"
        assert drill.title == "【訓練】【訂正】秋"

    def test_begins_with_the_text_of_the_sample(self, administrator):
        row = correct(administrator, Which(id=opened(administrator, kind="manual").id))
        assert (row.subject, row.title) == ("【訂正】{title}", "安否確認テスト")
        assert "訂正します" in row.body
        assert rehearse(administrator, WhichDraft(id=row.id)).recipients == ["「安否確認テスト」の対象者全員"]
        assert rehearse(administrator, WhichDraft(id=row.id)).broadcast.subject == "【訂正】{title}"

    def test_both_show_each_other(self, administrator, tx):
        first = opened(administrator, kind="manual", title="地震")
        row = corrected(administrator, first)
        draft = correct(administrator, Which(id=first.id))
        found = show(administrator, Which(id=first.id))
        assert [one.id for one in found.corrections] == [draft.id, row.id]
        assert found.broadcast.corrected_at == row.sent_at
        assert show(administrator, Which(id=row.id)).corrects == "地震"
        assert row.title == "【訂正】地震"
        discard(administrator, WhichDraft(id=draft.id))
        assert [one.id for one in corrections_of(tx, first.id)] == [row.id]

    def test_what_was_not_sent_is_changed_itself(self, administrator):
        with pytest.raises(Refused):
            correct(administrator, Which(id=drafted(administrator).id))

    def test_only_who_steers_the_first_one_corrects_it(self, administrator, manager):
        with pytest.raises(NotFound):
            correct(manager, Which(id=opened(administrator).id))
        first = opened(manager)
        assert corrected(manager, first).asked == 3

    def test_has_a_version_and_reminders_as_any_other(self, administrator):
        row = correct(administrator, Which(id=opened(administrator).id))
        with pytest.raises(Conflict):
            set_reminders(administrator, asked(row, version=9))


def said_to(tx, broadcast_id):
    """Return the one correction of a broadcast as a person reads it."""
    (correction,) = corrected_by(tx, [broadcast_id])[broadcast_id]
    return correction.said({"name": "社員 三郎"})


class TestSaid:
    def test_reads_as_one_person_reads_it_without_the_link(self, administrator, cast, tx):
        first = sent(administrator, kind="manual", title="地震", audience={"people": [cast.staff.id]})
        corrected(
            administrator, first, subject="{title}", body="{name} 様\n正しくは15時です。\n{reply_url}",
            subject_en="{title} put right", body_en="Dear {name}, it is 15:00. {department}", title_en="Quake",
        )  # fmt: skip
        with using_language("ja"):
            said = said_to(tx, first.id)
        assert (said.subject, said.body) == ("【訂正】地震", "社員 三郎 様\n正しくは15時です。")
        with using_language("en"):
            said = said_to(tx, first.id)
        assert (said.subject, said.body) == ("[Correction] Quake put right", "Dear 社員 三郎, it is 15:00.")

    def test_a_draft_says_nothing_yet(self, administrator, tx):
        first = opened(administrator)
        correct(administrator, Which(id=first.id))
        assert corrected_by(tx, [first.id]) == {first.id: []}
