"""What everybody may do with the own account: sign out, change the password, choose the language."""

from enum import StrEnum

from core.errors import NotAllowed
from core.i18n import N_, set_language
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from core.words import named
from data.models.access import Account
from services.access import tries
from services.access.accounts import void_links_of
from services.access.passwords import hashed, matches, usable
from services.access.sessions import end_session, end_sessions_of
from services.access.sign_in import begin_attempt


class Language(StrEnum):
    """The languages of the console."""

    JA = "ja"
    EN = "en"


named(Language, ja=N_("Japanese"), en=N_("English"))


class ChangedPassword(Input):
    """The present password and the new one."""

    current: str = field(N_("Present password"), secret=True, min_length=1, max_length=200)
    password: str = field(
        N_("New password"), secret=True, max_length=200, help=N_("At least 12 characters; a sentence is fine.")
    )


class ChosenLanguage(Input):
    """The language of the console for oneself."""

    language: Language = field(N_("Language"))


class ChosenMails(Input):
    """Which mails one wants."""

    call_mails: bool = field(N_("A mail when a comment calls me"), default=True)


class OwnAccount(Row):
    """The account of the person who asks."""

    login: str
    language: Language
    call_mails: bool


class PasswordAnswer(Row):
    """Whether the password was changed; it was not when the present one was wrong."""

    changed: bool


@query("access.mine", N_("See the own account"), own=True)
def own_account(tx: Transaction, _ask: Nothing) -> OwnAccount:
    """Return the own account."""
    account = own_row(tx)
    return OwnAccount(login=account.login, language=Language(account.language), call_mails=account.call_mails)


@operation("access.sign_out", N_("Sign out"), touches="sign_in_session", own=True, while_looking=True)
def sign_out(tx: Transaction, _ask: Nothing) -> None:
    """End the session of this browser (ログアウト)."""
    if tx.actor.session_id is not None:
        end_session(tx, tx.actor.session_id)


@operation("access.sign_out_all", N_("Sign out everywhere oneself"), touches="sign_in_session", own=True)
def sign_out_all(tx: Transaction, _ask: Nothing) -> None:
    """End all sessions of the own account, this one too; tabs in other browsers are blank within two seconds."""
    end_sessions_of(tx, [own_row(tx).id])


@operation("access.change_password", N_("Change the own password"), touches="account", own=True)
def change_password(tx: Transaction, ask: ChangedPassword) -> PasswordAnswer:
    """Change the own password and sign out all other browsers; links that were made before are void (パスワード変更).

    A wrong present password is an answer and no error, so that it counts like one at the sign-in.

    Raises:
        Invalid: when the new password cannot be used.
    """
    account = own_row(tx)
    new = usable(ask.password, login=account.login)
    attempt = begin_attempt(tx, account.login, tries.SIGNED_IN)
    if attempt.account_id is None or not matches(ask.current, attempt.password_hash):
        return PasswordAnswer(changed=False)
    tx.session.refresh(account)
    account.password_hash = hashed(new)
    tries.forgive(tx, account.login, tries.SIGNED_IN)
    end_sessions_of(tx, [account.id], but=tx.actor.session_id)
    void_links_of(tx, [account.id])
    return PasswordAnswer(changed=True)


@operation("access.change_language", N_("Choose the own language"), touches="account", own=True)
def change_language(tx: Transaction, ask: ChosenLanguage) -> None:
    """Choose the language of the console for oneself."""
    own_row(tx).language = ask.language
    set_language(ask.language)


@operation("access.choose_mails", N_("Choose which mails oneself gets"), touches="account", own=True)
def choose_mails(tx: Transaction, ask: ChosenMails) -> None:
    """Choose whether a mail tells oneself of comments that call one (通知メール)."""
    own_row(tx).call_mails = ask.call_mails
    tx.session.flush()


def own_row(tx: Transaction) -> Account:
    """Return the account of whoever acts.

    Raises:
        NotAllowed: when it is nobody with an account.
    """
    account = tx.get(Account, tx.actor.account_id) if tx.actor.account_id is not None else None
    if account is None:
        raise NotAllowed(N_("Only somebody with an account can do this."))
    return account
