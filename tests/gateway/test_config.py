"""Settings: what is taken from where, and that everything wrong is said at once, at its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from gateway.config import SETTINGS, Settings
from gateway.config_channels import channel_settings
from gateway.config_file import ConfigError
from gateway.config_load import load

ROOT = Path(__file__).resolve().parents[2]
SID = "AC" + "0123456789abcdef" * 2
TOKEN = "4f9d2c71e05b8a36" * 2
#: Twilio on, with everything it needs, against a provider on this machine.
TWILIO = f"""
channels:
  twilio_sms:
    enabled: true
    account_sid: {SID}
    auth_token: {TOKEN}
    numbers: ["+15005550006"]
    api_base: http://127.0.0.1:8010
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str | bytes, name: str = "config.yaml") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def problems(path: Path | None, environ: dict[str, str] | None = None) -> list[str]:
    """What is said about a configuration, without the file's folder."""
    with pytest.raises(ConfigError) as refused:
        load(path, environ or {})
    return [str(problem).replace(f"{path.parent}/" if path else "", "") for problem in refused.value.problems]


# --- where values come from


def test_an_empty_file_gives_the_defaults_beside_it(write: Write, tmp_path: Path) -> None:
    settings = load(write(""), {})
    assert settings.city == "dinghai"
    assert settings.listen.port == 8000
    assert settings.database_url == f"sqlite:///{tmp_path}/var/gridgate.db"
    assert settings.spool_folder == tmp_path / "var/spool"
    assert settings.channel_order["tel"] == ("twilio_sms",)


def test_the_file_changes_what_it_names_and_nothing_else(write: Write) -> None:
    settings = load(write("listen: {port: 9000}\nsending:\n  attempts: 3\nsandbox: true\n"), {})
    assert (settings.listen.port, settings.listen.host) == (9000, "127.0.0.1")
    assert (settings.sending.attempts, settings.sending.lease_seconds) == (3, 60)
    assert settings.sandbox is True


def test_the_environment_wins_over_the_file(write: Write) -> None:
    environ = {
        "GRIDGATE_LISTEN__PORT": "9001",
        "GRIDGATE_OWN_NUMBERS": "tel:12345, tel:+15005550006",
        "GRIDGATE_CHANNEL_ORDER": '{"tel": ["twilio_sms", "simulator"]}',
        "GRIDGATE_HEARTBEAT_SECONDS": "0.5",
        "GRIDGATE_CITY": "",
    }
    settings = load(write("listen: {port: 9000}\nown_numbers: [tel:1]\n"), environ)
    assert settings.listen.port == 9001
    assert settings.own_numbers == ("tel:12345", "tel:+15005550006")
    assert settings.channel_order["tel"] == ("twilio_sms", "simulator")
    assert settings.heartbeat_seconds == 0.5
    assert settings.city == "dinghai"


def test_the_order_of_one_scheme_can_be_set_alone() -> None:
    settings = load(None, {"GRIDGATE_CHANNEL_ORDER__TEL": "simulator,twilio_sms"})
    assert settings.channel_order["tel"] == ("simulator", "twilio_sms")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_can_be_overridden_by_a_variable(setting, write: Write, tmp_path: Path) -> None:
    """A nonsensical value is refused under the variable's name, or taken; never passed over."""
    name = "GRIDGATE_" + setting.name.upper().replace(".", "__")
    value = f"{tmp_path}/no-default"
    said, found = [], None
    try:
        found = load(write(""), {name: value})
    except ConfigError as refused:
        said = [problem.field for problem in refused.problems]
    for part in setting.name.split(".") if found else ():
        found = getattr(found, part)
    taken = "no-default" in str(getattr(found, "get_secret_value", lambda: found)())
    assert taken or said == [name]


def test_a_list_is_taken_whole_from_the_place_that_wins(write: Write) -> None:
    settings = load(write("blocked_senders: [tel:1, tel:2]\n"), {"GRIDGATE_BLOCKED_SENDERS": "tel:3"})
    assert settings.blocked_senders == ("tel:3",)


def test_the_file_can_be_named_by_the_environment(write: Write) -> None:
    path = write("threads: 3\n", "other.yaml")
    assert load(None, {"GRIDGATE_CONFIG": str(path)}).threads == 3


