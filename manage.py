"""The command line: ``python manage.py COMMAND``; ``--help`` lists the commands."""

import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url

from core import logs
from core.actor import Actor
from core.database import engine, engine_for, transaction
from core.errors import Refused, RenrakuError
from core.i18n import N_, _, set_language
from core.inputs import Nothing
from core.paging import COUNT_CAP
from core.postgres import EmbeddedPostgres
from core.settings import ROOT, settings

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
safety = typer.Typer(no_args_is_help=True, help="Safety confirmation (安否確認).")
app.add_typer(safety, name="safety")
audit = typer.Typer(no_args_is_help=True, help="The audit trail (操作履歴).")
app.add_typer(audit, name="audit")

SEAL = re.compile(r"(?P<number>[0-9]{1,18}) \S+ [0-9]+ (?P<hash>[0-9A-Fa-f]{64})")
"""One line that ``audit seals`` prints: number, moment, records, hash."""


@contextmanager
def database(*, migrated: bool = True) -> Iterator[EmbeddedPostgres | None]:
    """Have a migrated database: the one that DATABASE_URL names (None), or the embedded one of this installation.

    Not ``migrated``: as it is, for whoever only looks.
    """
    from data.migrate import migrate  # noqa: PLC0415 - only commands that need the models pay for them

    if settings().database_url:
        if migrated:
            migrate(*_owner_and_role())
        yield None
        return
    with EmbeddedPostgres(settings().home / "postgres") as postgres:
        os.environ["DATABASE_URL"] = postgres.app_url
        os.environ["DATABASE_OWNER_URL"] = postgres.owner_url
        settings.cache_clear()
        if migrated:
            migrate(*_owner_and_role())
        yield postgres


@app.command()
def run() -> None:
    """Start everything: database, console and worker. Ctrl-C stops everything."""
    from core import supervisor  # noqa: PLC0415
    from services.setup import announce  # noqa: PLC0415

    supervisor.refuse_busy_port(settings().host, settings().port)
    with database() as postgres:
        announce(typer.echo)
        python = sys.executable
        server = [python, "-m", "uvicorn", "streamlit_app:app", "--no-access-log", "--log-level", "warning"]
        supervisor.run(
            {
                "console": [*server, "--host", settings().host, "--port", str(settings().port)],
                "worker": [python, "manage.py", "worker"],
                **({"returns": [python, "manage.py", "lmtp"]} if settings().lmtp else {}),
            },
            folder=ROOT,
            address=settings().base_url,
            listening=(settings().host, settings().port),
            database=postgres,
        )


@app.command()
def worker(concurrency: int = 4) -> None:
    """Work off jobs until stopped; as many workers as wanted may run, on other machines too."""
    import services  # noqa: PLC0415
    from core import jobs  # noqa: PLC0415

    logs.configure()
    services.load_all()
    jobs.run_worker(concurrency)


@app.command()
def lmtp() -> None:
    """Take returned mail from a mail server on this machine, at RENRAKU_LMTP, until a signal comes."""
    import services  # noqa: PLC0415
    from services.delivery.receipts.lmtp import serve  # noqa: PLC0415

    if not settings().lmtp:
        raise Refused(N_("Set RENRAKU_LMTP first, for instance RENRAKU_LMTP=127.0.0.1:8024."))
    logs.configure()
    services.load_all()
    serve(settings().lmtp)


@app.command()
def migrate() -> None:
    """Bring the database up to date."""
    with database():
        typer.echo(_(N_("The database is up to date.")))


@app.command("check-migrations")
def check_migrations() -> None:
    """Fail if the models and what the migrations make differ (on a throw-away embedded database)."""
    from core.postgres import APP, throwaway_postgres  # noqa: PLC0415
    from data import migrate as migrations  # noqa: PLC0415

    with throwaway_postgres() as postgres:
        migrations.migrate(postgres.owner_url, APP)
        differences = migrations.drift(engine_for(postgres.owner_url))
    for difference in differences:
        typer.echo(f"models and migrations differ: {difference}", err=True)
    raise typer.Exit(1 if differences else 0)


