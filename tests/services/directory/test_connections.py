"""Connections: what they need, secrets that stay inside, who may, what goes with them; undoing what came by one."""

import socket
import threading
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import func, select

from core.actor import Actor
from core.audit import AuditRecord
from core.database import transaction
from core.errors import Conflict, Invalid, NotFound, Refused
from core.inputs import Nothing
from data.models.directory import DirectoryConnection, DirectoryRun, RunState, SyncedPerson
from data.models.people import Person
from services.directory import (
    Applied,
    ConnectionsAsk,
    EditedConnection,
    MappedFields,
    NewConnection,
    Nightly,
    WhichConnection,
    WhichRun,
    add_connection,
    apply,
    drop_run,
    edit_connection,
    list_connections,
    map_fields,
    planning,
    remove_connection,
    show_connection,
    start_run,
    try_connection,
)
from services.directory.line import INSIDE, line
from services.directory.mapping import DEFAULTS
from services.directory.runs import begin
from services.directory.settings import merged, opened
from services.directory.sources import FIELDS, SourceKind, SourceRefused
from services.home import what_needs_me
from tests.factories import account_of
from tests.services.changes.stage import latest, state, undone
from tests.services.directory.conftest import connect
from tests.services.directory.given import department, person

SECRET = "geheimes-Wort"
KEPT = {
    SourceKind.SMARTHR: {"subdomain": "acme", "token": SECRET},
    SourceKind.CYBOZU: {"subdomain": "acme", "token": SECRET},
    SourceKind.MICROSOFT: {"tenant": "acme", "client_id": "c", "client_secret": SECRET},
    SourceKind.FREEE: {
        "company_id": "7", "client_id": "c", "client_secret": "s", "refresh_token": SECRET, "access_token": "a",
    },
}  # fmt: skip


def added(tx, kind=SourceKind.SMARTHR, name="人事"):
    """Add a connection and return it as stored."""
    made = add_connection(tx, NewConnection(name=name, kind=kind, settings=typed(kind)))
    return tx.get(DirectoryConnection, made.id)


def typed(kind):
    """Return what a person would type."""
    return {name: value for name, value in KEPT[kind].items() if name != "access_token"}


def edited(found, **values):
    """Return an edit."""
    now = {"name": found.name, "settings": {"subdomain": "acme"}, "nightly": Nightly.OFF, "brake_percent": 10}
    return EditedConnection(**{"id": found.id, "version": found.version, **now, **values})


class TestSettings:
    """What is kept, what is asked for again, and what cannot be entered."""

    @pytest.mark.parametrize(
        ("kind", "given", "after"),
        [
            ("smarthr", {"subdomain": "acme", "token": ""}, KEPT[SourceKind.SMARTHR]),
            ("smarthr", {"subdomain": "acme", "token": "new"}, {"subdomain": "acme", "token": "new"}),
            ("smarthr", {"subdomain": "other", "token": "new"}, {"subdomain": "other", "token": "new"}),
            ("smarthr", {"subdomain": "other"}, {"token"}),
            ("smarthr", {"subdomain": "", "token": "new"}, {"subdomain"}),
            ("smarthr", {"subdomain": "evil.example/", "token": "new"}, {"subdomain"}),
            ("cybozu", {"subdomain": "acme", "login": "a", "password": "b"},
             {"subdomain": "acme", "login": "a", "password": "b"}),
            ("cybozu", {"subdomain": "other"}, {"token"}),
            ("microsoft", {"tenant": "other", "client_id": "c"}, {"client_secret"}),
            ("freee", {"company_id": "7", "client_id": "c"}, KEPT[SourceKind.FREEE]),
            ("freee", {"company_id": "7", "client_id": "c", "client_secret": "s", "refresh_token": "r"},
             {"company_id": "7", "client_id": "c", "client_secret": "s", "refresh_token": "r"}),
            ("freee", {"company_id": "7", "client_id": "c", "refresh_token": "r"}, {"client_secret"}),
            ("smarthr", {"subdomain": "acme", "base_url": "http://127.0.0.1"}, set()),
            ("freee", {"company_id": "7", "client_id": "c", "access_token": "x"}, set()),
        ],
    )  # fmt: skip
    def test_become(self, kind, given, after):
        kind = SourceKind(kind)
        if isinstance(after, dict):
            assert merged(kind, given, KEPT[kind]) == after
            return
        with pytest.raises(Invalid) as raised:
            merged(kind, given, KEPT[kind])
        assert set(raised.value.fields) == after
        assert SECRET not in f"{raised.value.text} {raised.value.fields}"

    @pytest.mark.parametrize("kind", SourceKind)
    def test_the_usual_mapping_is_of_fields_that_the_vendor_has(self, kind):
        assert set(DEFAULTS[kind].values()) <= set(FIELDS[kind])


