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
