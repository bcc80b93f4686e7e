"""Mail templates (メールテンプレート, D08): subject and text with fields, to start a broadcast from."""

from sqlalchemy import select

from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.broadcasts import MailTemplate
from services import delivery
from services.broadcasts.changing import delete_unused, for_change, require_free_name, saving
from services.broadcasts.kept import TEMPLATES
from services.broadcasts.texts import ENGLISH_HELP, FIELDS_HELP, FieldLine, FieldText, Line
from services.changes import keeping

GONE = N_("This template does not exist any more. Go back to the list.")
TAKEN = N_("There is already a template “{name}”. Choose another name.")
USED = N_("“{name}” is used by a rule. Choose another template there first.")


class TemplateRow(Row):
    """A template as lists and choices show it. ``sample`` names the one that came with the product."""

    id: int
    version: int
    name: str
    subject: str
    body: str
    subject_en: str
    body_en: str
    sample: str | None

    @property
    def value(self) -> int:
        """Return what a choice stores."""
        return self.id

    @property
    def label(self) -> str:
        """Return what a choice shows."""
        return self.name


class EditTemplate(Input):
    """A template to make (without ``id``) or to change."""

    id: int | None = field(N_("Template"), default=None, hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)
    name: Line = field(N_("Name"), min_length=1, max_length=80, help=N_("For you only; it is not sent."))
    subject: FieldLine = field(N_("Subject"), min_length=1, max_length=200)
    body: FieldText = field(
        N_("Text"),
        min_length=1,
        max_length=10_000,
        multiline=True,
        help=FIELDS_HELP,
    )
    subject_en: FieldLine = field(N_("Subject in English"), default="", max_length=200)
    body_en: FieldText = field(N_("Text in English"), default="", max_length=10_000, multiline=True, help=ENGLISH_HELP)


class DeleteTemplate(Input):
    """Which template to delete."""

    id: int = field(N_("Template"), of="broadcasts.templates")


@query("broadcasts.templates", N_("See templates"))
def templates(tx: Transaction, _ask: Nothing) -> list[TemplateRow]:
    """Return all templates by name (D08)."""
    rows = tx.execute(select(MailTemplate).order_by(MailTemplate.name)).scalars()
    return [TemplateRow.model_validate(row) for row in rows]


@operation("broadcasts.edit_template", N_("Make and edit templates"), touches="mail_template")
def edit_template(tx: Transaction, ask: EditTemplate) -> TemplateRow:
    """Make or change a template (テンプレート編集, D08). Broadcasts made from it before keep their own text.

    Raises:
        NotFound: when it was deleted meanwhile.
        Conflict: when somebody else saved it meanwhile.
        Refused: when another template has the name, or a text names an own field that does not exist.
    """
    row = for_change(tx, MailTemplate, ask.id, ask.version, GONE)
    require_free_name(tx, MailTemplate, ask.name, ask.id, TAKEN)
    delivery.check_fields(tx, ask.subject, ask.body, ask.subject_en, ask.body_en)
    before = _noted(row) if ask.id else None
    with saving(tx, TEMPLATES, row):
        row.name, row.subject, row.body = ask.name, ask.subject, ask.body
        row.subject_en, row.body_en = ask.subject_en, ask.body_en
    tx.note(f"mail_template:{row.id}", before, _noted(row))
    return TemplateRow.model_validate(row)


@operation("broadcasts.delete_template", N_("Delete templates"), touches="mail_template")
def delete_template(tx: Transaction, ask: DeleteTemplate) -> TemplateRow:
    """Delete a template. Broadcasts made from it keep their text.

    Raises:
        NotFound: when it is gone already.
        Refused: when a rule for automatic broadcasts needs it.
    """
    row = for_change(tx, MailTemplate, ask.id, None, GONE)
    gone = TemplateRow.model_validate(row)
    with keeping(tx) as kept:
        kept.watch(TEMPLATES, [row.id])
        delete_unused(tx, row, USED)
    tx.note(f"mail_template:{gone.id}", gone.name, None)
    return gone


def _noted(row: MailTemplate) -> dict[str, str]:
    english = {"subject_en": row.subject_en, "body_en": row.body_en} if row.subject_en or row.body_en else {}
    return {"subject": row.subject, "body": row.body, **english}
