"""What an adapter needs to know of its vendor (接続設定): kept encrypted, secrets never given out again."""

import json
from collections.abc import Mapping

from core import secrets
from core.errors import Invalid
from core.i18n import N_, _, listed
from core.rotation import encrypted
from data.models.directory import DirectoryConnection
from services.directory.sources import SETTINGS, SourceKind

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
    known = {one.name for one in SETTINGS[SourceKind(connection.kind)] if not one.secret}
    return {name: value for name, value in opened(connection).items() if name in known}


def merged(kind: SourceKind, given: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    """Return settings as they shall be: a secret that was left empty stays as it is kept.

    What no form shows, such as tokens that the vendor renewed, stays unless a secret was entered anew.

    Raises:
        Invalid: when one is missing, or unknown.
    """
    known = {one.name: one for one in SETTINGS[kind]}
    if unknown := sorted(set(given) - set(known)):
        raise Invalid(N_("There is no such setting: {names}."), names=listed(unknown))
    anew = any(one.secret and given.get(name, "").strip() for name, one in known.items())
    after = {} if anew else {name: value for name, value in kept.items() if name not in known}
    for name, one in known.items():
        value = given.get(name, "").strip() or (kept.get(name, "") if one.secret else "")
        if value:
            after[name] = value
    if missing := [name for name in known if name not in after]:
        labels = listed(_(known[name].label) for name in missing)
        fields = {name: _(N_("This is required.")) for name in missing}
        raise Invalid(N_("The connection needs these settings: {names}."), fields=fields, names=labels)
    return after
