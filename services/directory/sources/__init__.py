"""Where people come from (連携元, D02): SmartHR, freee HR, cybozu.com, Google Workspace and Microsoft Entra ID.

One file a vendor behind one small Protocol: real HTTP, paging as each documents it, no database, no waiting for limits
(``SourceBusy`` says how long; the caller comes back with the mark of the last page).
"""

import re
from collections.abc import Callable, Mapping

import httpx

from core.errors import Invalid
from core.i18n import N_, _
from services.directory.sources import cybozu, freee, google, microsoft, smarthr
from services.directory.sources.errors import SourceBroken, SourceBusy, SourceRefused
from services.directory.sources.shapes import (
    FoundDepartment,
    FoundPerson,
    Page,
    Setting,
    Source,
    SourceKind,
)

Renewed = Callable[[Mapping[str, str]], None]
"""Gets all settings anew when the vendor gave new tokens for old ones. It stores them in a transaction of its own,
committed when it returns: the old ones are worth nothing from then on, whatever becomes of the sync."""

SETTINGS: Mapping[SourceKind, tuple[Setting, ...]] = {
    SourceKind.SMARTHR: smarthr.SETTINGS,
    SourceKind.FREEE: freee.SETTINGS,
    SourceKind.CYBOZU: cybozu.SETTINGS,
    SourceKind.GOOGLE: google.SETTINGS,
    SourceKind.MICROSOFT: microsoft.SETTINGS,
}
FIELDS: Mapping[SourceKind, Mapping[str, str]] = {
    SourceKind.SMARTHR: smarthr.SmartHR.fields,
    SourceKind.FREEE: freee.Freee.fields,
    SourceKind.CYBOZU: cybozu.Cybozu.fields,
    SourceKind.GOOGLE: google.Google.fields,
    SourceKind.MICROSOFT: microsoft.Microsoft.fields,
}
"""What each vendor tells of a person, for the mapping page; no connection is needed to show it."""

FORMS = {
    "subdomain": re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"),
    "tenant": re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,252}[a-zA-Z0-9])?"),
    "company_id": re.compile(r"[0-9]{1,10}"),
}
"""What becomes a part of an address: with anything else in it our token could be sent to another one."""

USABLE = {**FORMS, "token": re.compile(r"[!-~]+")}
"""Those, and what stands in a header as it is (RFC 9110): with a blank, a line's end or 全角 in it nothing is sent."""

__all__ = [
    "FIELDS", "FORMS", "SETTINGS", "FoundDepartment", "FoundPerson", "Page", "Renewed", "Setting", "Source",
    "SourceBroken", "SourceBusy", "SourceKind", "SourceRefused", "check_settings", "source_of",
]  # fmt: skip


def source_of(
    kind: SourceKind, settings: Mapping[str, str], client: httpx.Client, renewed: Renewed | None = None
) -> Source:
    """Return the adapter of a vendor; nothing is asked yet.

    ``base_url`` among the settings leads everything to another address: for tests, never offered in a form.

    Raises:
        Invalid: when settings are missing or unusable.
    """
    check_settings(kind, settings)
    match kind:
        case SourceKind.SMARTHR:
            return smarthr.SmartHR(client, settings)
        case SourceKind.FREEE:
            if renewed is None:
                raise TypeError("freee gives a new refresh token for each old one: say who stores it")
            return freee.Freee(client, settings, renewed)
        case SourceKind.CYBOZU:
            return cybozu.Cybozu(client, settings)
        case SourceKind.GOOGLE:
            return google.Google(client, settings)
        case SourceKind.MICROSOFT:
            return microsoft.Microsoft(client, settings)


def check_settings(kind: SourceKind, settings: Mapping[str, str]) -> None:
    """Look whether all is there that the vendor needs, without asking the vendor.

    Raises:
        Invalid: with a sentence for each setting that is missing or unusable.
    """
    wrong: dict[str, str] = {}
    for one in SETTINGS[kind]:
        value = settings.get(one.name, "")
        if one.required and not value.strip():
            wrong[one.name] = _(N_("Enter a value."))
        elif value and one.name in USABLE and not USABLE[one.name].fullmatch(value):
            wrong[one.name] = _(N_("This value has characters that cannot be part of it."))
    if wrong:
        raise Invalid(N_("Some of the connection settings are missing or cannot be used."), fields=wrong)
