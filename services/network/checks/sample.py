"""The text of a contact check as shipped (サンプル): both languages in one mail, whoever reads it."""

SUBJECT = "【連絡先の確認】メールが届くかどうかの確認です / Contact check"

BODY = """{name} 様

{organisation}です。
ご登録の連絡先が使えるかどうかを確かめるためのメールです。災害や緊急の連絡ではありません。

▼ 届いていたら、下のリンクを開いて「確認しました」を押してください。
{reply_url}

・ログインは不要です。このリンクはあなた専用です。ほかの人に転送しないでください。
・複数のアドレスを登録している場合は、それぞれに届いたメールのリンクを開いてください。

--------
This mail from {organisation} only checks that your address works. Nothing has happened.
If it reached you, open the link above and press "I have read this".
If you have registered several addresses, open the link in each of the mails.
"""

INTRODUCTION = (
    "連絡先が使えるかどうかの確認です。災害や緊急の連絡ではありません。"
    " / This only checks that your address works. Nothing has happened."
)
"""What the page behind the link says first."""
