"""`gridgate serve` and `gridgate fake-provider`: the gateway itself, and somebody to rehearse sending with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click

from gateway.commands.common import Call, CannotBeDone, config_option, pass_call
from gateway.config import Settings
from gateway.fake_provider import Mode

#: For rehearsals where no account is configured; no provider knows them.
_REHEARSAL_ACCOUNT = "AC" + "0" * 32
_REHEARSAL_TOKEN = "rehearsal-only-token"  # noqa: S105 - opens nothing
_REHEARSAL_BOT_TOKEN = "1000001:rehearsal-only-token-opens-nothing"  # noqa: S105 - opens nothing
_REHEARSAL_BOT_SECRET = "rehearsal-only-secret"  # noqa: S105 - opens nothing


@click.command()
@config_option
@pass_call
def serve(call: Call) -> None:
    """Run the gateway until SIGTERM or Ctrl-C: web server, engine, sending and heartbeat in one process."""
    from gateway.serve import serve as run

    run(call.settings)


@click.command("fake-provider")
@click.option("--port", default=8010, type=click.IntRange(0, 65535), show_default=True, help="0 takes a free one.")
@click.option("--mode", default=Mode.OK.value, type=click.Choice([mode.value for mode in Mode]), show_default=True)
@click.option("--seed", default=0, show_default=True, help="Starts the draws of the mode mixed.")
@click.option("--slow-seconds", default=30.0, type=click.FloatRange(0, 600), show_default=True)
@click.option("--webhook", metavar="URL", help="Where texts of its phones go; the configured gateway without it.")
@click.option("--journal", metavar="FILE", type=click.Path(path_type=Path), help="Every text it takes, one a line.")
@config_option
@pass_call
def fake_provider(
    call: Call, port: int, mode: str, seed: int, slow_seconds: float, webhook: str | None, journal: Path | None
) -> None:
    """Speak Twilio's and Telegram's routes on this machine, well or badly, and text nobody; until SIGTERM or Ctrl-C.

    Account and tokens are those of channels.twilio_sms and channels.telegram_bot, whose api_base must be its address.
    """
    from gateway.fake_provider import run_fake_provider

    settings = call.settings
    twilio = settings.channels.twilio_sms
    path = "/webhooks/twilio_sms"
    here = webhook or f"http://{_here(settings.listen.host)}:{settings.listen.port}{path}"
    bot = _rehearsal_bot(settings)
    try:
        run_fake_provider(
            port=port,
            account_sid=twilio.account_sid or _REHEARSAL_ACCOUNT,
            auth_token=twilio.auth_token.get_secret_value() or _REHEARSAL_TOKEN,
            mode=mode,
            seed=seed,
            webhook_url=here,
            signed_webhook_url=f"{settings.public_url.rstrip('/')}{path}",
            journal=journal,
            slow_seconds=slow_seconds,
            bot_token=bot.token,
            telegram_webhook_url=_beside(here, "/webhooks/telegram_bot") if bot.webhook else None,
            telegram_secret=bot.secret,
            announce=lambda line: click.echo(line),
        )
    except ValueError as error:
        raise CannotBeDone(str(error)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bot:
    """What the fake Telegram must know of the bot."""

    token: str
    secret: str
    #: Whether updates are posted to the gateway; otherwise it fetches them.
    webhook: bool


def _rehearsal_bot(settings: Settings) -> _Bot:
    """The configured bot; for whatever is not configured, one that only rehearsals know."""
    bot = settings.channels.telegram_bot
    return _Bot(
        token=bot.token.get_secret_value() or _REHEARSAL_BOT_TOKEN,
        secret=bot.secret_token.get_secret_value() or _REHEARSAL_BOT_SECRET,
        webhook=bot.webhook,
    )


def _beside(url: str, path: str) -> str:
    """Another path of the same server. Raises ValueError when it is no URL."""
    return urlsplit(url)._replace(path=path, query="", fragment="").geturl()


def _here(host: str) -> str:
    """How this machine itself reaches what listens on all of its addresses."""
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - nothing is bound
