"""Settings: read once from the environment and an optional TOML file, then frozen.

Every setting stands in the table of docs/settings.md; a test compares the two.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PROJECT_DIR = Path(__file__).resolve().parent.parent
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})

RoleName = Literal["admin", "integrator", "manager", "analyst"]
"""The roles of domain/roles.py, as a setting names them."""


def _default_key_file() -> Path:
    root = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return root / "sfsam" / "secret.key"


def is_time_zone(name: str) -> bool:
    """Whether the time zone database knows this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name that is a folder of the database is an OSError
        return False
    return True


class Settings(BaseSettings):
    """What the environment decides. Names are SFSAM_<field>."""

    model_config = SettingsConfigDict(env_prefix="SFSAM_", frozen=True, extra="ignore")

    data_dir: Path = Field(
        default=PROJECT_DIR / "data" / "local",
        description="Folder of the database (sfsam.duckdb) and of staged downloads",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Fernet keys, comma separated; the first encrypts, all decrypt. Wins over the key file",
    )
    key_file: Path = Field(
        default_factory=_default_key_file,
        description="File with the Fernet keys, mode 0600; made on first use; never part of a backup",
    )
    base_url: str = Field(
        default="http://127.0.0.1:8501",
        description="Public address of the app; the OAuth callback is BASE/oauth/callback",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Hosts beyond *.my.salesforce.com (and .mil, .com.cn) that tokens may be sent to",
    )
    ca_file: Path | None = Field(
        default=None,
        description="PEM file with a further certificate authority to trust when calling Salesforce",
    )
    store_url: str = Field(default="", description="Empty: the embedded database file in the data folder")
    api_version: str = Field(default="66.0", description="Salesforce API version that is asked for")
    api_share: float = Field(
        default=0.8,
        gt=0,
        le=1,
        description="Share of the org's daily API calls after which a download stops and says so",
    )
    login_history_share: float = Field(
        default=0.2,
        gt=0,
        le=1,
        description="Share of the org's daily API calls that one download spends on login history",
    )
    time_zone: str = Field(
        default="UTC",
        description="Time zone of the scheduled jobs, by its name in the time zone database, such as Europe/Berlin",
    )
    history_months: int = Field(
        default=24,
        ge=1,
        le=600,
        description="For how many months days of use, periods of seats and the position of each day are kept",
    )
    smtp_host: str = Field(default="", description="Mail server; empty: nobody can be asked by mail")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port")
    smtp_tls: Literal["starttls", "implicit", "none"] = Field(
        default="starttls",
        description="How the way to the mail server is encrypted; none is for a server on this machine only",
    )
    smtp_user: str = Field(default="", description="User name at the mail server, where it asks for one")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the mail server")
    mail_sender: str = Field(default="", description="Address that mails come from")
    mail_managers: str = Field(
        default="", description="Address of the license managers: questions, and decisions that nobody else can make"
    )
    webhook_url: SecretStr | None = Field(default=None, description="Address of a chat that is told what happened")
    webhook_secret: SecretStr | None = Field(default=None, description="Key with which what is told is signed")
    log_level: str = Field(default="INFO", description="Level of the log on standard error")
    cli_role: RoleName | None = Field(
        default=None,
        description="Role of the command line; else admin without sign-in, and analyst with it",
    )
    oidc_metadata_url: str = Field(
        default="",
        description="OpenID Connect discovery document of the sign-in service; empty: no sign-in, this machine only",
    )
    oidc_client_id: str = Field(default="", description="Client id of sfsam at the sign-in service")
    oidc_client_secret: SecretStr | None = Field(
        default=None, validate_default=True, description="Client secret of sfsam at the sign-in service"
    )
    oidc_scopes: str = Field(default="openid email profile", description="Scopes that are asked for, with spaces")
    oidc_name_claim: str = Field(
        default="email", description="Claim that names a person in jobs and in the audit trail; else sub"
    )
    oidc_role_claim: str = Field(
        default="roles", description="Claim that carries roles or groups; a dot leads into an object"
    )
    oidc_roles: Annotated[dict[str, RoleName], NoDecode] = Field(
        default={},
        description="Which value of the claim is which role, such as license-team=manager,it=admin",
    )
    session_hours: float = Field(
        default=12, gt=0, le=24 * 30, description="After how many hours a person has to sign in again at the latest"
    )
    log_format: Literal["text", "json"] = Field(default="text", description="Lines for people, or JSON for machines")
    metrics_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Who sends this as bearer may read /metrics; without it only this machine may",
    )

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().lower() for part in value.split(",") if part.strip())
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if not is_time_zone(value):
            raise ValueError(f"{value!r} is not in the time zone database; it looks like Europe/Berlin")
        return value

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("oidc_roles", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [pair.rpartition("=") for pair in value.split(",") if pair.strip()]
        if any(not claimed.strip() for claimed, _, _ in pairs):
            raise ValueError("it looks like license-team=manager,it=admin")
        return {claimed.strip(): role.strip().lower() for claimed, _, role in pairs}

    @field_validator("oidc_metadata_url")
    @classmethod
    def _not_overheard(cls, value: str) -> str:
        address = urlsplit(value)
        if value and address.scheme != "https" and address.hostname not in LOOPBACK_NAMES:
            raise ValueError("the sign-in service has to be an https:// address")
        return value

    @field_validator("oidc_client_secret")
    @classmethod
    def _complete(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        given = [bool(info.data.get("oidc_metadata_url")), bool(info.data.get("oidc_client_id")), value is not None]
        if any(given) and not all(given):
            raise ValueError("sign-in needs SFSAM_OIDC_METADATA_URL, _CLIENT_ID and _CLIENT_SECRET together")
        base = urlsplit(info.data.get("base_url", ""))
        if all(given) and base.scheme != "https" and base.hostname not in LOOPBACK_NAMES:
            raise ValueError("sign-in needs SFSAM_BASE_URL to be an https:// address")
        return value

    @property
    def is_sign_in_on(self) -> bool:
        """Whether people have to sign in. Without, the app answers this machine only."""
        return bool(self.oidc_metadata_url)

    @property
    def path_prefix(self) -> str:
        """The path of the public address, as behind a reverse proxy: "/licenses", or "" at the root of a host."""
        return urlsplit(self.base_url).path.rstrip("/")

    @field_validator("mail_sender", "mail_managers")
    @classmethod
    def _one_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"[^\s@<>,;:]+@[A-Za-z0-9.-]+", value):
            raise ValueError("it is one plain e-mail address, such as licenses@example.com")
        return value

    @field_validator("smtp_tls")
    @classmethod
    def _encrypted_or_here(cls, value: str, info: ValidationInfo) -> str:
        if value == "none" and info.data.get("smtp_host", "") not in ("", "127.0.0.1", "localhost", "::1"):
            raise ValueError("without encryption the mail server has to be on this machine")
        return value

    @field_validator("webhook_url")
    @classmethod
    def _encrypted_address(cls, value: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(value.get_secret_value()) if value else None
        if parts and parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("it begins with https://")
        return value

    @property
    def database_path(self) -> Path:
        return self.data_dir / "sfsam.duckdb"

    @property
    def staging_dir(self) -> Path:
        return self.data_dir / "staging"

    @property
    def control_file(self) -> Path:
        """Where the owner of the database says how it can be asked (mode 0600)."""
        return self.data_dir / "control.json"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        config = os.environ.get("SFSAM_CONFIG")
        if not config:
            return (init_settings, env_settings)
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(config)))
