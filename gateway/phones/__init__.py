"""Training phones in the browser: type on any simulated phone, watch texts arrive, move the clock forward.

Served in the sandbox only. The page decides nothing: what is typed comes in through the simulator's webhook, and what
arrives is read where every text stands, in the outbox.
"""

from gateway.phones.page import blueprint

__all__ = ["blueprint"]
