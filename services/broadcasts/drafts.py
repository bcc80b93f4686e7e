"""Drafts (下書き, D13): a broadcast before it is sent; text, questions and recipients can still change."""

from datetime import datetime
from typing import Any, Literal

from core.errors import NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState, MailTemplate, QuestionForm
from services import delivery
from services.broadcasts.audience import Selection
from services.broadcasts.forms import plain, questions_of
from services.broadcasts.procedures import follow
from services.broadcasts.sight import get_steered
from services.broadcasts.texts import ENGLISH_HELP, FIELDS_HELP, FieldLine, FieldText, Line

ALREADY_SENT = N_("“{title}” was already sent. Open it to see how far it is.")


class Draft(Input):
    """A draft to make (without ``id``) or to change. Without a subject or text, the template's is taken."""

    id: int | None = field(N_("Broadcast"), default=None, hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)
    kind: Literal[
        BroadcastKind.TEST, BroadcastKind.MANUAL, BroadcastKind.DRILL, BroadcastKind.SURVEY, BroadcastKind.NOTICE
    ] = field(
        N_("Purpose"),
        default=BroadcastKind.TEST,
        help=N_("A test and a drill are marked as such in what is sent and on the reply page."),
    )
    title: Line = field(
        N_("Title"), min_length=1, max_length=100,
        help=N_("Shown in lists and on the reply page, and wherever a template says {title}."),
    )  # fmt: skip
    template_id: int | None = field(N_("Template"), default=None, of="broadcasts.templates")
    subject: FieldLine = field(N_("Subject"), default="", max_length=200)
    body: FieldText = field(N_("Text"), default="", max_length=10_000, multiline=True, help=FIELDS_HELP)
    form_id: int | None = field(N_("Questions"), default=None, of="broadcasts.forms")
    procedure_id: int | None = field(
        N_("Sending procedure"), default=None, of="broadcasts.procedures",
        help=N_("By what it goes, one way after the other, until people answer. Empty: by mail only."),
    )  # fmt: skip
    title_en: Line = field(N_("Title in English"), default="", max_length=100)
    subject_en: FieldLine = field(N_("Subject in English"), default="", max_length=200)
    body_en: FieldText = field(N_("Text in English"), default="", max_length=10_000, multiline=True, help=ENGLISH_HELP)
    again: bool = field(
        N_("Send again when sending breaks off"), default=True,
        help=N_("For safety: rather twice than not at all. Off: such messages stand as unknown, and nothing is sent by "
                "itself."),
    )  # fmt: skip
    audience: Selection = field(N_("Recipients"), default=Selection())


class WhichDraft(Input):
    """Which draft."""

    id: int = field(N_("Broadcast"), hidden=True)


class BroadcastRow(Row):
    """A broadcast as it stands."""

    id: int
    version: int
    kind: BroadcastKind
    state: BroadcastState
    title: str
    subject: str
    body: str
    introduction: str
    title_en: str
    subject_en: str
    body_en: str
    introduction_en: str
    form_id: int | None
    questions: list[dict[str, Any]]
    audience: Selection
    again: bool
    procedure_id: int | None
    waits: dict[str, int]
    sms_cap_yen: int | None
    escalates_at: datetime | None
    asked: int
    created_at: datetime
    sent_at: datetime | None
    closed_at: datetime | None
    corrects_id: int | None
    corrected_at: datetime | None
    send_at: datetime | None
    remind_every: int | None
    remind_most: int
    remind_from: int | None
    remind_until: int | None
    reminded: int
    remind_at: datetime | None


@operation("broadcasts.draft", N_("Prepare broadcasts"), touches="broadcast")
def draft(tx: Transaction, ask: Draft) -> BroadcastRow:
    """Make or change a draft (下書き). The questions of the form are copied: they are what will be sent.

    Raises:
        NotFound: when the draft, the template, the form or the procedure is gone, or somebody else's.
        Conflict: when it was saved elsewhere meanwhile.
        Refused: when it was already sent, has no subject or text, or names an unknown field.
    """
    row = _for_change(tx, ask)
    before = _noted(row) if ask.id else None
    row.kind, row.title, row.title_en = ask.kind, ask.title, ask.title_en
    row.subject, row.body, row.subject_en, row.body_en = _text(tx, ask)
    _copy_form(tx, row, ask.form_id)
    follow(tx, row, ask.procedure_id)
    row.again = ask.again
    row.audience = ask.audience.model_dump()
    tx.add(row)
    tx.note(f"broadcast:{row.id}", before, _noted(row))
    return BroadcastRow.model_validate(row)


@operation("broadcasts.discard", N_("Discard drafts"), touches="broadcast")
def discard(tx: Transaction, ask: WhichDraft) -> BroadcastRow:
    """Throw a draft away (下書きの破棄).

    Raises:
        NotFound: when it is gone, or somebody else's.
        Refused: when it was already sent.
    """
    row = get_steered(tx, ask.id, discard.reach(tx))
    require_draft(row)
    gone = BroadcastRow.model_validate(row)
    tx.session.delete(row)
    tx.session.flush()
    tx.note(f"broadcast:{gone.id}", gone.title, None)
    return gone


def require_draft(row: Broadcast) -> None:
    """Raise Refused unless it is still a draft."""
    if row.state is not BroadcastState.DRAFT:
        raise Refused(ALREADY_SENT, title=row.title)


def _noted(row: Broadcast) -> dict[str, Any]:
    english = {"title_en": row.title_en, "subject_en": row.subject_en, "body_en": row.body_en}
    return {
        "title": row.title, "subject": row.subject, "body": row.body, "audience": row.audience,
        **{name: text for name, text in english.items() if text},
    }  # fmt: skip


def _for_change(tx: Transaction, ask: Draft) -> Broadcast:
    if ask.id is None:
        return Broadcast(
            state=BroadcastState.DRAFT, created_by=tx.actor.account_id, created_at=tx.now, asked=0, version=1
        )
    row = get_steered(tx, ask.id, draft.reach(tx), ask.version)
    require_draft(row)
    row.version += 1
    return row


def _text(tx: Transaction, ask: Draft) -> tuple[str, str, str, str]:
    template = tx.get(MailTemplate, ask.template_id) if ask.template_id else None
    if ask.template_id and template is None:
        raise NotFound(N_("This template does not exist any more. Choose another one."))
    subject = ask.subject or (template.subject if template else "")
    body = ask.body or (template.body if template else "")
    if not subject or not body:
        raise Refused(N_("Write a subject and a text, or choose a template."))
    subject_en = ask.subject_en or (template.subject_en if template and not ask.subject else "")
    body_en = ask.body_en or (template.body_en if template and not ask.body else "")
    delivery.check_fields(tx, subject, body, subject_en, body_en)
    return subject, body, subject_en, body_en


def _copy_form(tx: Transaction, row: Broadcast, form_id: int | None) -> None:
    form = tx.get(QuestionForm, form_id) if form_id else None
    if form_id and form is None:
        raise NotFound(N_("This form does not exist any more. Choose another one."))
    row.form_id = form_id
    row.introduction = form.introduction if form else ""
    row.introduction_en = form.introduction_en if form else ""
    row.questions = plain(questions_of(tx, form.id)) if form else []