@app.command("new-revision")
def new_revision(message: str, number: str) -> None:
    """Write a migration from what the models say now (for developers)."""
    from data import migrate as migrations  # noqa: PLC0415

    with database(), engine_for(_owner_and_role()[0]).connect() as connection:
        migrations.new_revision(connection, message, number)


@app.command("rotate-keys")
def rotate_keys() -> None:
    """Put stored secrets (mail server password, second factors) under a newer key; nothing has to be stopped."""
    import services  # noqa: PLC0415
    from core import rotation, secrets  # noqa: PLC0415

    services.load_all()
    with database():
        made = secrets.add_key()
        done = rotation.rotate()
    for column, count in done.items():
        typer.echo(f"{column}: {count}")
    if not made:
        typer.echo("Keys come from the environment: the newest one is the first of RENRAKU_ENCRYPTION_KEYS.")


@app.command()
def texts(*, check: Annotated[bool, typer.Option(help="Only report, change nothing.")] = False) -> None:
    """Bring the catalogues of both languages in step with the code and list what has no translation."""
    from core import texts as catalogues  # noqa: PLC0415

    open_texts = catalogues.problems() if check else catalogues.update()
    for text in open_texts:
        typer.echo(text, err=True)
    raise typer.Exit(1 if open_texts else 0)


@app.command()
def backup(file: Annotated[Path, typer.Argument(dir_okay=False, help="The file to write.")]) -> None:
    """Write the whole database into one file, while others go on working."""
    from core.postgres import backup as backups  # noqa: PLC0415

    with database():
        backups.backup(_owner_and_role()[0], file)
    sentence = N_("{file} holds the whole database, but not the key that its stored passwords are protected with.")
    typer.echo(_(sentence, file=file))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file that backup wrote.")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Replace an organisation that is there.")] = False,
) -> None:
    """Put a backup in place of what is in the database; everything or nothing."""
    from core.postgres import backup as backups  # noqa: PLC0415
    from data.migrate import migrate  # noqa: PLC0415
    from services.setup import installation  # noqa: PLC0415

    with database():
        with transaction(Actor.system("restore")) as tx:
            begun = installation(tx, Nothing()).ready
        engine().dispose()
        if begun and not replace:
            raise Refused(N_("An organisation is there already. “restore --replace” replaces everything in it."))
        backups.restore(_owner_and_role()[0], file)
        migrate(*_owner_and_role())
    typer.echo(_(N_("Restored. Mailings that were being sent go on as soon as a worker runs.")))


@app.command()
def retention(
    *, dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much falls due, erase nothing.")] = False
) -> None:
    """Erase what is kept long enough, as every night; says how many rows of which kind."""
    import services  # noqa: PLC0415
    from services import privacy  # noqa: PLC0415

    services.load_all()
    with database():
        rows = privacy.look() if dry_run else privacy.keep_to_the_rules()
    for row in rows:
        count = "10,000+" if dry_run and row.rows > COUNT_CAP else f"{row.rows:,}"
        typer.echo(_(N_("{kind} ({title}), {days} days: {count}"), **{**row.model_dump(), "count": count}))


@app.command()
def erase(
    person: Annotated[str, typer.Option(help="The code of the person (社員番号).")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for the code once more.")] = False,
) -> None:
    """Erase who a retired person was, wherever it is kept; nothing brings it back, and backups are not changed."""
    import services  # noqa: PLC0415
    from services import privacy  # noqa: PLC0415

    services.load_all()
    typed = person if yes else typer.prompt(_(N_("Type the code once more; what is erased does not come back")))
    with database(), transaction(Actor.system("manage.py erase")) as tx:
        asked = privacy.ErasePerson(person_id=privacy.number_of(tx, person), typed=typed)
        privacy.erase_person(tx, asked)
    typer.echo(_(N_("The person was erased.")))


@app.command()
def doctor() -> None:
    """Say what is wrong with this installation, and what to do; exit code 1 when something is."""
    import services  # noqa: PLC0415
    from services.setup import examine  # noqa: PLC0415

    services.load_all()
    with database(migrated=False):
        findings = examine()
    for finding in findings:
        typer.echo(("ok    " if finding.good else "look  ") + finding.text)
    raise typer.Exit(0 if all(finding.good for finding in findings) else 1)


@safety.command()
def replay(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="JMA telegrams (XML), in order.")],
    *,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Send nothing: say who would be asked today.")] = False,
) -> None:
    """Take in telegrams as if they had just come from JMA; says for each what was decided and why."""
    import services  # noqa: PLC0415

    services.load_all()
    with database():
        done = _rehearsed(files) if rehearse else _replayed(files)
    raise typer.Exit(0 if done else 1)


