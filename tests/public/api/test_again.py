"""``Idempotency-Key``: a request that is sent again is done once and answered alike."""

import threading
from datetime import timedelta

import psycopg
from sqlalchemy import func, select

from core import clock
from core.actor import Actor
from core.database import connected, libpq_url, transaction
from data.models.access import ApiAnswer
from data.models.people import PersonList
from pages.public.api import calls
from services.access import Named, kept_answer, key_answers
from tests.public.api.test_calls import problem

NAMED = {"idempotency-key": "7d0e-1"}


def lists() -> int:
    """Count what the operation makes."""
    with transaction(Actor.system("test")) as tx:
        return tx.scalar(select(func.count()).select_from(PersonList))


def kept() -> int:
    """Count answers that are kept."""
    with transaction(Actor.system("test")) as tx:
        return tx.scalar(select(func.count()).select_from(ApiAnswer))


class TestAgain:
    def test_answers_what_it_answered_and_does_nothing(self, admin):
        first = admin.post("people/edit_list", {"name": "窓口", "version": 0}, headers=NAMED)
        again = admin.post("people/edit_list", {"version": 0, "name": "窓口"}, headers={"idempotency-key": '"7d0e-1"'})
        assert (first.status_code, again.status_code) == (200, 200)
        assert again.content == first.content
        assert again.headers["idempotency-replayed"] == "true"
        assert "idempotency-replayed" not in first.headers
        assert lists() == 1

    def test_answers_nothing_again_where_there_was_nothing(self, admin):
        made = admin.post("access/edit_set", {"name": "窓口"}).json()
        which = {"id": made["id"], "version": made["version"]}
        answers = [admin.post("access/delete_set", which, headers=NAMED) for _at in range(2)]
        assert [one.status_code for one in answers] == [204, 204]

    def test_with_another_body_or_process_is_refused(self, admin):
        admin.post("people/edit_list", {"name": "窓口"}, headers=NAMED)
        problem(admin.post("people/edit_list", {"name": "受付"}, headers=NAMED), 422, "another_request")
        problem(admin.post("people/delete_list", {"name": "窓口"}, headers=NAMED), 422, "another_request")
        assert lists() == 1

    def test_of_another_key_is_another_request(self, machine, stage):
        first, second = machine(stage.administrator), machine(stage.administrator)
        first.post("people/edit_list", {"name": "窓口"}, headers=NAMED)
        second.post("people/edit_list", {"name": "受付"}, headers=NAMED)
        assert lists() == 2

    def test_after_a_refusal_is_done(self, admin):
        admin.post("people/edit_list", {"name": "窓口"})
        problem(admin.post("people/edit_list", {"name": "窓口"}, headers=NAMED), 422, "invalid")
        assert kept() == 0
        assert admin.post("people/edit_list", {"name": "受付"}, headers=NAMED).status_code == 200

    def test_needs_the_permission_still(self, machine, stage):
        small = machine(stage.administrator, "people.edit_list:do")
        small.post("people/edit_list", {"name": "窓口"}, headers=NAMED)
        problem(small.post("people/delete_list", {"id": 1}, headers=NAMED), 403, "not_allowed")

    def test_with_a_name_that_is_none(self, admin):
        for name in ("", '""', '"open', "x" * 201, "a b", "é".encode()):
            answer = admin.post("people/edit_list", {"name": "x"}, headers={"idempotency-key": name})
            problem(answer, 400, "malformed")
        assert lists() == 0


class TestWhileItRuns:
    def test_the_second_is_told_to_come_again(self, admin, monkeypatch):
        entered, go_on = threading.Event(), threading.Event()
        keep = calls.access.keep_answer

        def slow(*values):
            entered.set()
            assert go_on.wait(30)
            keep(*values)

        monkeypatch.setattr(calls.access, "keep_answer", slow)
        answers = []
        first = threading.Thread(
            target=lambda: answers.append(admin.post("people/edit_list", {"name": "窓口"}, headers=NAMED))
        )
        first.start()
        assert entered.wait(30)
        problem(admin.post("people/edit_list", {"name": "窓口"}, headers=NAMED), 409, "still_running")
        go_on.set()
        first.join()
        assert answers[0].status_code == 200
        assert admin.post("people/edit_list", {"name": "窓口"}, headers=NAMED).content == answers[0].content
        assert lists() == 1


class TestOneTransaction:
    def test_a_fault_after_the_change_leaves_neither(self, admin, monkeypatch):
        def broken(*_values):
            raise ConnectionError

        with monkeypatch.context() as patched:
            patched.setattr(calls.access, "keep_answer", broken)
            problem(admin.post("people/edit_list", {"name": "窓口"}, headers=NAMED), 500, "fault")
        assert (lists(), kept()) == (0, 0)
        assert admin.post("people/edit_list", {"name": "窓口"}, headers=NAMED).status_code == 200
        assert (lists(), kept()) == (1, 1)


class TestKept:
    def test_for_a_day_and_then_cleared(self, admin):
        now = clock.now()
        with clock.frozen(now):
            admin.post("people/edit_list", {"name": "窓口"}, headers=NAMED)
        with clock.frozen(now + timedelta(hours=23, minutes=59)):
            key_answers.forget_answers()
            assert kept() == 1
            assert "idempotency-replayed" in admin.post("people/edit_list", {"name": "窓口"}, headers=NAMED).headers
        with clock.frozen(now + timedelta(hours=24)):
            assert admin.post("people/edit_list", {"name": "受付"}, headers=NAMED).status_code == 200
            assert kept() == 1, "the old answer made room"
        with clock.frozen(now + timedelta(hours=48)):
            key_answers.forget_answers()
            assert kept() == 0

    def test_goes_with_its_key_only_and_names_do_not_mix(self, admin):
        with transaction(Actor.system("test")) as tx:
            assert kept_answer(tx, Named(1, "12", b"")) is None
            assert kept_answer(tx, Named(11, "2", b"")) is None

    def test_is_found_without_reading_all_though_there_was_none_when_it_was_first_looked_for(self, admin, live):
        with psycopg.connect(libpq_url(live.owner_url), autocommit=True) as owner:
            owner.execute("VACUUM api_answer")
            with connected() as line:
                for at in range(20):  # from the fifth on the statement is prepared, from the tenth on its plan is kept
                    with transaction(Actor.system("test"), on=line) as tx:
                        kept_answer(tx, Named(admin.id, f"before {at}", b""))
                owner.execute(
                    "INSERT INTO api_answer (key_id, name, request_hash, created_at)"
                    " SELECT %s, at::text, '', now() FROM generate_series(1, 2000) AS at",
                    [admin.id],
                )
                with transaction(Actor.system("test"), on=line) as tx:
                    kept_answer(tx, Named(admin.id, "after", b""))
                    read = "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'api_answer'"
                    assert tx.plain(read, {})[0].seq_tup_read == 0
