"""Mail by Amazon SES (API v2, SendBulkEmail): fifty mails a call, each with a status of its own.

A bulk call takes a template and what is filled in for each recipient. Ours is nothing but subject and text, so every
mail says what it would say by SMTP. SES writes Date and Message-ID itself, so it never knows that it had a mail before.
Each bears the delivery's signed id as a tag, by which the events of SES find it again.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from services.delivery import tokens
from services.delivery.letters import From, Mail, encoded
from services.delivery.providers.aws import MAYBE_SENT, AwsKey, client, lost_answers
from services.delivery.providers.base import Limits, Outcome, ProviderDown, short

READ_SECONDS = 30.0
TAG, TAGGED = "renraku", "provider tag"
"""The name of the tag, and what the delivery's id is signed for."""

TEMPLATE = {"Subject": "{{subject}}", "Text": "{{text}}"}
OURS = [{"Name": "Auto-Submitted", "Value": "auto-generated"}]
MOST_LETTERS = 262_144
"""So long may be what is filled in for one mail."""

ABOUT_THIS_MAIL = {"MESSAGE_REJECTED", "INVALID_PARAMETER"}
FOR_NOW = {"TRANSIENT_FAILURE", "FAILED"}
"""What any other status says concerns the account: nothing more goes out now."""

ABOUT_THESE_MAILS = {"BadRequestException", "MessageRejected"}
TOO_LONG = "TooLong: subject and text"


@dataclass(frozen=True)
class SesAccess:
    """With which key mails are sent, and the configuration set that tells of them (empty: none does)."""

    key: AwsKey
    configuration_set: str = ""


class SesProvider:
    """Hands mails to SES, fifty at once."""

    limits = Limits(batch=50, per_second=100)

    def __init__(self, access: SesAccess, sender: From, read_seconds: float = READ_SECONDS) -> None:
        """Take the account and who sends; ``read_seconds`` is the longest wait for an answer."""
        self._access = access
        self._sender = sender
        self._read_seconds = read_seconds
        self._client: Any = None

    def send(self, batch: Iterable[Mail]) -> Iterator[Outcome]:
        """Send the mails; what SES says of the account is told after what became of each."""
        left = iter(batch)
        while mails := list(islice(left, self.limits.batch)):
            yield from self._send(mails)

    def close(self) -> None:
        """Let go of connections."""
        opened, self._client = self._client, None
        if opened is not None:
            opened.close()

    def _send(self, batch: Sequence[Mail]) -> Iterator[Outcome]:
        entries = [(mail, _entry(mail)) for mail in batch]
        short_enough = [(mail, entry) for mail, entry in entries if entry is not None]
        yield from (_too_long(mail) for mail, entry in entries if entry is None)
        if short_enough:
            yield from self._handed_over([mail for mail, _ in short_enough], [entry for _, entry in short_enough])

    def _handed_over(self, mails: Sequence[Mail], entries: Sequence[Any]) -> Iterator[Outcome]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see providers/aws.py

        try:
            answer = self._opened().send_bulk_email(**self._call(entries))
        except ClientError as error:
            yield from self._refused(mails, entries, error.response.get("Error", {}), error)
            return
        except lost_answers():
            yield from (_maybe(mail) for mail in mails)
            return
        except (BotoCoreError, ValueError) as error:  # ValueError: a region that is no name
            raise ProviderDown(str(error)) from error
        results = answer.get("BulkEmailEntryResults", [])
        if len(results) != len(mails):
            yield from (_maybe(mail) for mail in mails)
            return
        yield from self._outcomes(mails, results)

    def _call(self, entries: Sequence[Any]) -> dict[str, Any]:
        template = {"TemplateContent": TEMPLATE, "TemplateData": "{}", "Headers": OURS}
        call: dict[str, Any] = {
            "FromEmailAddress": _named(self._sender.name, self._sender.address),
            "DefaultContent": {"Template": template},
            "BulkEmailEntries": list(entries),
        }
        if self._sender.reply_to:
            call["ReplyToAddresses"] = [self._sender.reply_to]
        if self._access.configuration_set:
            call["ConfigurationSetName"] = self._access.configuration_set
        return call

    def _refused(
        self, mails: Sequence[Mail], entries: Sequence[Any], said: Mapping[str, Any], error: Exception
    ) -> Iterator[Outcome]:
        word = short(f"{said.get('Code', '')}: {said.get('Message', '')}")
        if said.get("Code") not in ABOUT_THESE_MAILS or self._means_the_sender(word):
            raise ProviderDown(word) from error
        if len(mails) == 1:
            yield Outcome(mails[0].id, accepted=False, permanent=True, word=word)
            return
        # SES refuses the whole call for one bad mail: halves find it, and the others go out.
        half = len(mails) // 2
        yield from self._handed_over(mails[:half], entries[:half])
        yield from self._handed_over(mails[half:], entries[half:])

    def _outcomes(self, mails: Sequence[Mail], results: Sequence[Mapping[str, Any]]) -> Iterator[Outcome]:
        down = ""
        for mail, said in zip(mails, results, strict=True):
            status = str(said.get("Status", ""))
            word = short(f"{status}: {said.get('Error', '')}")
            if status == "SUCCESS":
                yield Outcome(mail.id, accepted=True, reference=str(said.get("MessageId", "")))
            elif status in ABOUT_THIS_MAIL and not self._means_the_sender(word):
                yield Outcome(mail.id, accepted=False, permanent=True, word=word)
            elif status in FOR_NOW:
                yield Outcome(mail.id, accepted=False, word=word)
            else:
                down = word
        if down:
            raise ProviderDown(down)

    def _means_the_sender(self, word: str) -> bool:
        # An address that was not verified at SES may be ours as well as, in the sandbox, the recipient's.
        return "not verified" in word and self._sender.address.lower() in word.lower()

    def _opened(self) -> Any:
        if self._client is None:
            self._client = client("sesv2", self._access.key, self._read_seconds)
        return self._client


def _entry(mail: Mail) -> dict[str, Any] | None:
    filled = json.dumps({"subject": mail.subject, "text": mail.text}, ensure_ascii=False)
    if len(filled) > MOST_LETTERS:
        return None
    entry: dict[str, Any] = {
        "Destination": {"ToAddresses": [_named(mail.recipient_name, mail.recipient)]},
        "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": filled}},
    }
    if mail.listed:
        entry["ReplacementTags"] = [{"Name": TAG, "Value": tokens.sign(mail.id, TAGGED)}]
    return entry


def _maybe(mail: Mail) -> Outcome:
    return Outcome(mail.id, accepted=False, word=MAYBE_SENT, maybe=True)


def _too_long(mail: Mail) -> Outcome:
    return Outcome(mail.id, accepted=False, permanent=True, word=TOO_LONG)


def _named(name: str, address: str) -> str:
    return f"{''.join(encoded(name).splitlines())} <{address}>" if name else address