class TestConnection:
    def test_its_secrets_come_out_nowhere(self, administrator):
        found = added(administrator)
        edit_connection(administrator, edited(found))
        shown = show_connection(administrator, WhichConnection(id=found.id))
        (listed,) = list_connections(administrator, ConnectionsAsk()).rows
        records = administrator.execute(select(AuditRecord.input, AuditRecord.changes)).all()
        assert (shown.settings, opened(found)["token"]) == ({"subdomain": "acme"}, SECRET)
        assert SECRET not in f"{shown!r} {listed!r} {records!r} {found.settings!r}"

    def test_an_edit_says_what_changed_and_new_settings_want_a_new_test(self, administrator):
        found = added(administrator)
        found.test_asked_at = found.tested_at = administrator.now
        edit_connection(administrator, edited(found, nightly=Nightly.APPLY))
        assert (found.nightly, found.version, found.tested_at) == (Nightly.APPLY, 2, administrator.now)
        edit_connection(administrator, edited(found, settings={"subdomain": "acme", "token": "new"}))
        assert found.tested_at is None

    def test_an_edit_of_what_somebody_else_changed_is_refused(self, administrator):
        found = added(administrator)
        edit = edited(found)
        map_fields(administrator, MappedFields(id=found.id, version=1, mapping={"family_name": "last_name"}))
        with pytest.raises(Conflict):
            edit_connection(administrator, edit)
        with pytest.raises(Conflict):
            map_fields(administrator, MappedFields(id=found.id, version=1, mapping={"family_name": "last_name"}))

    @pytest.mark.parametrize(
        ("mapping", "wrong"),
        [
            ({"mail1": "email"}, {"family_name"}),
            ({"family_name": "no such"}, {"family_name"}),
            ({"family_name": "last_name", "departments": "position"}, {"departments"}),
            ({"name": "last_name", "given_name": "first_name"}, {"name"}),
        ],
    )
    def test_a_mapping_that_cannot_be_used_is_told(self, administrator, mapping, wrong):
        found = added(administrator)
        with pytest.raises(Invalid) as raised:
            map_fields(administrator, MappedFields(id=found.id, version=1, mapping=mapping))
        assert set(raised.value.fields) == wrong

    def test_a_name_is_one_connections_only(self, administrator):
        added(administrator)
        with pytest.raises(Invalid) as raised:
            added(administrator)
        assert set(raised.value.fields) == {"name"}

    def test_nobody_with_a_limited_reach(self, administrator, limited):
        found = added(administrator)
        for process, ask in (
            (list_connections, ConnectionsAsk()),
            (show_connection, WhichConnection(id=found.id)),
            (start_run, WhichConnection(id=found.id)),
            (try_connection, WhichConnection(id=found.id)),
            (remove_connection, WhichConnection(id=found.id)),
        ):
            with pytest.raises(Refused):
                process(limited(process.name), ask)

    def test_a_removed_one_takes_its_runs_and_nobody(self, administrator, tx, directory, connection, sync):
        directory.people_ = [person("1")]
        sync()
        remove_connection(administrator, WhichConnection(id=connection.id))
        for model in (DirectoryRun, SyncedPerson):
            assert tx.scalar(select(func.count()).select_from(model)) == 0
        assert tx.scalar(select(Person.retired_at).where(Person.code == "D1")) is None
        with pytest.raises(NotFound):
            show_connection(administrator, WhichConnection(id=connection.id))

    def test_while_a_run_is_at_work_nothing_else_begins(self, administrator):
        found = WhichConnection(id=added(administrator).id)
        run = start_run(administrator, found)
        for process in (start_run, try_connection, remove_connection):
            with pytest.raises(Refused):
                process(administrator, found)
        drop_run(administrator, WhichRun(id=run.id))
        assert start_run(administrator, found).id != run.id

    def test_while_a_run_is_at_work_it_reads_from_one_place_only(self, administrator):
        found = added(administrator)
        run = start_run(administrator, WhichConnection(id=found.id))
        edit_connection(administrator, edited(found, name="別名"))
        with pytest.raises(Refused, match="at work"):
            edit_connection(administrator, edited(found, settings={"subdomain": "other", "token": "new"}))
        drop_run(administrator, WhichRun(id=run.id))
        edit_connection(administrator, edited(found, settings={"subdomain": "other", "token": "new"}))

    def test_who_changed_it_last_answers_for_it(self, administrator, acting, tx, cast):
        found = added(administrator)
        mine, mapping = administrator.actor.account_id, {"family_name": "last_name"}
        other = acting(replace(administrator.actor, account_id=account_of(tx, cast.manager).id))
        assert found.answers_id == mine
        edit_connection(other, edited(found))
        assert found.answers_id == other.actor.account_id
        map_fields(administrator, MappedFields(id=found.id, version=found.version, mapping=mapping))
        assert found.answers_id == mine


