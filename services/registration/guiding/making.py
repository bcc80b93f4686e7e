"""The job that makes a file of printed guides, and the sweep after which nothing is left of it (印刷ファイルの作成)."""

import base64
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select, update

from core import logs, progress, secrets
from core.actor import Actor
from core.database import transaction
from core.errors import RenrakuError
from core.i18n import N_
from core.jobs import job
from core.transaction import Transaction
from data.models.registration_guides import RegistrationGuide, RegistrationHandout
from services.registration.guiding.mail import send_left_over
from services.registration.guiding.pdf import Printed, printed
from services.registration.guiding.sheets import Ready, ready
from services.registration.links import draft_links, keep_links

SYSTEM = Actor.system("registration")
PURPOSE = "registration hand-out"
KEPT_FOR = timedelta(hours=24)
STEP = N_("Drawing the pages")
FAULT = N_("The file could not be made: a fault on our side. Nothing was changed; print it again.")


def about(handout_id: int) -> str:
    """Return what a file is sealed for, and noted as."""
    return f"registration_handout:{handout_id}"


@job("registration.make_handout", retries=2)
def make_handout(handout_id: int) -> None:
    """Make a file, with new links; when it is there they are good and those from before void, both at once.

    Nothing is changed while it is drawn, and nothing at all when it cannot be: it may be broken off at any time.
    """
    with transaction(SYSTEM) as tx:
        work_id, people, before, total = _asked(tx, handout_id)
        if not work_id:
            return
        tokens = draft_links(people)
        content = ready(tx, tokens)
    try:
        made = _drawn(content, lambda done: progress.report(work_id, STEP, before + done, total))
        with transaction(SYSTEM) as tx:
            _keep(tx, handout_id, tokens, content, made)
            rest = tx.scalar(
                select(func.count()).where(
                    RegistrationHandout.work_id == work_id, RegistrationHandout.made_at.is_(None)
                )
            )
    except Exception as error:
        if isinstance(error, RenrakuError):
            progress.fail(work_id, error.text)
        else:
            progress.fail(work_id, RenrakuError(FAULT).text, logs.fault(error, work=work_id))
        raise
    progress.report(work_id, STEP, min(total, before + len(content.sheets)), total)
    if not rest:
        progress.finish(work_id)


@job("registration.sweep", periodic="*/5 * * * *")
def sweep() -> None:
    """Delete files whose day is over, and take up mails of guides that wait for too long."""
    with transaction(SYSTEM) as tx:
        forget_files(tx)
        send_left_over(tx)


def forget_files(tx: Transaction) -> int:
    """Delete the content of files that are past their time; return of how many."""
    old = update(RegistrationHandout).where(RegistrationHandout.content.is_not(None))
    return tx.changed_rows(
        old.where(RegistrationHandout.until <= tx.now).values(content=None).execution_options(synchronize_session=False)
    )


def opened_file(row: RegistrationHandout) -> bytes:
    """Return the PDF of a file that is kept.

    Raises:
        Unavailable: when the key of the installation has changed.
    """
    return base64.b64decode(secrets.decrypt(PURPOSE, row.content or b"", about(row.id)))


def _asked(tx: Transaction, handout_id: int) -> tuple[int, list[int], int, int]:
    row = tx.get(RegistrationHandout, handout_id)
    if row is None or row.made_at is not None:
        return 0, [], 0, 0
    mine = select(RegistrationGuide.person_id).where(RegistrationGuide.handout_id == handout_id)
    people = list(tx.execute(mine.order_by(RegistrationGuide.person_id)).scalars())
    counted = select(
        func.coalesce(func.sum(RegistrationHandout.people).filter(RegistrationHandout.part < row.part), 0),
        func.sum(RegistrationHandout.people),
    ).where(RegistrationHandout.work_id == row.work_id)
    before, total = tx.execute(counted).one()
    return row.work_id, people, int(before), int(total)


def _drawn(content: Ready, tell: Callable[[int], None]) -> Printed:
    return printed(
        content.sheets, organisation=content.sender.name, contact=content.sender.contact, until=content.until,
        logo=content.logo, tell=tell,
    )  # fmt: skip


def _keep(tx: Transaction, handout_id: int, tokens: dict[int, str], content: Ready, made: Printed) -> None:
    row = tx.get(RegistrationHandout, handout_id, lock=True)
    if row is None or row.made_at is not None:  # another worker was faster
        return
    keep_links(tx, tokens, content.until, row.account_id)
    file = base64.b64encode(made.content).decode()
    row.content = secrets.encrypt(PURPOSE, file, about(handout_id))
    row.made_at, row.until, row.misprinted = tx.now, tx.now + KEPT_FOR, made.misprinted
    row.people = len(content.sheets)
    mine = update(RegistrationGuide).where(RegistrationGuide.handout_id == handout_id)
    tx.execute(mine.values(sent_at=tx.now).execution_options(synchronize_session=False))
    tx.session.flush()
