"""Templates, question forms and sending procedures as records whose changes are kept (変更履歴), and their undo."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import text

from core.i18n import N_, _, listed
from core.shown import aside, joined, said
from core.transaction import Transaction
from data.models.broadcasts import MailTemplate, Question, QuestionForm, QuestionKind
from data.models.procedures import SendingProcedure
from services.changes import Field, RowKind, Say, Values, register

REQUIRED = N_("required")
ONLY_IF = N_("only with {options} at “{question}”")
EMPTY = text("DELETE FROM question WHERE form_id = ANY(CAST(:ids AS bigint[]))")
PUT = text("""
    INSERT INTO question (form_id, position, kind, label, required, options, unit, label_en, options_en, unit_en,
                          only_if)
    SELECT form.id, one.position, asked.kind, asked.label, asked.required, asked.options, asked.unit,
           coalesce(asked.label_en, ''), coalesce(asked.options_en, '[]'), coalesce(asked.unit_en, ''),
           nullif(asked.only_if, 'null')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS form (id bigint, questions jsonb)
    CROSS JOIN LATERAL jsonb_array_elements(form.questions) WITH ORDINALITY AS one (question, position)
    CROSS JOIN LATERAL jsonb_populate_record(NULL::question, one.question) AS asked
""")


class Templates(RowKind):
    """Mail templates."""

    name = "mail_template"
    label = N_("Template")
    reads = "broadcasts.templates"
    model = MailTemplate
    source = "mail_template"
    key = "mail_template.id"
    page = "broadcasts/templates.py"
    order = 40
    fields = (
        Field("name", N_("Name"), "mail_template.name"),
        Field("subject", N_("Subject"), "mail_template.subject"),
        Field("body", N_("Text"), "mail_template.body"),
        Field("subject_en", N_("Subject in English"), "mail_template.subject_en"),
        Field("body_en", N_("Text in English"), "mail_template.body_en"),
        Field("sample", N_("Sample"), "mail_template.sample"),
    )


class Forms(RowKind):
    """Question forms, with their questions in order."""

    name = "question_form"
    label = N_("Question form")
    reads = "broadcasts.forms"
    model = QuestionForm
    belongs = (Question,)
    source = "question_form"
    key = "question_form.id"
    page = "broadcasts/forms.py"
    order = 41
    fields = (
        Field("name", N_("Name"), "question_form.name"),
        Field("introduction", N_("Introduction"), "question_form.introduction"),
        Field("introduction_en", N_("Introduction in English"), "question_form.introduction_en"),
        Field("questions", N_("Questions"), """(
            SELECT jsonb_agg(to_jsonb(asked) - ARRAY['id', 'form_id', 'position'] ORDER BY asked.position)
            FROM question AS asked WHERE asked.form_id = question_form.id)"""),
        Field("sample", N_("Sample"), "question_form.sample"),
    )  # fmt: skip

    def saying(self, tx: Transaction, values: Iterable[Values]) -> Say:
        """Return what writes questions a line each, as they are asked."""
        del tx, values
        return lambda name, value: _questions(value) if name == "questions" else said(value)

    def put_parts(self, tx: Transaction, then: Mapping[int, Values]) -> None:
        """Give the forms those questions."""
        tx.execute(EMPTY, {"ids": list(then)})
        tx.execute(PUT, {"rows": json.dumps(list(then.values()))})


class Procedures(RowKind):
    """Sending procedures."""

    name = "sending_procedure"
    label = N_("Sending procedure")
    reads = "broadcasts.procedures"
    model = SendingProcedure
    source = "sending_procedure"
    key = "sending_procedure.id"
    page = "broadcasts/procedures.py"
    order = 42
    fields = (
        Field("name", N_("Name"), "sending_procedure.name"),
        Field("mail_minutes", N_("Mail, minutes later"), "sending_procedure.mail_minutes"),
        Field("app_minutes", N_("App, minutes later"), "sending_procedure.app_minutes"),
        Field("line_minutes", N_("LINE, minutes later"), "sending_procedure.line_minutes"),
        Field("sms_minutes", N_("SMS, minutes later"), "sending_procedure.sms_minutes"),
        Field("sms_cap_yen", N_("Limit for SMS of one broadcast (yen)"), "sending_procedure.sms_cap_yen"),
        Field("sample", N_("Sample"), "sending_procedure.sample"),
    )


def _questions(asked: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(_question(one, asked) for one in asked)


def _question(asked: Mapping[str, Any], questions: Sequence[Mapping[str, Any]]) -> str:
    kind = joined([QuestionKind(asked["kind"]), *asked["options"], *filter(None, [asked["unit"]])])
    marks = [kind, *([_(REQUIRED)] if asked["required"] else [])]
    if only_if := asked.get("only_if"):
        earlier = questions[only_if["question"] - 1]["label"]
        marks.append(_(ONLY_IF, options=listed(only_if["options"]), question=earlier))
    label = joined([asked["label"], *filter(None, [asked.get("label_en"), *asked.get("options_en", [])])])
    return aside(label, listed(marks))


TEMPLATES = register(Templates())
FORMS = register(Forms())
PROCEDURES = register(Procedures())
