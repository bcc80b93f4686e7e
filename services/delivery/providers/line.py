"""LINE's Messaging API: which official account a channel access token belongs to (ボット情報)."""

from dataclasses import dataclass

import httpx

from services.delivery.providers.base import ProviderDown, short

ADDRESS = "https://api.line.me"
SECONDS = 10.0
"""The longest wait for each step of an answer."""


@dataclass(frozen=True)
class BotInfo:
    """The official account: its name, and the basic ID by which people add it as a friend."""

    name: str
    basic_id: str


def bot_info(access_token: str, address: str | None = None) -> BotInfo:
    """Ask LINE whose token this is (GET /v2/bot/info).

    Raises:
        ProviderDown: with LINE's word, when it does not take the token or does not answer as it should.
    """
    try:
        answer = httpx.get(
            f"{address or ADDRESS}/v2/bot/info", headers={"authorization": f"Bearer {access_token}"}, timeout=SECONDS
        )
        said = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ProviderDown(str(error) or type(error).__name__) from error
    if answer.status_code != httpx.codes.OK or not isinstance(said, dict):
        word = said.get("message", "") if isinstance(said, dict) else ""
        raise ProviderDown(f"{answer.status_code} {word}")
    return BotInfo(name=short(str(said.get("displayName", ""))), basic_id=short(str(said.get("basicId", ""))))
