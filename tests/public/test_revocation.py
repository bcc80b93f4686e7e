"""Whose session ends is cut off at the websocket, whatever ended it; nobody else is (SECURITY: revoking)."""

import asyncio
import secrets
import time

import pytest
from sqlalchemy import select
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from core.clock import now
from core.inputs import Nothing
from core.transaction import Transaction
from data.models.access import Account, AccountStatus, PermissionAssignment, SignInSession
from pages.public import sockets
from pages.public.sockets import ENDED, NARROWED
from services.access import (
    EditedSet,
    WhichAccount,
    WhichAssignment,
    edit_set,
    list_sets,
    sign_out_everywhere,
    stop_account,
    unassign,
)
from services.access.sessions import end_sessions_of
from tests.conftest import drop
from tests.consoles import Console, console, run, said
from tests.factories import make_cast
from tests.public.conftest import session_of

BROWSER = secrets.token_urlsafe(32)
WITHIN_SECONDS = 2


def cut_off(socket: ClientConnection) -> tuple[int, float]:
    """Wait until a socket is closed from the other side; return its code and how long that took."""
    began = time.monotonic()
    while True:
        try:
            socket.recv(timeout=WITHIN_SECONDS + 1)
        except ConnectionClosed as closed:
            return closed.rcvd.code, time.monotonic() - began


def stays_open(socket: ClientConnection) -> bool:
    """Say whether a socket is still open when it has been silent for two seconds."""
    try:
        while True:
            socket.recv(timeout=WITHIN_SECONDS)
    except TimeoutError:
        return True
    except ConnectionClosed:
        return False


def manager_of(tx: Transaction) -> int:
    """Return the manager's account."""
    return tx.scalar(select(Account.id).where(Account.login == "manager"))


def signed_out_everywhere(tx: Transaction) -> None:
    sign_out_everywhere(tx, WhichAccount(id=manager_of(tx)))


def stopped(tx: Transaction) -> None:
    stop_account(tx, WhichAccount(id=manager_of(tx)))


def grown_idle(tx: Transaction) -> None:
    row = tx.scalar(select(SignInSession).where(SignInSession.account_id == manager_of(tx)).limit(1))
    end_sessions_of(tx, [manager_of(tx)], but=row.id)
    row.seen_at = now().replace(year=2020)


@pytest.fixture
def managers(running: Console):
    """The manager's session; the account is in use again afterwards."""
    yield session_of(running, "manager")
    with running.transaction() as tx:
        end_sessions_of(tx, [manager_of(tx)])
        tx.get(Account, manager_of(tx)).status = AccountStatus.ACTIVE


class TestEnded:
    @pytest.mark.parametrize("end", [signed_out_everywhere, stopped, grown_idle])
    def test_the_socket_is_closed_within_two_seconds_and_nobody_elses(self, running, administrator, managers, end):
        with (
            running.socket(session=managers, browser=BROWSER) as socket,
            running.socket(session=administrator, browser=BROWSER) as other,
        ):
            run(socket, "access-mine")
            with running.transaction() as tx:
                end(tx)
            code, seconds = cut_off(socket)
            assert (code, seconds < WITHIN_SECONDS) == (ENDED, True), f"{code} after {seconds:.1f} s"
            assert "マイアカウント" in said(run(other, "access-mine"))

    def test_the_run_that_ended_its_own_session_can_still_send_the_browser_on(self, monkeypatch):
        looks = []

        async def over(_sessions, _limiter):
            looks.append(len(sent))
            if not sent:
                await socket.send({"type": "websocket.send"})
            return {}

        async def let_through(message):
            sent.append(message)

        async def looked_at():
            nonlocal socket
            socket = sockets.Socket(b"", 0, let_through, let_through)
            with sockets.Watch().over(socket):
                return await socket.cut

        sent, socket = [], None
        monkeypatch.setattr(sockets, "living", over)
        monkeypatch.setattr(sockets, "LOOK_EVERY_SECONDS", 0)
        assert asyncio.run(looked_at()) == ENDED
        assert (looks, len(sent)) == ([0, 1], 1), "cut off at the second look, and what came between got through"

    def test_a_new_socket_is_closed_before_it_says_anything(self, running, managers):
        with running.transaction() as tx:
            signed_out_everywhere(tx)
        with running.socket(session=managers, browser=BROWSER) as socket:
            assert socket.subprotocol == "streamlit"
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(timeout=5)
        assert closed.value.rcvd.code == ENDED

    def test_the_next_frame_is_refused_even_before_that(self, running, managers):
        with running.socket(session=managers, browser=BROWSER) as socket:
            assert "部長 太郎" in said(run(socket, "access-mine"))
            with running.transaction() as tx:
                signed_out_everywhere(tx)
            try:
                answer = said(run(socket, "access-mine"))
            except ConnectionClosed:
                answer = ""
        assert "部長 太郎" not in answer

    def test_the_way_out_clears_the_cookie_and_leads_back_to_the_page(self, running, managers):
        with running.transaction() as tx:
            signed_out_everywhere(tx)
        with running.client(session=managers, browser=BROWSER) as client:
            answer = client.get("/session/end", params={"to": "people-list"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/people-list")
            assert "Max-Age=0" in answer.headers["set-cookie"]
            assert client.get("/session/end", params={"to": "//evil.example"}).headers["location"] == "/"

    def test_a_database_that_is_away_signs_nobody_out(self, server, tmp_path):
        with console(server, "away_console", str(tmp_path)) as away:
            with away.transaction() as tx:
                make_cast(tx)
            with away.socket(session=session_of(away, "admin"), browser=BROWSER) as socket:
                run(socket, "access-mine")
                drop(server, "away_console")
                assert stays_open(socket)


class TestNarrowed:
    def test_a_permission_set_taken_away_draws_the_tabs_anew(self, running, managers):
        with running.transaction() as tx:
            given = tx.scalar(select(PermissionAssignment).where(PermissionAssignment.account_id == manager_of(tx)))
        values = {name: getattr(given, name) for name in ("account_id", "set_id", "reach", "department_id")}
        with running.socket(session=managers, browser=BROWSER) as socket:
            run(socket, "people-list")
            with running.transaction() as tx:
                unassign(tx, WhichAssignment(id=given.id))
            code, seconds = cut_off(socket)
            assert (code, seconds < WITHIN_SECONDS) == (NARROWED, True)
        with running.transaction() as tx:
            tx.add(PermissionAssignment(**values))
        with running.socket(session=managers, browser=BROWSER) as socket:  # the session itself goes on
            assert "部長 太郎" in said(run(socket, "access-mine"))

    def test_so_does_a_grant_taken_from_the_set_and_none_that_is_added(self, running, managers):
        with running.transaction() as tx:
            kept = next(one for one in list_sets(tx, Nothing()) if one.shipped and "people.export:export" in one.grants)
        for grants, narrower in ((kept.grants[1:], True), (kept.grants, False)):
            with running.socket(session=managers, browser=BROWSER) as socket:
                run(socket, "access-mine")
                with running.transaction() as tx:
                    version = next(one for one in list_sets(tx, Nothing()) if one.id == kept.id).version
                    edit_set(tx, EditedSet(id=kept.id, version=version, name=kept.name, grants=grants))
                if narrower:
                    assert cut_off(socket)[0] == NARROWED
                else:
                    assert stays_open(socket)
