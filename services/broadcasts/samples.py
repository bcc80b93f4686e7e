"""Sample templates and forms (サンプル, D08): there from the first start, in both languages, and free to be edited."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.transaction import Transaction
from data.models.broadcasts import MailTemplate, QuestionForm, QuestionKind
from services.broadcasts.forms import replace_questions
from services.broadcasts.questions import NewQuestion, OnlyIf
from services.broadcasts.sample_texts import TEMPLATES

Said = tuple[str, str]
"""In Japanese, in English."""


def one(said: Said, *options: Said, required: bool = True, only_if: OnlyIf | None = None) -> NewQuestion:
    """Return a question with one choice."""
    return _choosing(QuestionKind.CHOICE, said, options, required=required, only_if=only_if)


def several(said: Said, *options: Said, only_if: OnlyIf | None = None) -> NewQuestion:
    """Return a question with several choices that may be left out."""
    return _choosing(QuestionKind.CHOICES, said, options, required=False, only_if=only_if)


def written(said: Said, only_if: OnlyIf | None = None) -> NewQuestion:
    """Return a question answered by text that may be left out."""
    return NewQuestion(kind=QuestionKind.TEXT, label=said[0], label_en=said[1], required=False, only_if=only_if)


def after(question: int, *options: Said) -> OnlyIf:
    """Return the condition that one of these was chosen at the question in this place."""
    return OnlyIf(question=question, options=[option for option, _english in options])


def _choosing(
    kind: QuestionKind, said: Said, options: tuple[Said, ...], *, required: bool, only_if: OnlyIf | None
) -> NewQuestion:
    return NewQuestion(
        kind=kind, label=said[0], label_en=said[1], required=required, only_if=only_if,
        options=[option for option, _english in options], options_en=[english for _japanese, english in options],
    )  # fmt: skip


SAFE, HURT, HELP = (
    ("無事です", "I am safe"),
    ("軽いけがをしています", "I am slightly hurt"),
    ("助けが必要です", "I need help"),
)
COMING, AT_HOME, NOT_COMING, UNSURE = (
    ("出社できます", "Yes"),
    ("在宅で勤務できます", "I can work at home"),
    ("出社できません", "No"),
    ("まだわかりません", "I do not know yet"),
)
READ, ASKS = ("読みました", "Yes"), ("質問があります", "I have a question")
PLACES = (("自宅", "At home"), ("職場", "At work"), ("外出先", "Elsewhere"), ("避難所", "In a shelter"))

FORMS = (
    (
        "safety",
        "安否確認",
        ("あなたとご家族の状況をお知らせください。", "Tell us how you and your family are."),
        (
            one(("ご無事ですか？", "Are you safe?"), SAFE, HURT, HELP),
            one(
                ("ご家族はご無事ですか？", "Is your family safe?"),
                ("全員無事です", "All are safe"),
                ("けがをした人がいます", "Somebody is hurt"),
                ("連絡が取れません", "I cannot reach them"),
                ("該当しません", "Does not apply"),
            ),
            one(("出社できますか？", "Can you come to work?"), COMING, AT_HOME, NOT_COMING, UNSURE),
            one(("いまどこにいますか？", "Where are you now?"), *PLACES, required=False),
            written(("コメント（困っていること、必要なものなど）", "Comment (what troubles you, what you need)")),
        ),
    ),
    (
        "danger",
        "津波・特別警報",
        (
            "安全な場所に着いてから回答してください。",
            "Answer when you are in a safe place.",
        ),
        (
            one(
                ("避難しましたか？", "Are you in a safe place?"),
                ("安全な場所にいます", "Yes"),
                ("避難している途中です", "I am on my way"),
                ("避難できません", "I cannot get away"),
            ),
            one(("ご無事ですか？", "Are you safe?"), SAFE, HURT, HELP),
            one(("いまどこにいますか？", "Where are you now?"), *PLACES, required=False),
            written(("必要な助け、場所の詳しい説明", "What help you need, and where exactly"), after(2, HURT, HELP)),
        ),
    ),
    (
        "drill",
        "安否確認の訓練",
        ("これは訓練です。実際の災害ではありません。", "This is a drill. Nothing has really happened."),
        (
            one(
                ("メールは届きましたか？", "When did you notice the message?"),
                ("すぐに気づきました", "At once"),
                ("あとで気づきました", "Later"),
                ("迷惑メールに入っていました", "It was among the junk"),
            ),
            one(("（訓練）ご無事ですか？", "(Drill) Are you safe?"), SAFE, HURT, HELP),
            one(("（訓練）出社できますか？", "(Drill) Can you come to work?"), COMING, AT_HOME, NOT_COMING),
            written(("気づいたこと", "What you noticed")),
        ),
    ),
    (
        "survey",
        "在宅勤務アンケート",
        ("在宅勤務の状況についてお聞かせください。", "Tell us about your work at home."),
        (
            NewQuestion(
                kind=QuestionKind.NUMBER,
                label="在宅で勤務する日数（1週間あたり）",
                unit="日",
                label_en="Days a week that you work at home",
                unit_en="days",
            ),
            several(
                ("仕事に使っている機器", "What you work with"),
                ("会社のパソコン", "The company's computer"),
                ("自分のパソコン", "My own computer"),
                ("スマートフォン", "A smartphone"),
                ("タブレット", "A tablet"),
            ),
            one(
                ("在宅勤務の環境に満足していますか？", "Are you content with your place to work?"),
                ("満足", "Yes"),
                ("やや満足", "Rather yes"),
                ("やや不満", "Rather no"),
                ("不満", "No"),
            ),
            written(("改善してほしいこと", "What should be better")),
        ),
    ),
    (
        "notice",
        "確認のみ",
        ("お知らせを読んだことを、お知らせください。", "Tell us that you have read the notice."),
        (
            one(("お知らせを読みましたか？", "Have you read the notice?"), READ, ASKS),
            written(("質問", "Your question"), after(1, ASKS)),
        ),
    ),
)
"""Key, name, introduction in both languages, and questions."""


def seed_samples(tx: Transaction) -> None:
    """Put in the samples that are not there yet; those that were edited stay as they are."""
    for key, name, subject, body, subject_en, body_en in TEMPLATES:
        values = {"sample": key, "name": name, "subject": subject, "body": body, "subject_en": subject_en,
                  "body_en": body_en}  # fmt: skip
        tx.execute(insert(MailTemplate).values(**values).on_conflict_do_nothing())
    known = set(tx.execute(select(QuestionForm.sample)).scalars())
    for key, name, (introduction, introduction_en), questions in FORMS:
        values = {"sample": key, "name": name, "introduction": introduction, "introduction_en": introduction_en}
        added = insert(QuestionForm).values(**values).on_conflict_do_nothing().returning(QuestionForm.id)
        form_id = tx.scalar(added) if key not in known else None
        if form_id is not None:
            replace_questions(tx, form_id, list(questions))
