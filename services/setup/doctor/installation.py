"""Is this machine set up well: keys, addresses, folders, disk, backups."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core import clock
from core.i18n import N_
from core.settings import settings
from services.setup.doctor.finding import Check, Finding, found

FREE_MIB = 1_024
FEWEST_LETTERS = 12
"""So many different ones stand in 32 characters of anything random; fewer do in what somebody typed."""

BACKUP_EVERY = timedelta(hours=26)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def secret_key() -> Finding:
    """Is the installation's key one that nobody guesses, and the same on every machine?"""
    given = settings().secret_key
    if given is None:
        alone = settings().database_url is None or not settings().https
        return found(
            alone,
            N_("The key of this installation lies in {home}."),
            N_("RENRAKU_SECRET_KEY is not set: other machines would make keys of their own. Give all of them one."),
            home=settings().home,
        )
    return found(
        len(set(given.get_secret_value())) >= FEWEST_LETTERS,
        N_("RENRAKU_SECRET_KEY is set."),
        N_("RENRAKU_SECRET_KEY is weak. Make one with “openssl rand -hex 32”; reply links sent before will end."),
    )


def https() -> Finding:
    """Do people come by https, unless they sit at this machine?"""
    parts = urlsplit(settings().base_url)
    return found(
        parts.scheme == "https" or parts.hostname in LOOPBACK,
        N_("People come by {address}."),
        N_("People come by {address}, which is not https: passwords cross the network openly. Put nginx in front."),
        address=settings().base_url,
    )


def address() -> Finding | None:
    """Is the public address one that a browser's Host header can match?"""
    if settings().public_url is None:
        return None
    parts = urlsplit(settings().base_url)
    plain = parts.scheme in {"http", "https"} and parts.hostname and not (parts.path or parts.query or parts.username)
    return found(
        plain,
        N_("RENRAKU_PUBLIC_URL is an address of its own."),
        N_(
            "RENRAKU_PUBLIC_URL must be scheme and host only, such as https://renraku.example.jp: nothing else matches."
        ),
    )


def proxies() -> Finding:
    """Is it only the own proxy that may say who comes from where?"""
    return found(
        os.environ.get("FORWARDED_ALLOW_IPS", "").strip() != "*",
        N_("Only known proxies may name a visitor's address."),
        N_("FORWARDED_ALLOW_IPS is *: everybody can claim any address. Name the proxy's address."),
    )


def private_home() -> Finding | None:
    """Can nobody else on this machine read keys and data?"""
    home = settings().home
    keys = [*home.glob("*.key")] if home.is_dir() else []
    open_ones = [path for path in (home, *keys) if path.exists() and _mode(path) & (0o022 if path == home else 0o077)]
    if not home.is_dir():
        return None
    return found(
        not open_ones,
        N_("Nobody else can write to {home} or read its keys."),
        N_("{paths} is open to others. Run “chmod 700” on the folder and “chmod 600” on the keys."),
        home=home,
        paths=", ".join(str(path) for path in open_ones),
    )


def disk() -> Finding:
    """Is there room left?"""
    place = next(one for one in (settings().home, *settings().home.parents) if one.exists())
    free = shutil.disk_usage(place).free // 1024**2
    return found(
        free >= FREE_MIB,
        N_("{free} MiB are free at {place}."),
        N_("Only {free} MiB are free at {place}. Make room before the database stops."),
        free=free,
        place=place,
    )


def time_zones() -> Finding:
    """Does Python know Japan's time?"""
    try:
        known = bool(ZoneInfo.no_cache("Asia/Tokyo"))
    except ZoneInfoNotFoundError:
        known = False
    return found(known, N_("Python knows the time zones."), N_("Python does not know Asia/Tokyo. Install tzdata."))


def backups() -> Finding | None:
    """Is there a backup of the last day? Known only where RENRAKU_BACKUP_FOLDER says where they lie."""
    folder = settings().backup_folder
    if folder is None:
        return None
    moments = [path.stat().st_mtime for path in folder.glob("*.backup")] if folder.is_dir() else []
    newest = datetime.fromtimestamp(max(moments), UTC) if moments else None
    return found(
        newest is not None and newest > clock.now() - BACKUP_EVERY,
        N_("The newest backup is of today or yesterday."),
        N_("There is no backup of the last day in {folder}. Run “python manage.py backup”, and look at its timer."),
        folder=folder,
    )


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


CHECKS: tuple[Check, ...] = (
    secret_key,
    https,
    address,
    proxies,
    private_home,
    disk,
    time_zones,
    backups,
)
