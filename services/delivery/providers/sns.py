"""SMS by Amazon SNS (Publish to a phone number): one call a message, which is never repeated by itself.

What SNS says about a number, a text or a sender concerns that message; what it says about the account, the key or the
pace concerns all of them: the provider is down.
"""

from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

from services.delivery.providers.base import Outcome, ProviderDown, short
from services.delivery.providers.sms import Sms

CONNECT_SECONDS, READ_SECONDS = 5.0, 15.0
ABOUT_THIS_MESSAGE = {
    "InvalidParameter", "InvalidParameterValue", "ValidationException", "OptedOut", "ParameterValueInvalid",
}  # fmt: skip
MAYBE_SENT = "no answer; it may have been sent"
"""The word where nobody knows. It is not tried again: a second SMS would cost, and say the same twice."""

_MAKING = Lock()
"""A session makes one client at a time."""


@dataclass(frozen=True)
class SnsAccount:
    """With which key messages are sent, from which region; ``sender_id`` is shown to recipients where carriers do."""

    region: str
    access_key_id: str
    secret_key: str
    sender_id: str = ""


class SnsProvider:
    """Publishes to phone numbers, as transactional messages."""

    def __init__(self, account: SnsAccount, read_seconds: float = READ_SECONDS) -> None:
        """Take the account; ``read_seconds`` is the longest wait for an answer. boto3 knows the address."""
        self._account = account
        self._read_seconds = read_seconds
        self._client: Any = None

    def send(self, sms: Sms) -> Outcome:
        """Hand one message over."""
        from botocore.exceptions import (  # noqa: PLC0415 - a fifth of a second that only those need who send SMS
            BotoCoreError,
            ClientError,
            ConnectionClosedError,
            IncompleteReadError,
            ReadTimeoutError,
        )
        from botocore.parsers import ResponseParserError  # noqa: PLC0415 - as above

        try:
            answer = self._opened().publish(
                PhoneNumber=sms.number, Message=sms.text, MessageAttributes=self._attributes()
            )
        except ClientError as error:
            return _refused(error.response.get("Error", {}), error)
        except (ReadTimeoutError, ConnectionClosedError, IncompleteReadError, ResponseParserError):
            return Outcome(0, accepted=False, permanent=True, word=MAYBE_SENT, maybe=True)
        except (BotoCoreError, ValueError) as error:  # ValueError: a region that makes no address
            raise ProviderDown(str(error)) from error
        return Outcome(0, accepted=True, reference=str(answer.get("MessageId", "")))

    def close(self) -> None:
        """Let go of connections."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _opened(self) -> Any:
        if self._client is None:
            from botocore.config import Config  # noqa: PLC0415 - as above

            waits = Config(
                connect_timeout=CONNECT_SECONDS, read_timeout=self._read_seconds, retries={"total_max_attempts": 1}
            )
            with _MAKING:
                self._client = _session().client(
                    "sns", region_name=self._account.region, aws_access_key_id=self._account.access_key_id,
                    aws_secret_access_key=self._account.secret_key, config=waits,
                )  # fmt: skip
        return self._client

    def _attributes(self) -> dict[str, dict[str, str]]:
        said = {"AWS.SNS.SMS.SMSType": "Transactional"}
        if self._account.sender_id:
            said["AWS.SNS.SMS.SenderID"] = self._account.sender_id
        return {name: {"DataType": "String", "StringValue": value} for name, value in said.items()}


@cache
def _session() -> Any:
    """Return boto3's session: it reads the descriptions of AWS once, which takes half a second."""
    import boto3  # noqa: PLC0415 - as above

    return boto3.session.Session()


def _refused(said: dict[str, Any], error: Exception) -> Outcome:
    code = str(said.get("Code", ""))
    word = short(f"{code}: {said.get('Message', '')}")
    if code not in ABOUT_THIS_MESSAGE:
        raise ProviderDown(word) from error
    return Outcome(0, accepted=False, permanent=True, word=word)
