"""The enabled channels and the roads over which an address is reached, as the configuration says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.config import Settings
from gateway.config_channels import channel_settings
from handlers.channels import build_channel
from handlers.contract import Channel
from routing_rules.messages import Address


@dataclass(frozen=True, slots=True)
class Roads:
    """Which channels reach an address, in the order to try."""

    channels: Mapping[str, Channel]
    #: Scheme of an address to channel names.
    order: Mapping[str, Sequence[str]]

    @classmethod
    def build(cls, settings: Settings) -> Roads:
        """Make every enabled channel. Raises ValueError when a handler refuses its settings."""
        channels = {name: build_channel(name, each) for name, each in channel_settings(settings).items()}
        return cls(channels, settings.channel_order)

    def to(self, address: Address) -> list[Channel]:
        """The enabled channels that reach an address, in the configured order."""
        names = self.order.get(address.scheme, ())
        found = (self.channels[name] for name in names if name in self.channels)
        return [channel for channel in found if channel.reaches(address)]
