"""The fake provider and a gateway that it calls, both running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.clock import VirtualClock
from gateway.fake_provider import FakeProvider
from tests.gateway.fake_provider.calls import (
    ACCOUNT,
    NOW,
    TOKEN,
    Gateway,
)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as running:
        yield running


@pytest.fixture
def provider(gateway: Gateway) -> Iterator[FakeProvider]:
    with FakeProvider(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        webhook_url=f"{gateway.url}/webhooks/twilio_sms",
        clock=VirtualClock(NOW),
    ) as running:
        yield running
