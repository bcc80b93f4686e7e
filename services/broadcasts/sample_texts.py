"""The texts of the sample templates (サンプル, D08), in Japanese and English."""

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
SAFETY_BODY_EN = """Dear {name},

this is {organisation}.
{title}

We want to know that you and your family are safe. Look to your own safety first.
When you can, tell us how you are by the link below. It takes a minute.

Answer here:
{reply_url}

- You need no password. If things change, open the same link again: the last answer counts.
- The link is yours alone. Do not pass it on.

Department: {department}
"""
DANGER_BODY = """{name} 様

{organisation}です。
{title}

ただちに命を守る行動をとってください。
海や川の近くにいる人は、いますぐ高い場所へ避難してください。

安全な場所に着いてから、下のリンクで状況をお知らせください。回答は1分で終わります。

▼ 回答する
{reply_url}

・ログインは不要です。状況が変わったら、同じリンクから何度でも変更できます。
・このリンクはあなた専用です。ほかの人に転送しないでください。
"""
DANGER_BODY_EN = """Dear {name},

this is {organisation}.
{title}

Act now to save your life. If you are near the sea or a river, go to high ground at once.

When you are in a safe place, tell us how you are by the link below. It takes a minute.

Answer here:
{reply_url}

- You need no password. If things change, open the same link again: the last answer counts.
- The link is yours alone. Do not pass it on.
"""
DRILL_BODY = """{name} 様

{organisation}です。
安否確認の練習です。下のリンクを開き、届いたことをお知らせください。回答は1分で終わります。

▼ 回答する
{reply_url}

ログインは不要です。このリンクはあなた専用です。ほかの人に転送しないでください。

所属：{department}
"""
DRILL_BODY_EN = """Dear {name},

this is {organisation}.
We practise the safety confirmation. Open the link below and tell us that this has arrived. It takes a minute.

Answer here:
{reply_url}

You need no password. The link is yours alone. Do not pass it on.

Department: {department}
"""
SURVEY_BODY = """{name} 様

{organisation}です。
「{title}」へのご協力をお願いします。

▼ 回答する
{reply_url}

ログインは不要です。回答は、同じリンクからあとで変更できます。
"""
SURVEY_BODY_EN = """Dear {name},

this is {organisation}.
We ask for your answers to “{title}”.

Answer here:
{reply_url}

You need no password. You can change your answers later by the same link.
"""
NOTICE_BODY = """{name} 様

{organisation}からのお知らせです。

{title}

お読みになりましたら、下のリンクからお知らせください。
{reply_url}
"""
NOTICE_BODY_EN = """Dear {name},

a notice from {organisation}:

{title}

When you have read it, please say so by the link below.
{reply_url}
"""
CORRECTION_BODY = """{name} 様

{organisation}です。
先ほどお送りした「{title}」に誤りがありました。お詫びして訂正します。

（誤）
（正）

お読みになりましたら、下のリンクからお知らせください。
{reply_url}
"""
CORRECTION_BODY_EN = """Dear {name},

this is {organisation}.
What we sent you about “{title}” was not right. We are sorry, and put it right here.

Wrong:
Right:

When you have read it, please say so by the link below.
{reply_url}
"""

TEMPLATES = (
    ("safety", "安否確認", "【安否確認】{title}", SAFETY_BODY, "Are you safe? {title}", SAFETY_BODY_EN),
    (
        "danger",
        "津波・特別警報",
        "【命を守る行動を】{title}",
        DANGER_BODY,
        "Act to save your life: {title}",
        DANGER_BODY_EN,
    ),
    ("drill", "安否確認の訓練", "【訓練】{title}", DRILL_BODY, "[Drill] {title}", DRILL_BODY_EN),
    ("survey", "アンケート", "【アンケート】{title}", SURVEY_BODY, "Survey: {title}", SURVEY_BODY_EN),
    ("notice", "お知らせ", "【お知らせ】{title}", NOTICE_BODY, "Notice: {title}", NOTICE_BODY_EN),
    ("correction", "訂正", "【訂正】{title}", CORRECTION_BODY, "[Correction] {title}", CORRECTION_BODY_EN),
)
"""Key, name, subject and text, subject and text in English."""
