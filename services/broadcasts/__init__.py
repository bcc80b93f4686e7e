"""Broadcasts (一斉送信, D08, D13, D14): templates, forms, audience, rehearsal, sending, replies, monitor."""

from data.models.broadcasts import BroadcastKind, BroadcastState, QuestionKind
from data.models.delivery import DeliveryState
from services.broadcasts import commented, erasing, escalating, finding, needs, retained, words  # noqa: F401 - they declare
from services.broadcasts.answering import read_answer
from services.broadcasts.answers import Answered, AnswerLine, AnswersAsk, answers
from services.broadcasts.asked import Asked, Known, find_all_asked, find_asked
from services.broadcasts.audience import Selection, chosen, described, people_of
from services.broadcasts.changing import for_change, require_free_name, saving
from services.broadcasts.checking import open_check
from services.broadcasts.correcting import Correction, correct, corrections_of
from services.broadcasts.deliveries import DeliveriesAsk, DeliveryLine, deliveries
from services.broadcasts.drafts import BroadcastRow, Draft, WhichDraft, discard, draft
from services.broadcasts.forms import (
    DeleteForm,
    EditForm,
    FormRow,
    delete_form,
    edit_form,
    form_row,
    forms,
    questions_of,
)
from services.broadcasts.halting import go_on, halt
from services.broadcasts.monitor import Monitor, MonitorAsk, monitor
from services.broadcasts.opening import extend, open_automatic
from services.broadcasts.phone import AnswerFor, ToAnswer, WhoAnswers, answer_for, to_answer
from services.broadcasts.procedures import (
    EditProcedure,
    ProcedureRow,
    WhichProcedure,
    delete_procedure,
    edit_procedure,
    first_channels,
    procedures,
    seed_procedures,
    waits_of,
)
from services.broadcasts.prospect import Prospect, prospect
from services.broadcasts.questions import NewQuestion, OnlyIf, QuestionRow, condition, is_asked
from services.broadcasts.received import ReceivedAsk, ReceivedRow, received
from services.broadcasts.rehearsal import Rehearsal, RehearsedPeopleAsk, rehearse, rehearse_people
from services.broadcasts.reminding import Reminders, set_reminders
from services.broadcasts.replies import Replies, Reply
from services.broadcasts.replies import prepare as prepare_replies
from services.broadcasts.replies import record as record_replies
from services.broadcasts.samples import seed_samples
from services.broadcasts.scheduling import Schedule, schedule, unschedule
from services.broadcasts.search import BroadcastLine, BroadcastsAsk, search
from services.broadcasts.sending import Send, Which, close, remind, resume, send, stop
from services.broadcasts.show import Shown, show
from services.broadcasts.templates import (
    DeleteTemplate,
    EditTemplate,
    TemplateRow,
    delete_template,
    edit_template,
    templates,
)
from services.broadcasts.texts import FieldLine, FieldText, filled
from services.broadcasts.unknown import send_unknown

__all__ = [
    "AnswerFor", "AnswerLine", "Answered", "AnswersAsk", "Asked", "BroadcastKind", "BroadcastLine", "BroadcastRow",
    "BroadcastState", "BroadcastsAsk", "Correction", "DeleteForm", "DeleteTemplate", "DeliveriesAsk",
    "DeliveryLine", "DeliveryState", "Draft", "EditForm", "EditProcedure", "EditTemplate", "FieldLine", "FieldText",
    "FormRow", "Known", "Monitor", "MonitorAsk", "NewQuestion", "OnlyIf", "ProcedureRow", "Prospect",
    "QuestionKind", "QuestionRow", "ReceivedAsk", "ReceivedRow", "Rehearsal", "RehearsedPeopleAsk", "Reminders",
    "Replies", "Reply", "Schedule", "Selection", "Send", "Shown", "TemplateRow", "ToAnswer", "Which", "WhichDraft",
    "WhichProcedure", "WhoAnswers", "answer_for", "answers", "chosen", "close", "condition", "correct",
    "corrections_of", "delete_form", "delete_procedure", "delete_template", "deliveries", "described", "discard",
    "draft", "edit_form", "edit_procedure", "edit_template", "extend", "filled", "find_all_asked", "find_asked",
    "first_channels", "for_change", "form_row", "forms", "go_on", "halt", "is_asked", "monitor", "open_automatic",
    "open_check", "people_of", "prepare_replies", "procedures", "prospect", "questions_of", "read_answer", "received",
    "record_replies", "rehearse", "rehearse_people", "remind", "require_free_name", "resume", "saving", "schedule",
    "search", "seed_procedures", "seed_samples", "send", "send_unknown", "set_reminders", "show", "stop",
    "templates", "to_answer", "unschedule", "waits_of",
]  # fmt: skip
