"""What an adapter needs to know of its vendor (接続設定): kept encrypted, secrets never given out again."""

import json
from collections.abc import Mapping

import httpx

from core import secrets
from core.errors import Invalid
from core.i18n import N_, _, listed
from core.rotation import encrypted
from data.models.directory import DirectoryConnection
from services.directory import sources
from services.directory.sources import FORMS, SETTINGS, SourceKind

PURPOSE = "directory settings"
encrypted(DirectoryConnection.settings, PURPOSE)


def seal(connection_id: int, settings: Mapping[str, str]) -> bytes:
    """Encrypt all settings for the row of their connection."""
    return secrets.encrypt(PURPOSE, json.dumps(dict(settings), sort_keys=True), f"directory_connection:{connection_id}")


def opened(connection: DirectoryConnection) -> dict[str, str]:
    """Return all settings, for an adapter.

    Raises:
        Unavailable: when the key of this installation has changed.
    """
    kept: dict[str, str] = json.loads(
        secrets.decrypt(PURPOSE, connection.settings, f"directory_connection:{connection.id}")
    )
    return kept


def shown(connection: DirectoryConnection) -> dict[str, str]:
    """Return the settings that are no secrets."""
    known = {one.name for one in SETTINGS[SourceKind(connection.kind)] if not (one.secret or one.kept_by_us)}
    return {name: value for name, value in opened(connection).items() if name in known}


def merged(kind: SourceKind, given: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    """Return settings as they shall be: secrets that are left empty stay, until one of them is entered anew.

    What no form shows, such as tokens that the vendor renewed, stays as long as the secrets do. Where the vendor is
    asked at another address, the secrets are entered again: nobody sends them elsewhere who does not know them.

    Raises:
        Invalid: when one is missing, unusable or unknown.
    """
    typed = {one.name: one for one in SETTINGS[kind] if not one.kept_by_us}
    if unknown := sorted(set(given) - set(typed)):
        raise Invalid(N_("There is no such setting: {names}."), names=listed(unknown))
    entered = {name: value.strip() for name, value in given.items() if value.strip()}
    moved = [name for name in FORMS if kept and name in typed and entered.get(name, "") != kept.get(name, "")]
    if moved or any(typed[name].secret for name in entered):
        after = entered
    else:
        # What the forms do not show at all, and the secrets.
        after = {name: value for name, value in kept.items() if name not in typed or typed[name].secret} | entered
    if moved:
        _need_secrets(kind, after)
    with httpx.Client(trust_env=False) as client:
        sources.source_of(kind, after, client, lambda _settings: None)  # only looks at them
    return after


def _need_secrets(kind: SourceKind, after: Mapping[str, str]) -> None:
    anew = [one for one in SETTINGS[kind] if one.secret and one.required and one.name not in after]
    if anew:
        raise Invalid(
            N_("The service is asked at another address now. Enter the secrets again: {names}."),
            fields={one.name: _(N_("This is required.")) for one in anew}, names=listed(_(one.label) for one in anew),
        )  # fmt: skip
