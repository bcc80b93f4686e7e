"""django-post-office with its best settings: queue mails, then send them; told to a sink as ours are.

``python bench/floors/peer.py DATABASE HOST PORT SMTP_PORT MAILS`` runs with a Python that has
``bench/floors/requirements.txt``; it prints the seconds that the sending took (the queueing is not counted).
"""

import sys
import time

import django
from django.conf import settings
from django.core.management import call_command

TEXT = "お疲れさまです。安否確認です。次のリンクから、いまの状況を答えてください。\n"


def main(url: dict[str, str], smtp_port: int, mails: int, letters: int) -> None:
    """Queue mails of so many letters and send them with two processes of ten threads, without a log."""
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", **url}},
        INSTALLED_APPS=["post_office"], TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        EMAIL_HOST="127.0.0.1", EMAIL_PORT=smtp_port, EMAIL_BACKEND="post_office.EmailBackend",
        USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        POST_OFFICE={
            "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
            "BATCH_SIZE": mails, "THREADS_PER_PROCESS": 10, "LOG_LEVEL": 0, "BATCH_DELIVERY_TIMEOUT": 600,
        },
    )  # fmt: skip
    django.setup()
    call_command("migrate", verbosity=0)
    from post_office import mail  # noqa: PLC0415 - Django has to be set up before

    text = (TEXT * (letters // len(TEXT) + 1))[:letters]
    mail.send_many(
        [
            {
                "sender": "office@example.jp",
                "recipients": [f"p{n}@example.jp"],
                "subject": "訓練 安否確認",
                "message": text,
            }
            for n in range(mails)
        ]
    )
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    begun = time.perf_counter()
    mail.send_queued(processes=2, log_level=0)
    print(time.perf_counter() - begun)


if __name__ == "__main__":
    name, user, password, host, port, smtp_port, mails, letters = sys.argv[1:]
    main(
        {"NAME": name, "USER": user, "PASSWORD": password, "HOST": host, "PORT": port},
        int(smtp_port), int(mails), int(letters),
    )  # fmt: skip
