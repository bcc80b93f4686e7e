"""Signing in through an identity provider in a real browser: there, back, and the second factor."""

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from core.postgres import EmbeddedPostgres
from data.models.access import SecondFactor
from services.access.second_factor import begin
from tests.browser.conftest import context
from tests.consoles import console
from tests.factories import account_of, make_cast
from tests.oidc_provider import CLIENT, SECRET, identity_provider
from tests.processes import until

pytestmark = pytest.mark.browser
MAIL = "hanako.kanri@example.jp"


def test_there_and_back_and_still_the_second_factor(
    server: EmbeddedPostgres, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = str(tmp_path_factory.mktemp("home"))
    with identity_provider() as provider:
        provider.claims = {"sub": "7", "email": MAIL, "email_verified": True}
        provider.said = {"end_session_endpoint": f"{provider.issuer}/end"}
        environment = {
            "RENRAKU_OIDC_ISSUER": provider.issuer, "RENRAKU_OIDC_CLIENT_ID": CLIENT, "RENRAKU_OIDC_NAME": "社内ID",
            "RENRAKU_OIDC_CLIENT_SECRET": SECRET, "RENRAKU_PASSWORDS": "false",
        }  # fmt: skip
        with console(server, "provider_console", home, **environment) as running:
            with running.transaction() as tx:
                account = account_of(tx, make_cast(tx).administrator)
                account.login = MAIL
                account_id = account.id
            for half in (False, True):
                window = context(chromium, 1440, 900)
                page = window.new_page()
                page.goto(f"{running.url}/access-mine")
                button = page.get_by_role("button", name="社内IDでログイン")
                expect(button).to_be_visible()
                expect(page.get_by_role("textbox")).to_have_count(0)
                button.click()
                if half:
                    expect(page.get_by_role("textbox", name="確認コード")).to_be_visible()
                    assert "half=" not in page.url, "the code must not stay in the address"
                else:
                    expect(page.get_by_role("heading", name="マイページ")).to_be_visible()
                    assert page.url == f"{running.url}/access-mine"
                    page.get_by_role("button", name="ログアウト", exact=True).click()
                    expect(button).to_be_visible()
                    until(lambda: provider.left)  # by way of the provider, and back
                    assert "id_token_hint" in provider.left[-1], "signed out there too"
                window.close()
                with running.transaction() as tx:
                    begin(tx, account_id)
                    tx.scalar(select(SecondFactor)).confirmed_at = tx.now
