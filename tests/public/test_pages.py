"""No page can be reached around the sign-in: over a real server, in a fresh process and after others signed in."""

import secrets

import pytest
from sqlalchemy import select
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection

from core.settings import ROOT
from data.models.access import Account, ReachKind
from pages.kit.menu import PAGES
from pages.public.sockets import ENDED, NARROWED
from services.access import EditedSet, NewAssignment, assign, edit_set, end_session_of_cookie
from tests.consoles import Console, console, run, said
from tests.factories import make_cast
from tests.public.conftest import session_of

BROWSER = secrets.token_urlsafe(32)
FILES = sorted(path.relative_to(ROOT / "pages") for path in (ROOT / "pages").rglob("*.py"))
ADDRESSES = sorted({entry.url for entry in PAGES} | {"", "start", "console", "pages/console"})
"""What leads to a page, or looks as if it did."""

OF_FILES = sorted(
    {str(file) for file in FILES} | {str(file.with_suffix("")) for file in FILES} | {file.stem for file in FILES}
)
"""What Streamlit might take for a page that lies beside the main script; all files of pages are among them."""

NAMES = ("管理 花子", "部長 太郎", "危機 次郎", "社員 三郎", "遠方 四郎", "総務部")


def is_the_sign_in(text: str) -> bool:
    """Say whether the sign-in came, and nothing of what people keep."""
    return "ログインID" in text and "current-password" in text and not any(name in text for name in NAMES)


def leads_to_the_sign_in(socket: ClientConnection, address: str) -> bool:
    """Say whether the sign-in came, or the socket was cut off, at which the browser goes there by itself."""
    try:
        return is_the_sign_in(said(run(socket, address)))
    except ConnectionClosedError as error:
        return error.rcvd is not None and error.rcvd.code == ENDED


def text_after_narrowing(running: Console, socket: ClientConnection, session: str, address: str) -> str:
    """Return what the next click shows, in the open tab or, if the socket was cut off first, in the one drawn anew."""
    try:
        return said(run(socket, address))
    except ConnectionClosedError as error:
        if not (error.rcvd and error.rcvd.code == NARROWED):
            raise
    with running.socket(session=session, browser=BROWSER) as anew:
        return said(run(anew, address))


def all_are_the_sign_in(running: Console, addresses: list[str], **cookies: str) -> None:
    """Ask for pages by their addresses, each in a session of its own."""
    for address in addresses:
        with running.socket(**cookies) as socket:
            assert leads_to_the_sign_in(socket, address), address


def test_every_page_is_the_sign_in_in_a_fresh_process_and_after_somebody_signed_in(server, tmp_path):
    with console(server, "fresh_console", str(tmp_path)) as fresh:
        with fresh.transaction() as tx:
            make_cast(tx)
        all_are_the_sign_in(fresh, OF_FILES + ADDRESSES, browser=BROWSER)
        session = session_of(fresh, "admin")
        with fresh.socket(session=session, browser=BROWSER) as socket:
            assert "部長 太郎" in said(run(socket, "access-accounts"))
            all_are_the_sign_in(fresh, ADDRESSES, browser=BROWSER)
            all_are_the_sign_in(fresh, ADDRESSES)
            all_are_the_sign_in(fresh, ADDRESSES, session=secrets.token_urlsafe(32), browser=BROWSER)
            with fresh.socket() as stranger:  # all in one session, which costs a third
                for address in OF_FILES:
                    assert is_the_sign_in(said(run(stranger, address))), address


class TestOpenTab:
    """What happens in a tab that is open while things change."""

    def test_the_next_click_after_signing_out_elsewhere_is_the_sign_in(self, running, administrator):
        with running.socket(session=administrator, browser=BROWSER) as socket:
            assert "部長 太郎" in said(run(socket, "access-accounts"))
            with running.transaction() as tx:
                end_session_of_cookie(tx, administrator)
            assert leads_to_the_sign_in(socket, "access-accounts")

    def test_a_change_of_permissions_holds_from_the_next_click(self, running):
        session = session_of(running, "crisis")
        with running.socket(session=session, browser=BROWSER) as socket:
            assert "このページの権限がありません" in said(run(socket, "access-accounts"))
            with running.transaction() as tx:
                account = tx.scalar(select(Account.id).where(Account.login == "crisis"))
                made = edit_set(tx, EditedSet(name="窓口", grants=["access.accounts:read", "access.set_choices:read"]))
                assign(tx, NewAssignment(account_id=account, set_id=made.id, reach=ReachKind.WHOLE))
            assert "部長 太郎" in said(run(socket, "access-accounts"))
            with running.transaction() as tx:
                edit_set(tx, EditedSet(id=made.id, version=made.version, name="窓口"))
            text = text_after_narrowing(running, socket, session, "access-accounts")
            assert "部長 太郎" not in text
            assert "このページの権限がありません" in text


@pytest.mark.parametrize("hidden", ["list.py", "people/list.py", "public/gate.py", "kit/guard.py"])
def test_no_source_is_served(running, hidden):
    with running.client() as client:
        for path in (f"/{hidden}", f"/pages/{hidden}", f"/static/../{hidden}", f"/static/%2e%2e/pages/{hidden}"):
            answer = client.get(path)
            assert "import" not in answer.text.replace("modulepreload", "").split("<body>")[-1], path
