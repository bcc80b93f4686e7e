"""Newer keys: every stored secret moves to the newest one in batches, and is readable all the time."""

import pytest

from core import rotation, secrets
from core.actor import Actor
from core.database import transaction
from core.errors import Unavailable
from core.settings import settings
from data.models.access import SecondFactor
from data.models.delivery import MailSender, ProviderKind
from services.access.second_factor import ABOUT as FACTOR_ABOUT
from services.access.second_factor import PURPOSE
from services.delivery.sender import ABOUT, PASSWORD
from tests.factories import make_account, make_person

PEOPLE = 7


@pytest.fixture
def stored(live, monkeypatch):
    """A mail server password in the writing of before, and second factors of some people; keys in files."""
    monkeypatch.delenv("RENRAKU_SECRET_KEY")
    settings.cache_clear()
    with transaction(Actor.system("test")) as tx:
        nonce = b"n" * secrets.NONCE_BYTES
        old = nonce + secrets._first().cipher(PASSWORD).encrypt(nonce, b"himitsu", ABOUT.encode())
        tx.add(MailSender(id=1, name="n", address="a@example.jp", provider=ProviderKind.SMTP, smtp_password=old))
        for at in range(PEOPLE):
            account = make_account(tx, make_person(tx))
            kept = secrets.encrypt(PURPOSE, f"secret {at}", FACTOR_ABOUT.format(account.id))
            tx.add(SecondFactor(account_id=account.id, secret=kept, created_at=tx.now))
    yield
    monkeypatch.undo()
    settings.cache_clear()
    secrets._ring.cache_clear()


def read() -> tuple[str, set[str], set[bytes]]:
    """Return the password, the secrets, and under which keys they are."""
    with transaction(Actor.system("test")) as tx:
        sender = tx.get(MailSender, 1)
        factors = tx.session.query(SecondFactor).all()
        plain = {secrets.decrypt(PURPOSE, one.secret, FACTOR_ABOUT.format(one.account_id)) for one in factors}
        under = {one[: secrets.PREFIX_BYTES] for one in (sender.smtp_password or b"", *(row.secret for row in factors))}
        return secrets.decrypt(PASSWORD, sender.smtp_password, ABOUT), plain, under


def test_everything_moves_to_the_newest_key_and_a_second_run_finds_nothing(stored, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 3)
    before = read()
    assert secrets.add_key()
    assert read()[:2] == before[:2]
    moved = {name: count for name, count in rotation.rotate().items() if count}
    assert moved == {"mail_sender.smtp_password": 1, "second_factor.secret": PEOPLE}
    assert read() == (*before[:2], {secrets.newest().prefix})
    assert set(rotation.rotate().values()) == {0}


def test_what_cannot_be_read_stops_it_and_stays_as_it_is(stored):
    with transaction(Actor.system("test")) as tx:
        tx.get(MailSender, 1).smtp_password = b"damaged"
    secrets.add_key()
    with pytest.raises(Unavailable):
        rotation.rotate()
    with transaction(Actor.system("test")) as tx:
        assert tx.get(MailSender, 1).smtp_password == b"damaged"