def _replayed(files: list[Path]) -> bool:
    from services.safety import replay_file  # noqa: PLC0415

    failed = False
    for file in files:
        try:
            typer.echo(f"{file.name}: {replay_file(file.read_bytes())}")
        except RenrakuError as error:  # the other files are telegrams of their own
            typer.echo(f"{file.name}: {error.text}", err=True)
            failed = True
    return not failed


def _rehearsed(files: list[Path]) -> bool:
    from services.safety import rehearse_files  # noqa: PLC0415

    try:
        typer.echo(rehearse_files([file.read_bytes() for file in files]))
    except RenrakuError as error:
        typer.echo(error.text, err=True)
        return False
    return True


@audit.command()
def verify(
    kept: Annotated[
        Path | None, typer.Option("--seals", exists=True, dir_okay=False, help="Seals that were kept outside.")
    ] = None,
) -> None:
    """Compare the audit trail with its seals; names each record that was altered, removed or slipped in."""
    from core import seals  # noqa: PLC0415

    outside = _kept(kept) if kept else None
    with database(), transaction(Actor.system("audit verify"), statement_seconds=seals.VERIFY_SECONDS) as tx:
        seals.seal(tx)
        findings = 0
        for finding in seals.verify(tx, outside):
            typer.echo(finding.text, err=True)
            findings += 1
        records = sum(one.records for one in seals.seals(tx))
    sentence = N_("{records} sealed records were compared: nothing was altered.")
    if findings:
        sentence = N_("{records} sealed records were compared: {findings} findings, see above.")
    typer.echo(_(sentence, records=f"{records:,}", findings=f"{findings:,}"))
    raise typer.Exit(1 if findings else 0)


@audit.command("seals")
def print_seals() -> None:
    """Print all seals, one a line, to be kept outside: number, moment, records, hash."""
    from core import seals  # noqa: PLC0415

    with database(), transaction(Actor.system("audit seals")) as tx:
        seals.seal(tx)
        for one in seals.seals(tx):
            typer.echo(f"{one.number} {one.at.isoformat()} {one.records} {one.hash}")
    seals.note_kept()


def _kept(file: Path) -> dict[int, str]:
    found: dict[int, str] = {}
    for at, line in enumerate(file.read_bytes().decode("utf-8-sig", "replace").splitlines(), start=1):
        match = SEAL.fullmatch(line.strip())
        if match:
            found[int(match["number"])] = match["hash"].lower()
        elif line.strip():
            sentence = N_("Line {line} of {file} is no seal. Give a file with what “manage.py audit seals” printed.")
            raise Refused(sentence, line=at, file=file)
    if not found:
        raise Refused(N_("There is no seal in {file}: nothing could be compared."), file=file)
    return found


def _owner_and_role() -> tuple[str, str | None]:
    chosen = settings()
    app_url = chosen.database_url.get_secret_value()  # type: ignore[union-attr]
    if chosen.database_owner_url is None:
        return app_url, None
    return chosen.database_owner_url.get_secret_value(), make_url(app_url).username


def main() -> None:
    """Run a command; what people can mend is one sentence on the terminal, not a stack trace."""
    logs.configure(logging.WARNING)  # what else there is to say, a command says itself
    set_language("en" if os.environ.get("LANG", "").startswith("en") else "ja")
    try:
        app()
    except RenrakuError as error:
        typer.echo(error.text, err=True)
        sys.exit(1)
    finally:
        if engine.cache_info().currsize:
            engine().dispose()


if __name__ == "__main__":
    main()
