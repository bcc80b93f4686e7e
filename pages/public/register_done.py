"""What the forms of the registration page do, one operation each; the page says whom the link names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.i18n import N_, _
from core.inputs import Input, validated
from core.operations import Operation
from core.transaction import Transaction
from services import registration
from services.registration import (
    ChosenSpeech,
    GivenCode,
    LineCode,
    NewApp,
    NewMail,
    NewMobile,
    SaidOfContact,
    Verdict,
    WhichClaim,
    WhichContact,
    Whose,
)

Given = Mapping[str, str]
CODE = "code"
SAID = {
    "mail": N_("A mail is on its way. Enter the code in it below, or open its link."),
    "mobile": N_("An SMS is on its way. Enter its code below."),
    "app": N_("A message is on its way to this phone. Tap it, or enter its code below."),
    "again": N_("Another one is on its way. The one before is void."),
    "confirmed": N_("Registered. You are reached here in an emergency."),
    "removed": N_("It was removed."),
    "first": N_("This comes first now."),
    "wrong": N_("Your office will see that it is wrong."),
    "right": N_("Noted that it is right."),
    "language": N_("Messages will come in this language."),
}
VERDICTS = {
    Verdict.WRONG: N_("This is not the code. Look at the last message again."),
    Verdict.SPENT: N_("This code is no good any more. Have another one sent."),
    Verdict.IMPOSSIBLE: N_("This address cannot be registered for you. Register another one, or ask your office."),
}


@dataclass(frozen=True)
class Done:
    """What came of it: a word for the page (``SAID``), or a problem with what was entered, or a code for LINE."""

    said: str = ""
    problem: str = ""
    line: LineCode | None = None


def said_of(given: Given) -> str:
    """Return which form of the page was sent: what it does, and with which row."""
    return f"{given.get('do', '')}{given.get('id', '')}"


def _does(operation: Operation[Any, Any], asks: type[Input], said: str, *fields: str, **fixed: Any) -> Any:
    def do(tx: Transaction, person_id: int, given: Given) -> Done:
        entered = {name: given.get(name, "") for name in fields}
        operation(tx, validated(asks, {**entered, **fixed, "person_id": person_id}))
        return Done(said)

    return do


def _confirm(tx: Transaction, person_id: int, given: Given) -> Done:
    entered = {"id": given.get("id", ""), "code": given.get(CODE, ""), "person_id": person_id}
    verdict = registration.confirm(tx, validated(GivenCode, entered)).verdict
    return Done("confirmed") if verdict is Verdict.CONFIRMED else Done(problem=_(VERDICTS[verdict]))


def _line(tx: Transaction, person_id: int, given: Given) -> Done:
    del given
    return Done("line", line=registration.line_code(tx, Whose(person_id=person_id)))


DOING: Mapping[str, Callable[[Transaction, int, Given], Done]] = {
    "mail": _does(registration.add_mail, NewMail, "mail", "mail"),
    "mobile": _does(registration.add_mobile, NewMobile, "mobile", "mobile"),
    "confirm": _confirm,
    "again": _does(registration.send_again, WhichClaim, "again", "id"),
    "cancel": _does(registration.cancel, WhichClaim, "removed", "id"),
    "prove": _does(registration.prove_contact, WhichContact, "again", "id"),
    "remove": _does(registration.remove, WhichContact, "removed", "id"),
    "first": _does(registration.put_first, WhichContact, "first", "id"),
    "wrong": _does(registration.dispute, SaidOfContact, "wrong", "id", wrong=True),
    "right": _does(registration.dispute, SaidOfContact, "right", "id", wrong=False),
    "language": _does(registration.choose_language, ChosenSpeech, "language", "language"),
    "app": _does(registration.add_app, NewApp, "app", "endpoint", "p256dh", "auth"),
    "line": _line,
}
"""By the word that a form's button sends."""
