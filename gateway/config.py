"""Every setting of the gateway with its type, default and explanation; it reads no file and no environment.

`SETTINGS` is the list of all of them. `gateway.config_load.load` fills a `Settings` from config.yaml and the
environment. Values are checked one by one here; what only shows between values is checked in
`gateway.config_checks`. Nothing secret appears in a `repr`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic.fields import FieldInfo
from sqlalchemy.engine import make_url

from gateway.config_values import AddressText, City, DatabaseUrl, FilePath, WebUrl


def _secret(help_text: str) -> Any:
    """A secret setting: empty by default, hidden in every repr, to be had from `${NAME}` or a `…_file`."""
    return Field(default=SecretStr(""), description=help_text, json_schema_extra={"secret": True})


class Section(BaseModel):
    """What all sections share: unknown settings are refused, nothing changes after loading."""

    # Defaults are validated too, sections among them: that is how their relative paths find their folder.
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
        revalidate_instances="always",
    )

    @model_validator(mode="before")
    @classmethod
    def _may_be_left_empty(cls, values: Any) -> Any:
        """A section whose lines are all commented out is null to YAML."""
        return {} if values is None else values


class Listen(Section):
    """Where the web server listens."""

    host: str = Field("127.0.0.1", description="Address to listen on. 0.0.0.0 opens it to the network.", min_length=1)
    port: int = Field(8000, description="TCP port to listen on.", ge=1, le=65535)


class Secrets(Section):
    """What must stay with the operator."""

    master_key_file: FilePath = Field(
        Path("var/master.key"),
        description="File with the master key, 32 random bytes in hex, from which all other keys are "
        "derived. "
        "`gridgate init` makes it. Without it the numbers and names in the database cannot be read: keep a "
        "copy.",
    )
    master_key: SecretStr = _secret("The master key itself, where no file can be had; wins over master_key_file.")
    operator_token: SecretStr = _secret(
        "Token with which /metrics may be read from another machine (Authorization: Bearer …). "
        "Empty: from this machine only. Also as operator_token_file."
    )


class Simulator(Section):
    """The built-in phones; they need no account."""

    enabled: bool = Field(
        True,
        description="Whether simulator addresses (sim:name) can text and be texted. Their webhook has no "
        "signature, "
        "so it cannot be on together with a real provider.",
    )


class TwilioSms(Section):
    """SMS and WhatsApp by Twilio."""

    enabled: bool = Field(False, description="Whether texts come and go by Twilio.")
    account_sid: str = Field("", description="Account SID, AC and 32 hex digits.", pattern=r"^(AC[0-9a-f]{32})?$")
    auth_token: SecretStr = _secret(
        "Auth token: signs requests both ways. Write ${TWILIO_AUTH_TOKEN} or use auth_token_file; never the "
        "token itself."
    )
    previous_auth_token: SecretStr = _secret(
        "The token before, accepted on incoming requests while it is being replaced. Also as previous_auth_token_file."
    )
    numbers: tuple[str, ...] = Field(
        (),
        description="Our numbers at Twilio: +…, a short code, whatsapp:+…. The first of a kind is the "
        "one we send from; texts to other numbers are refused.",
    )
    region: str = Field(
        "CN", description="Country (ISO 3166) in which numbers without a country code are read: CN, US."
    )
    api_base: WebUrl | None = Field(
        None,
        description="Address of the API in place of Twilio's own, for example that of `gridgate fake-provider`.",
    )
    timeout_seconds: float = Field(10.0, description="How long one call to Twilio may take, in seconds.", gt=0, le=60)


class TelegramBot(Section):
    """The chat bot of gridmen and supervisors, by Telegram."""

    enabled: bool = Field(False, description="Whether the chat bot runs.")
    token: SecretStr = _secret(
        "The bot's token from BotFather. Write ${TELEGRAM_BOT_TOKEN} or use token_file; never the token itself."
    )
    webhook: bool = Field(
        True,
        description="Whether Telegram calls us at public_url; false asks it for messages instead (long polling), for a "
        "gateway that the internet cannot reach.",
    )
    secret_token: SecretStr = _secret(
        "What Telegram proves itself with when it calls: 16 to 256 letters, digits, _ and -. Also as secret_token_file."
    )
    api_base: WebUrl | None = Field(
        None,
        description="Address of the Bot API in place of Telegram's own, for example that of `gridgate fake-provider`.",
    )
    timeout_seconds: float = Field(10.0, description="How long one call to Telegram may take, in seconds.", gt=0, le=60)


class Channels(Section):
    """The roads texts travel on."""

    simulator: Simulator = Simulator()
    twilio_sms: TwilioSms = TwilioSms()
    telegram_bot: TelegramBot = TelegramBot()


class Gridmen(Section):
    """What is kept of gridmen, and when supervisors hear."""

    position_days: int = Field(30, description="Days that positions of gridmen are kept.", ge=1, le=366)
    digest_at: str = Field(
        "08:30",
        description="When the morning's figures go to supervisors in the chat, on working days, in the city's time.",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
    )


class Sending(Section):
    """How texts leave the outbox."""

    lease_seconds: int = Field(
        60,
        description="How long one attempt to send owns its text before another may try, in seconds.",
        ge=5,
        le=3600,
    )
    attempts: int = Field(10, description="Attempts before a text goes to the dead letters.", ge=1, le=100)
    backoff_seconds: int = Field(5, description="Wait before the second attempt, in seconds; doubles each time.", ge=1)
    backoff_cap_seconds: int = Field(600, description="Longest wait between two attempts, in seconds.", ge=1, le=86400)
    automatic_replies_per_hour: int = Field(
        5,
        description="Automatic replies to one address within an hour; a bound against mail loops.",
        ge=1,
        le=1000,
    )


class Settings(Section):
    """The gateway's settings."""

    city: City = Field(
        "dinghai",
        description="Rulebook and registry of the city: the name of one that ships or "
        "the path of a "
        "folder, with a slash in it.",
    )
    learned_model: FilePath | None = Field(
        None,
        description="A model trained by `gridgate learn`, which votes where the words of the rulebook are silent or "
        "tie. Without one the words decide alone.",
    )
    sandbox: bool = Field(
        False,
        description="Training mode: serves /phones and lets anybody move the clock forward. Refused "
        "together with a real provider.",
    )
    public_url: WebUrl = Field(
        "http://127.0.0.1:8000",
        description="The address at which the outside world reaches this gateway; signatures of providers "
        "are checked against it.",
    )
    listen: Listen = Listen()
    threads: int = Field(8, description="Threads that answer web requests.", ge=1, le=256)
    database_url: DatabaseUrl = Field(
        "sqlite:///var/gridgate.db",
        description="The database: sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME. Also as "
        "database_url_file.",
        repr=False,
        json_schema_extra={"secret": True},
    )
    spool_folder: FilePath = Field(
        Path("var/spool"),
        description="Where texts are kept safe while the database cannot take them; best on another disk.",
    )
    photos_folder: FilePath = Field(
        Path("var/photos"), description="Where photos of reports and checks are kept, under random names."
    )
    seal_file: FilePath = Field(
        Path("var/seals.jsonl"),
        description="Seals of the ledger, one a line, kept outside the database; best on another machine's disk.",
    )
    seal_minutes: int = Field(60, description="Minutes between two seals of the ledger.", ge=1, le=1440)
    heartbeat_seconds: float = Field(
        1.0,
        description="How often due deadlines and waiting texts are looked for, in seconds.",
        ge=0.05,
        le=60,
    )
    secrets: Secrets = Secrets()
    channels: Channels = Channels()
    channel_order: dict[str, tuple[str, ...]] = Field(
        {
            "tel": ("twilio_sms",),
            "whatsapp": ("twilio_sms",),
            "sim": ("simulator",),
            "telegram": ("telegram_bot",),
        },
        description="Which channels reach an address, by its scheme, in the order they are tried. Disabled "
        "ones are passed over.",
    )
    own_numbers: tuple[AddressText, ...] = Field(
        (),
        description="Our own numbers as addresses (tel:+…, tel:12345): texts from them are loops and are "
        "never answered.",
    )
    blocked_senders: tuple[AddressText, ...] = Field(
        (), description="Addresses whose texts are kept but neither read nor answered (tel:+…)."
    )
    sending: Sending = Sending()
    gridmen: Gridmen = Gridmen()
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important lines logged."
    )
    log_format: Literal["text", "json"] = Field("text", description="Log lines for people (text) or machines (json).")

    def secret_values(self) -> tuple[str, ...]:
        """Every secret in clear, for the log filter to know what to replace."""
        found = [value for _, value in _secrets(self) if value]
        return (*found, *([password] if (password := make_url(self.database_url).password) else []))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as documentation and tests see it."""

    #: Dotted name, as in ``sending.attempts``.
    name: str
    #: What it is when nobody says otherwise, as YAML would hold it.
    default: Any
    #: What it does, in sentences.
    help: str
    #: Whether its value must never be shown.
    secret: bool


def _fields(model: type[Section], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from _fields(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def is_secret(field: FieldInfo) -> bool:
    return isinstance(field.json_schema_extra, dict) and bool(field.json_schema_extra.get("secret"))


def _secrets(section: Section) -> Iterator[tuple[str, str]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from _secrets(value)
        elif isinstance(value, SecretStr):
            yield name, value.get_secret_value()


#: Every setting, in the order of config.yaml.
SETTINGS: tuple[Setting, ...] = tuple(
    Setting(name=name, default=_plain(field.default), help=field.description or "", secret=is_secret(field))
    for name, field in _fields(Settings)
)
