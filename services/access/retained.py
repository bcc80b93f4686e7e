"""Sign-ins that are over, and tries that count no more, are not kept for ever (保存期間)."""

from core.i18n import N_
from core.retention import retained, rows_of, together
from data.models.access import SignInCode, SignInLink, SignInSession, SignInTry

retained(
    "access.sessions",
    N_("Sign-ins"),
    N_("When, from where and with which browser somebody was signed in, and used links, counted from their end."),
    days=90,
    least=30,
    how=together(
        rows_of(SignInSession, lambda before: SignInSession.expires_at < before),
        rows_of(SignInCode, lambda before: SignInCode.expires_at < before),
        rows_of(SignInLink, lambda before: SignInLink.expires_at < before),
    ),
)
retained(
    "access.tries",
    N_("Tries to sign in"),
    N_("Login names and networks that were counted, from the moment at which they count no more."),
    days=1,
    least=1,
    how=rows_of(SignInTry, lambda before: SignInTry.until < before),
)
