"""What a returned mail means (返送メール): the status notice of RFC 3464, a complaint (RFC 5965), or only that it came.

Any bytes may come in. What a mail server wrote in a form of its own says by its address which mail it speaks of: that
counts as failed, never as a dead address. Answers of absent people come to the same address and are none of it.
"""

import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes, policy
from email.message import Message

from data.models.delivery import Receipt
from services.delivery.providers.base import short
from services.delivery.providers.smtp_line import tells_of_a_dead_address
from services.delivery.receipts.addresses import delivery_of
from services.delivery.receipts.taking import Heard

LARGEST = 256 * 1024
"""Bytes of a returned mail that are looked at; what is sent back with it comes behind."""

HEADER_ROOM = 16 * 1024
MOST_PARTS = 50
HEAD_END = re.compile(r"\r?\n\r?\n")
FAILED = {"failed"}
ARRIVED = {"delivered"}
COMPLAINTS = {"abuse", "fraud", "opt-out", "virus"}
STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
ROBOTS = re.compile(r"\b(mailer-daemon|postmaster|mail.?delivery.?(sub)?system)\b", re.IGNORECASE)
FAILURE = re.compile(
    r"undeliver|not delivered|delivery (status|fail|has fail)|returned mail|mail delivery|failure notice"
    r"|配信(不能|できません|エラー)|届けられません|送信できません|エラーメール",
    re.IGNORECASE,
)
ABSENT = re.compile(r"auto-(replied|generated\s*;?\s*vacation)", re.IGNORECASE)


def heard_in(raw: bytes, recipient: str = "", sender: str | None = None) -> Heard | None:
    """Return what a mail to an address of ours says of a delivery; None: nothing.

    ``recipient`` and ``sender`` are those of the envelope, where they are known; a notice has an empty sender.
    """
    head = raw[:HEADER_ROOM].decode("latin-1")
    delivery_id = delivery_of(recipient) if recipient else delivery_of(HEAD_END.split(head, 1)[0])
    if delivery_id is None:
        return None
    try:
        return _read(delivery_id, message_from_bytes(raw[:LARGEST], policy=policy.compat32), sender)
    except Exception:  # noqa: BLE001 - the parser of the standard library stumbles over some bytes; it came back anyway
        return Heard(delivery_id, Receipt.RETURNED, word="")


def _read(delivery_id: int, mail: Message, sender: str | None) -> Heard | None:
    parts = {part.get_content_type(): part for part in _parts(mail)}
    if (report := parts.get("message/feedback-report")) is not None:
        complaint = any(block.get("feedback-type", "").strip().lower() in COMPLAINTS for block in _blocks(report))
        return Heard(delivery_id, Receipt.ARRIVED, complained=True) if complaint else None
    if (notice := parts.get("message/delivery-status")) is not None:
        return _by_notice(delivery_id, notice)
    return _by_its_look(delivery_id, mail, sender)


def _parts(mail: Message) -> Iterator[Message]:
    for number, part in enumerate(mail.walk()):
        if number == MOST_PARTS:
            return
        yield part


def _by_notice(delivery_id: int, notice: Message) -> Heard | None:
    # Each of our mails has one recipient; of several blocks the last one that names an action is theirs.
    found: Heard | None = None
    for block in _blocks(notice):
        action = block.get("action", "").strip().lower()
        if action in ARRIVED:
            found = Heard(delivery_id, Receipt.ARRIVED)
        elif action in FAILED:
            found = _failed(delivery_id, block)
    return found


def _blocks(notice: Message) -> list[Mapping[str, str]]:
    payload = notice.get_payload()
    if isinstance(payload, list):
        return [_fields(block.items()) for block in payload if isinstance(block, Message)]
    text = _text_of(notice)
    return [
        _fields(line.partition(":")[::2] for line in re.sub(r"\r?\n[ \t]+", " ", block).splitlines())
        for block in re.split(r"\r?\n\r?\n", text)
    ]  # fmt: skip


def _fields(pairs: object) -> Mapping[str, str]:
    return {str(name).strip().lower(): str(value) for name, value in pairs}  # type: ignore[attr-defined]


def _failed(delivery_id: int, block: Mapping[str, str]) -> Heard:
    status = STATUS.search(block.get("status", ""))
    kind, semicolon, rest = block.get("diagnostic-code", "").partition(";")
    said = (rest if semicolon else kind).strip()
    word = short(said if status and status[0] in said else f"{status[0] if status else ''} {said}".strip())
    for_good = status is None or status[1] != "4"
    if not for_good:
        return Heard(delivery_id, Receipt.RETURNED, word=word)
    dead = tells_of_a_dead_address(f"{status[0]} {said}" if status else said)
    return Heard(delivery_id, Receipt.BOUNCED, dead=dead, word=word)


def _by_its_look(delivery_id: int, mail: Message, sender: str | None) -> Heard | None:
    if ABSENT.search(str(mail.get("auto-submitted", ""))) or "x-autoreply" in mail:
        return None
    subject, author = str(mail.get("subject", "")), str(mail.get("from", ""))
    if not (FAILURE.search(_decoded(subject)) or ROBOTS.search(author) or sender == ""):
        return None
    found = STATUS.search(_text_of(mail)[:LARGEST])
    return Heard(delivery_id, Receipt.RETURNED, word=short(f"{found[0] if found else ''} {_decoded(subject)}"))


def _decoded(subject: str) -> str:
    from email.header import decode_header, make_header  # noqa: PLC0415 - for mails in a form of their own only

    try:
        return str(make_header(decode_header(subject)))
    except (ValueError, LookupError):
        return subject


def _text_of(part: Message) -> str:
    for one in _parts(part):
        payload = one.get_payload(decode=True)
        if isinstance(payload, bytes):
            return payload.decode("utf-8", "replace")
    payload = part.get_payload()
    return "\n".join(str(one) for one in payload) if isinstance(payload, list) else str(payload or "")
