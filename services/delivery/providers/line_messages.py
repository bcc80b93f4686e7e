"""Messages on LINE (マルチキャスト): up to 500 people a call, under a retry key from the first try on.

A call carries one text for all of its people, so no personal link can stand in it: a button does, and who taps it is
answered by LINE's webhook with their own link, which costs nothing. Texts that differ from person to person are pushed
one by one, with the link in them. LINE takes a request once under its key for a day, and says 409 when it comes again:
so what got no answer is simply asked again. The key of a call follows from whom it is for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import groupby, islice
from typing import Any
from uuid import UUID

import httpx

from core.i18n import N_, _, using_language
from services.delivery import tokens
from services.delivery.providers.base import Limits, Note, Outcome, ProviderDown, short
from services.delivery.providers.line import ADDRESS, SECONDS

MOST_PEOPLE = 500
TAP = "line tap"
"""What the mailing's number is signed for, in the data of the button."""

ANSWER = "answer:"
BUTTON = N_("Answer now")
LONGEST_TEXT, LONGEST_ALT = 160, 400
ALREADY = 409
ABOUT_THE_CALL = 400


class LineNotes:
    """Sends notes of mailings to the friends of an official account."""

    limits = Limits(batch=MOST_PEOPLE, per_second=1_000, keyed=True)

    def __init__(self, access_token: str, address: str | None = None) -> None:
        """Take the channel access token; ``address`` stands in for LINE's."""
        self._client = httpx.Client(
            base_url=address or ADDRESS, timeout=SECONDS, headers={"authorization": f"Bearer {access_token}"}
        )

    def send(self, batch: Iterable[Note]) -> Iterator[Outcome]:
        """Yield what became of each.

        Raises:
            ProviderDown: when LINE takes nothing at the moment, or gave no answer: the same may be asked again.
        """
        left = iter(batch)
        while notes := list(islice(left, MOST_PEOPLE)):
            for personal, group in groupby(sorted(notes, key=_alike), key=_alike):
                same = list(group)
                if personal[0] or len(same) == 1:
                    for note in same:
                        yield self._pushed(note)
                else:
                    yield from self._multicast(same)

    def close(self) -> None:
        """Let go of connections; the client opens new ones."""
        self._client.close()
        self._client = httpx.Client(
            base_url=self._client.base_url, timeout=SECONDS, headers=self._client.headers
        )  # fmt: skip

    def _pushed(self, note: Note) -> Outcome:
        button = {"type": "uri", "label": _label(note), "uri": note.link}
        code, word, said = self._post("push", {"to": note.address, "messages": [_message(note, button)]}, note.key)
        if code != ABOUT_THE_CALL:
            return Outcome(note.id, accepted=True, reference=word)
        return Outcome(note.id, accepted=False, permanent=True, dead=_names(said, "to"), word=word)

    def _multicast(self, notes: Sequence[Note]) -> Iterator[Outcome]:
        if len(notes) == 1:
            yield self._pushed(notes[0])
            return
        people = list(dict.fromkeys(note.address for note in notes))
        data = f"{ANSWER}{tokens.sign(notes[0].mailing_id, TAP)}"
        button = {"type": "postback", "label": _label(notes[0]), "data": data, "displayText": _label(notes[0])}
        body = {"to": people, "messages": [_message(notes[0], button)]}
        code, word, _said = self._post("multicast", body, _key(notes))
        if code != ABOUT_THE_CALL:
            yield from (Outcome(note.id, accepted=True, reference=word) for note in notes)
            return
        # LINE refuses the whole call for one id that is none: halves find it, and the others get theirs.
        half = len(notes) // 2
        yield from self._multicast(notes[:half])
        yield from self._multicast(notes[half:])

    def _post(self, kind: str, body: Mapping[str, Any], key: str) -> tuple[int, str, Any]:
        try:
            answer = self._client.post(f"/v2/bot/message/{kind}", json=body, headers={"x-line-retry-key": key})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderDown(str(error) or type(error).__name__) from error
        said = _json(answer)
        if answer.is_success or answer.status_code == ALREADY:
            first = answer.headers.get("x-line-accepted-request-id") or answer.headers.get("x-line-request-id", "")
            return answer.status_code, first, said
        word = short(f"{answer.status_code} {said.get('message', '')} {_details(said)}")
        if answer.status_code != ABOUT_THE_CALL:
            raise ProviderDown(word)
        return answer.status_code, word, said


def reply(access_token: str, reply_token: str, text: str, address: str | None = None) -> None:
    """Answer what somebody did in the chat; a token is good once, and for a minute.

    Raises:
        ProviderDown: with LINE's word, when it does not take the answer.
    """
    body = {"replyToken": reply_token, "messages": [{"type": "text", "text": text}]}
    try:
        answer = httpx.post(
            f"{address or ADDRESS}/v2/bot/message/reply", json=body, timeout=SECONDS,
            headers={"authorization": f"Bearer {access_token}"},
        )  # fmt: skip
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderDown(str(error) or type(error).__name__) from error
    if not answer.is_success:
        raise ProviderDown(f"{answer.status_code} {_json(answer).get('message', '')}")


def tapped_mailing(data: str) -> int | None:
    """Return the mailing whose button was tapped; None: the button is none that we sent."""
    return tokens.verify(data.removeprefix(ANSWER), TAP) if data.startswith(ANSWER) else None


def _alike(note: Note) -> tuple[bool, int, str, str, str]:
    return note.personal, note.mailing_id, note.language, note.subject, note.text


def _label(note: Note) -> str:
    with using_language(note.language):
        return _(BUTTON)


def _message(note: Note, button: Mapping[str, str]) -> dict[str, Any]:
    template = {"type": "buttons", "text": note.text[:LONGEST_TEXT], "actions": [button]}
    return {"type": "template", "altText": note.text[:LONGEST_ALT], "template": template}


def _key(notes: Sequence[Note]) -> str:
    return str(UUID(bytes=sha256("".join(note.key for note in notes).encode()).digest()[:16], version=4))


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _details(said: Mapping[str, Any]) -> str:
    found = said.get("details")
    details = found if isinstance(found, list) else []
    return " ".join(f"{one.get('property', '')}: {one.get('message', '')}" for one in details if isinstance(one, dict))


def _names(said: Any, name: str) -> bool:
    word = f"{said.get('message', '')} {_details(said)}"
    return f"'{name}'" in word or f"{name}:" in word