def test_of_another_run_and_the_application_of_this_one_at_once_one_is_refused(live):
    system, results, together = Actor.system("test"), [], threading.Barrier(2)
    with transaction(system) as tx:
        connection = connect(tx)
        run = tx.get(DirectoryRun, begin(tx, connection.id, None))
        run.state = RunState.PLANNED
        tx.session.flush()

    def go(process, ask):
        try:
            with transaction(system) as mine:
                together.wait()
                results.append(process(mine, ask))
        except Exception as error:  # noqa: BLE001 - looked at below
            results.append(error)

    asks = ((start_run, WhichConnection(id=connection.id)), (apply, Applied(id=run.id)))
    threads = [threading.Thread(target=go, args=one) for one in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(one).__name__ for one in results) == ["Refused", "WhichRun"]


class TestLine:
    """Where a vendor's name may lead."""

    def test_a_name_that_leads_inside_is_not_asked(self, monkeypatch):
        def lookup(_host, port, **_more):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", port))]

        monkeypatch.setattr(socket, "getaddrinfo", lookup)
        with line() as client, pytest.raises(SourceRefused) as raised:
            client.get("https://acme.smarthr.jp/api/v1/crews")
        assert raised.value.message == INSIDE

    def test_no_redirect_and_no_proxy_is_followed(self, monkeypatch):
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_m: (_ for _ in ()).throw(OSError("no such name")))
        with line() as client:
            assert not client.follow_redirects
            with pytest.raises(httpx.ConnectError, match="no such name"):
                client.get("https://acme.smarthr.jp/")


class TestUndo:
    def test_a_run_goes_back_as_a_whole_and_may_be_run_again(self, administrator, directory, connection, read):
        connection.brake_percent = 100
        directory.departments_ = [department("1", "東京")]
        directory.people_ = [person(str(at), "1", mail=f"p{at}@example.jp") for at in range(4)]
        planning.apply_run(administrator, read())
        before = state(administrator)
        directory.departments_ = [department("1", "東京本社"), department("2", "大阪")]
        directory.people_ = [
            person("0", "2", family="改姓"),
            person("1", "2", mail="p1@example.jp"),
            person("new", "2"),
        ]
        planning.apply_run(administrator, read())
        done = undone(administrator, latest(administrator))
        assert (done.state, done.counts["stayed"], state(administrator)) == ("undone", 0, before)
        again = read()
        assert (again.counts["person.add"], again.counts["person.leave"], again.counts["person.change"]) == (1, 2, 2)
        planning.apply_run(administrator, again)
        assert read().state is RunState.APPLIED


class TestNeeds:
    @pytest.mark.parametrize(
        ("state_", "told"),
        [
            (RunState.STOPPED, True), (RunState.PLANNED, True), (RunState.FAILED, True), (RunState.APPLIED, False),
            (RunState.DROPPED, False), (RunState.READING, False),
        ],
    )  # fmt: skip
    def test_names_what_waits_for_somebody(self, administrator, tx, connection, state_, told):
        run = tx.get(DirectoryRun, begin(tx, connection.id, None))
        run.state = state_
        tx.session.flush()
        found = [one for one in what_needs_me(administrator, Nothing()) if one.page == "directory/run.py"]
        assert [one.values for one in found] == ([{"id": run.id}] if told else [])