def test_the_file_of_the_working_folder_is_taken_when_none_is_named(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("threads: 5\n")
    monkeypatch.chdir(tmp_path)
    assert load(None, {}).threads == 5


def test_an_absolute_path_stays_and_a_postgresql_address_gets_its_driver() -> None:
    environ = {"GRIDGATE_DATABASE_URL": "postgresql://grid:p%40ss@db/grid", "GRIDGATE_SPOOL_FOLDER": "/srv/spool"}
    settings = load(None, environ)
    assert settings.database_url == "postgresql+psycopg://grid:p%40ss@db/grid"
    assert settings.spool_folder == Path("/srv/spool")


# --- secrets


def test_a_secret_comes_from_the_environment_by_its_name(write: Write) -> None:
    path = write(TWILIO.replace(TOKEN, "${TWILIO_AUTH_TOKEN}"))
    settings = load(path, {"TWILIO_AUTH_TOKEN": TOKEN})
    assert settings.channels.twilio_sms.auth_token.get_secret_value() == TOKEN


def test_a_secret_comes_from_a_file_of_its_own(write: Write) -> None:
    write(f"{TOKEN}\n", "token")
    settings = load(write(TWILIO.replace(f"auth_token: {TOKEN}", "auth_token_file: token")), {})
    assert settings.channels.twilio_sms.auth_token.get_secret_value() == TOKEN


def test_a_secret_file_named_by_a_variable_wins_over_the_file(write: Write) -> None:
    write("ab" * 16, "token")
    name = "GRIDGATE_CHANNELS__TWILIO_SMS__AUTH_TOKEN_FILE"
    settings = load(write(TWILIO), {name: "token"})
    assert settings.channels.twilio_sms.auth_token.get_secret_value() == "ab" * 16


def test_no_secret_shows_when_settings_are_printed(write: Write) -> None:
    environ = {"GRIDGATE_DATABASE_URL": "postgresql://grid:hunter2hunter2@db/grid"}
    settings = load(write(TWILIO + f"secrets: {{operator_token: {'q7' * 12}, master_key: {'a1' * 32}}}\n"), environ)
    for text in (repr(settings), str(settings)):
        assert not re.search(f"{TOKEN}|hunter2|q7q7|a1a1", text)
    assert set(settings.secret_values()) == {TOKEN, "q7" * 12, "a1" * 32, "hunter2hunter2"}


def test_a_refusal_never_shows_a_secret(write: Write) -> None:
    path = write(
        f"secrets: {{master_key: hunter2hunter2, operator_token: [{TOKEN}]}}\ndatabase_url: mysql://a:{TOKEN}@b/c\n"
    )
    said = "\n".join(problems(path))
    assert "hunter2" not in said
    assert TOKEN not in said
    assert said.count("config.yaml:") == 3


# --- refusals


def test_everything_that_is_wrong_is_said_at_once_with_file_line_and_field(write: Write) -> None:
    path = write("""city: nowhere
listen:
  port: 99999
  hosst: x
channels:
  twilio_sms:
    enabled: true
    auth_token: ""
threads:
log_levl: info
""")
    environ = {"GRIDGATE_SENDING__ATTEMPTS": "many", "GRIDGATE_LISTEN__PRT": "1", "GRIDGATE_OWN_NUMBERS": "12345"}
    said = problems(path, environ)
    expected = [
        "config.yaml: public_url: must be an https address",
        "config.yaml:1: city: no book is called nowhere",
        "config.yaml:3: listen.port: must be less than or equal to 65535",
        "config.yaml:4: listen.hosst: is no setting; did you mean listen.host?",
        "config.yaml:5: channels.simulator.enabled: cannot be on together with a real provider",
        "config.yaml:6: channels.twilio_sms.account_sid:",
        "config.yaml:6: channels.twilio_sms.numbers:",
        "config.yaml:8: channels.twilio_sms.auth_token:",
        "config.yaml:9: threads: must be a valid integer",
        "config.yaml:10: log_levl: is no setting; did you mean log_level?",
        "environment: GRIDGATE_LISTEN__PRT: is no setting; did you mean listen.port?",
        "environment: GRIDGATE_OWN_NUMBERS: an address is written scheme:value",
        "environment: GRIDGATE_SENDING__ATTEMPTS: must be a valid integer",
    ]
    assert len(said) == len(expected), said
    for sentence, beginning in zip(said, expected, strict=True):
        assert sentence.startswith(beginning)


REFUSED = {
    "twice the same key": ("threads: 1\nthreads: 2\n", "config.yaml:2: threads: stands twice; the first is in line 1"),
    "an alias": ("a: &a [1]\nb: *a\n", "config.yaml:2: aliases"),
    "a tag": ("city: !!python/object/apply:os.system [ls]\n", "config.yaml:1: tags"),
    "too deep": ("a: " + "[" * 30 + "]" * 30, "config.yaml:1: nested deeper"),
    "no mapping": ("- a\n- b\n", "config.yaml:1: must be a mapping"),
    "two documents": ("threads: 1\n---\nthreads: 2\n", "config.yaml:2: "),
    "no YAML": ("a: [1\n", "config.yaml:2: "),
    "no UTF-8": (b"city: \xff\xfe\n", "config.yaml: is not UTF-8 text"),
    "a NUL": ("city: a\x00b\n", "config.yaml:1: holds characters"),
    "too large": ("#" * 300_000, "config.yaml: is larger than 256 KiB"),
    "a section that is a word": ("listen: here\n", "config.yaml:1: listen: "),
    "an unset variable": ("city: ${NOWHERE}\n", "config.yaml:1: city: the environment variable NOWHERE is not set"),
    "a missing secret file": (
        "secrets: {operator_token_file: gone}\n",
        "config.yaml:1: secrets.operator_token_file: gone cannot",
    ),
    "a secret twice": (
        f"secrets:\n  operator_token: {TOKEN}\n  operator_token_file: x\n",
        "config.yaml:3: secrets.operator_token_file: both operator_token and operator_token_file",
    ),
    "a weak secret": (
        "secrets: {operator_token: changeme}\n",
        "config.yaml:1: secrets.operator_token: is a placeholder",
    ),
    "a master key that is none": ("secrets: {master_key: abc}\n", "config.yaml:1: secrets.master_key: must be 64 hex"),
    "a database in memory": ("database_url: 'sqlite://'\n", "config.yaml:1: database_url: a database in memory"),
    "no database URL": ("database_url: gridgate.db\n", "config.yaml:1: database_url: is not a database URL"),
    "no URL": ("public_url: grid.example.org\n", "config.yaml:1: public_url: must be an http or https"),
    "a path as city": ("city: ./gone\n", "config.yaml:1: city: there is no folder"),
    "a way out of the books": ("city: '..'\n", "config.yaml:1: city: must be the name of a book"),
    "an unknown channel": (
        "channel_order: {tel: [pigeon]}\n",
        "config.yaml:1: channel_order.tel: no channel is called pigeon",
    ),
    "a wrong format": ("log_format: xml\n", "config.yaml:1: log_format: must be 'text' or 'json'"),
    "back-off upside down": (
        "sending: {backoff_seconds: 900}\n",
        "config.yaml:1: sending.backoff_cap_seconds: must not be",
    ),
    "not a number": ("heartbeat_seconds: .nan\n", "config.yaml:1: heartbeat_seconds: "),
}


@pytest.mark.parametrize(("text", "beginning"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_used_is_refused(text: str | bytes, beginning: str, write: Write) -> None:
    said = problems(write(text))
    assert len(said) >= 1
    assert said[0].startswith(beginning), said


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    assert problems(tmp_path / "gone.yaml") == ["gone.yaml: cannot be read: No such file or directory"]


def test_twilio_against_a_provider_on_this_machine_may_run_in_the_sandbox(write: Write) -> None:
    assert load(write(TWILIO + "sandbox: true\n"), {}).sandbox


REAL = TWILIO.replace("    api_base: http://127.0.0.1:8010\n", "  simulator: {enabled: false}\n")


def test_a_real_provider_is_accepted_without_sandbox_and_simulator(write: Write) -> None:
    settings = load(write(REAL + "public_url: https://grid.example.org/\n"), {})
    assert settings.public_url == "https://grid.example.org"


@pytest.mark.parametrize(
    ("change", "beginning"),
    [
        ("sandbox: true\n", "config.yaml:9: sandbox: cannot be on together with a real provider"),
        ("public_url: http://127.0.0.1:8000\n", "config.yaml:9: public_url: must be an https address"),
    ],
)
def test_a_real_provider_is_refused_where_it_would_be_unsafe(change: str, beginning: str, write: Write) -> None:
    assert any(line.startswith(beginning) for line in problems(write(REAL + change)))


def test_an_empty_token_is_refused_while_twilio_is_on(write: Write) -> None:
    said = problems(write(TWILIO.replace(TOKEN, '""')))
    assert len(said) == 1
    assert said[0].startswith("config.yaml:6: channels.twilio_sms.auth_token: auth_tokens must not hold an empty token")


def test_a_lease_that_a_slow_send_could_outlast_is_refused(write: Write) -> None:
    assert load(write(TWILIO + "sending: {lease_seconds: 50}\n"), {}).sending.lease_seconds == 50
    (said,) = problems(write(TWILIO + "sending: {lease_seconds: 49}\n"))
    assert said.endswith("must be 50 at least: four times channels.twilio_sms.timeout_seconds, and 10")


TELEGRAM = """
channels:
  telegram_bot:
    enabled: true
    token: "1000001:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQ0"
    secret_token: pRooF-of-Telegram-0815
    api_base: http://127.0.0.1:8010
"""
REAL_BOT = TELEGRAM.replace("    api_base: http://127.0.0.1:8010\n", "  simulator: {enabled: false}\n")


def test_a_bot_against_a_provider_on_this_machine_may_run_in_the_sandbox(write: Write) -> None:
    settings = load(write(TELEGRAM + "sandbox: true\n"), {})
    assert channel_settings(settings)["telegram_bot"]


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        (REAL_BOT + "sandbox: true\n", "config.yaml:8: sandbox: cannot be on together with a real provider"),
        (REAL_BOT, "config.yaml: public_url: must be an https address"),
        (TELEGRAM.replace("pRooF-of-Telegram-0815", '""'), "config.yaml:6: channels.telegram_bot.secret_token: secret"),
        (TELEGRAM.replace("pRooF-of-Telegram-0815", "kurz"), "config.yaml:6: channels.telegram_bot.secret_token: sec"),
        (TELEGRAM.replace("1000001:", ""), "config.yaml:5: channels.telegram_bot.token: token must be"),
        (TELEGRAM + "sending: {lease_seconds: 59}\n", "config.yaml:8: sending.lease_seconds: must be 60 at least"),
        (TELEGRAM + 'gridmen: {digest_at: "8:30"}\n', "config.yaml:8: gridmen.digest_at: is not written"),
    ],
)
def test_half_a_bot_is_refused_with_a_sentence(text: str, beginning: str, write: Write) -> None:
    assert any(line.startswith(beginning) for line in problems(write(text))), problems(write(text))


def test_a_bot_that_fetches_its_messages_needs_no_public_address(write: Write) -> None:
    text = REAL_BOT.replace("    secret_token: pRooF-of-Telegram-0815\n", "    webhook: false\n")
    assert load(write(text), {}).channels.telegram_bot.enabled


# --- documentation


def test_the_shipped_file_holds_every_setting_with_its_default() -> None:
    document = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    for setting in SETTINGS:
        value = document
        for part in setting.name.split("."):
            assert part in value, f"{setting.name} is not in config.yaml"
            value = value[part]
        assert value == setting.default, setting.name


def test_every_setting_is_explained_where_it_stands() -> None:
    lines = (ROOT / "config.yaml").read_text("utf-8").splitlines()
    explained: dict[str, str] = {}
    section: list[str] = []
    comment: list[str] = []
    for line in lines:
        if found := re.match(r"( *)# ?(.*)", line):
            comment.append(found[2])
        elif found := re.match(r"( *)(\w+):", line):
            section = [*section[: len(found[1]) // 2], found[2]]
            explained[".".join(section)] = " ".join(comment)
            comment = []
        else:
            comment = []
    for setting in SETTINGS:
        assert setting.help, setting.name
        assert explained[setting.name] == setting.help, setting.name


def test_the_shipped_file_loads_and_says_what_the_defaults_say() -> None:
    defaults = Settings.model_validate({}, context={"base": ROOT})
    assert load(ROOT / "config.yaml", {}) == defaults
    assert defaults.secrets.master_key_file == ROOT / "var/master.key"
