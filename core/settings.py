"""Settings of one installation, read from the environment (``RENRAKU_…``; ``.env`` in the project root is read too)."""

from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an installation can set; everything has a value that works on a laptop."""

    model_config = SettingsConfigDict(env_prefix="RENRAKU_", env_file=ROOT / ".env", extra="ignore")

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    """The application's role: no owner, no BYPASSRLS. Unset: an embedded PostgreSQL is started."""

    database_owner_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_OWNER_URL")
    """The role that migrates; unset: the application's."""

    host: str = "127.0.0.1"
    port: int = 8501
    public_url: str | None = None
    """What stands before the links in mails, for instance ``https://renraku.example.jp``; unset: host and port."""

    home: Path = ROOT / ".renraku"
    """Where the embedded database, generated keys and files of this installation live."""

    secret_key: SecretStr | None = Field(default=None, min_length=32)
    """What all signatures and stored secrets hang on; unset: made once and kept in ``home``. Machines share one."""

    encryption_keys: SecretStr | None = Field(default=None, min_length=32)
    """Newer keys for stored secrets, the newest first, parted by commas; ``manage.py rotate-keys`` moves all to it."""

    worker_heartbeat_seconds: float = 5
    worker_lost_seconds: float = 20
    """A worker that gave no sign of life for so long is taken for dead, and its jobs go to another one."""

    lease_seconds: float = 60
    """How long a part of a sending stays with a worker that gives no sign of life."""

    session_idle_minutes: int = 8 * 60
    session_absolute_hours: int = 24 * 7
    anonymous_sockets: int = 200
    """How many browsers may be connected without being signed in; more would only be a flood."""

    metrics_token: SecretStr | None = Field(default=None, min_length=16)
    """What asks for ``/metrics`` has to show (``Authorization: Bearer …``); unset: there is no such page."""

    api_requests_per_minute: int = Field(default=600, ge=1)
    """How many requests a minute one API key has, on all machines together."""

    oidc_issuer: str | None = None
    """The identity provider (OpenID Connect) by its own name, ``https://login.example.jp``; unset: passwords only."""

    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = "OpenID"
    """What people call the provider; it stands on the button."""

    passwords: bool = True
    """Whether passwords are taken as well where there is a provider."""

    backup_folder: Path | None = None
    """Where backups (``*.backup``) are put, so that ``manage.py doctor`` can say how old the newest one is."""
    webhook_networks: str = ""
    """Private networks that webhooks may be sent into, parted by commas (``10.1.0.0/16``); there http will do, too.

    The names of directories may lead there as well.
    """

    jma_feeds: str = "https://www.data.jma.go.jp/developer/xml/feed/"
    """Where the feeds of telegrams of the Japan Meteorological Agency are, or a mirror of them; empty: nowhere.

    They are read once an administrator has switched that on.
    """

    log_level: str = "INFO"
    log_json: bool = False
    upload_limit_mib: int = Field(default=50, ge=1)
    """The largest file that goes through the console itself, which keeps it in memory."""

    upload_mib: int = Field(default=256, ge=1)
    """The largest file that is streamed through a public route, to the disk and into the database."""

    @property
    def provider(self) -> bool:
        """Say whether people can sign in through an identity provider."""
        return bool(self.oidc_issuer and self.oidc_client_id)

    @property
    def takes_passwords(self) -> bool:
        """Say whether people can sign in by password; always, while there is no other way."""
        return self.passwords or not self.provider

    @property
    def base_url(self) -> str:
        """Return the address that people use, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def https(self) -> bool:
        """Say whether browsers reach us by https, which decides the name and the flags of cookies."""
        return self.base_url.startswith("https://")


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
