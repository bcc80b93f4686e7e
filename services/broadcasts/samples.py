"""Sample templates and forms (サンプル, D08): there from the first start, in Japanese, and free to be edited."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.transaction import Transaction
from data.models.broadcasts import MailTemplate, QuestionForm, QuestionKind
from services.broadcasts.forms import replace_questions
from services.broadcasts.questions import NewQuestion

SAFETY_BODY = """{name} 様

{organisation}です。
{title}

あなたとご家族の安否を確認しています。身の安全を第一に行動し、
落ち着いたら下のリンクから状況をお知らせください。回答は1分で終わります。

▼ 回答する
{reply_url}

・ログインは不要です。状況が変わったら、同じリンクから何度でも変更できます。
・このリンクはあなた専用です。ほかの人に転送しないでください。

所属：{department}
"""

DRILL_BODY = """{name} 様

{organisation}です。
これは安否確認の【訓練】です。実際の災害ではありません。

下のリンクを開き、届いたことをお知らせください。回答は1分で終わります。

▼ 回答する
{reply_url}

ログインは不要です。このリンクはあなた専用です。ほかの人に転送しないでください。

所属：{department}
"""

SURVEY_BODY = """{name} 様

{organisation}です。
「{title}」へのご協力をお願いします。

▼ 回答する
{reply_url}

ログインは不要です。回答は、同じリンクからあとで変更できます。
"""

NOTICE_BODY = """{name} 様

{organisation}からのお知らせです。

{title}

お読みになりましたら、下のリンクからお知らせください。
{reply_url}
"""

TEMPLATES = (
    ("safety", "安否確認", "【安否確認】{title}", SAFETY_BODY),
    ("drill", "安否確認の訓練", "【訓練】{title}", DRILL_BODY),
    ("survey", "アンケート", "【アンケート】{title}", SURVEY_BODY),
    ("notice", "お知らせ", "【お知らせ】{title}", NOTICE_BODY),
)
"""Key, name, subject and text."""


def one(label: str, *options: str, required: bool = True) -> NewQuestion:
    """Return a question with one choice."""
    return NewQuestion(kind=QuestionKind.CHOICE, label=label, required=required, options=list(options))


def several(label: str, *options: str) -> NewQuestion:
    """Return a question with several choices that may be left out."""
    return NewQuestion(kind=QuestionKind.CHOICES, label=label, required=False, options=list(options))


def written(label: str) -> NewQuestion:
    """Return a question answered by text that may be left out."""
    return NewQuestion(kind=QuestionKind.TEXT, label=label, required=False)


FORMS = (
    (
        "safety",
        "安否確認",
        "あなたとご家族の状況をお知らせください。",
        (
            one("ご無事ですか？", "無事です", "軽いけがをしています", "助けが必要です"),
            one("ご家族はご無事ですか？", "全員無事です", "けがをした人がいます", "連絡が取れません", "該当しません"),
            one("出社できますか？", "出社できます", "在宅で勤務できます", "出社できません", "まだわかりません"),
            one("いまどこにいますか？", "自宅", "職場", "外出先", "避難所", required=False),
            written("コメント（困っていること、必要なものなど）"),
        ),
    ),
    (
        "drill",
        "安否確認の訓練",
        "これは訓練です。実際の災害ではありません。",
        (
            one("メールは届きましたか？", "すぐに気づきました", "あとで気づきました", "迷惑メールに入っていました"),
            one("（訓練）ご無事ですか？", "無事です", "軽いけがをしています", "助けが必要です"),
            one("（訓練）出社できますか？", "出社できます", "在宅で勤務できます", "出社できません"),
            written("気づいたこと"),
        ),
    ),
    (
        "survey",
        "在宅勤務アンケート",
        "在宅勤務の状況についてお聞かせください。",
        (
            NewQuestion(kind=QuestionKind.NUMBER, label="在宅で勤務する日数（1週間あたり）", unit="日"),
            several("仕事に使っている機器", "会社のパソコン", "自分のパソコン", "スマートフォン", "タブレット"),
            one("在宅勤務の環境に満足していますか？", "満足", "やや満足", "やや不満", "不満"),
            written("改善してほしいこと"),
        ),
    ),
    (
        "notice",
        "確認のみ",
        "お知らせを読んだことを、お知らせください。",
        (one("お知らせを読みましたか？", "読みました", "質問があります"), written("質問")),
    ),
)
"""Key, name, introduction and questions."""


def seed_samples(tx: Transaction) -> None:
    """Put in the samples that are not there yet; those that were edited stay as they are."""
    for key, name, subject, body in TEMPLATES:
        values = {"sample": key, "name": name, "subject": subject, "body": body}
        tx.execute(insert(MailTemplate).values(**values).on_conflict_do_nothing())
    known = set(tx.execute(select(QuestionForm.sample)).scalars())
    for key, name, introduction, questions in FORMS:
        values = {"sample": key, "name": name, "introduction": introduction}
        added = insert(QuestionForm).values(**values).on_conflict_do_nothing().returning(QuestionForm.id)
        form_id = tx.scalar(added) if key not in known else None
        if form_id is not None:
            replace_questions(tx, form_id, list(questions))
