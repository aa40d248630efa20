"""Lets a command hand its order to the engine that runs: a socket beside the SQLite file, for its owner alone.

One JSON line asks, one JSON line answers. What an order does is decided by the engine's turn, never here.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from gateway.books import read_registry_file
from gateway.engine import Engine, EngineStopped
from gateway.items import DropText, Invited, InviteGridman, Item, ReplaceRegistry, RetryText, Unbind, Unmerge
from gateway.logs import logger
from routing_rules.areas import GRID_OFFICE, Level
from routing_rules.messages import Address
from routing_rules.registry_file import RegistryFileError
from storage.drivers import parse_url, sqlite_path
from storage.errors import DatabaseError

log = logger(__name__)

#: Bytes of one request or answer at most.
_LONGEST_LINE = 64 * 1024
#: Seconds that one side waits for the other's line, and for the engine to do what was asked.
_PATIENCE = 5.0
_ENGINE_PATIENCE = 60.0
#: Longer paths do not fit into the address of a socket (107 bytes on Linux).
_LONGEST_ADDRESS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRegistry:
    """An operator wants a registry file to take the place of the stored one."""

    #: Name of a book that ships, or an absolute path.
    source: str
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """An operator invites somebody to grids or an office."""

    name: str
    #: Codes of offices with a blank between them.
    offices: str
    #: 1 for somebody who covers for others there, else 0.
    cover: int
    language: str
    #: An address of the person, "" for none.
    phone: str
    operator: str


Order = RetryText | DropText | LoadRegistry | Invite | Unbind | Unmerge
_ORDERS: dict[str, type[Order]] = {
    kind.__name__: kind for kind in (RetryText, DropText, LoadRegistry, Invite, Unbind, Unmerge)
}


class OrderRefused(Exception):
    """The running gateway did not carry out the order."""


def carry_out(engine: Engine, order: Order) -> Any:
    """Hand an order to an engine and wait. Raises what reading a registry or the engine's turn raises."""
    item = _item_of(engine, order)
    result = engine.submit(item).wait(_ENGINE_PATIENCE) if engine.running else engine.do(item)
    if isinstance(result, Invited):
        return {"binding": result.binding, "code": result.code, "expires_at": result.expires_at.isoformat()}
    return result


def _item_of(engine: Engine, order: Order) -> Item:
    if isinstance(order, LoadRegistry):
        # Read before the turn begins, so that a wrong file holds up nobody.
        registry = read_registry_file(order.source, engine.city.book)
        return ReplaceRegistry(registry=registry, operator=order.operator)
    if isinstance(order, Invite):
        return _invite_of(engine, order)
    return order


def _invite_of(engine: Engine, order: Invite) -> InviteGridman:
    """Raises ValueError that names what the city does not have."""
    registry = engine.city.registry
    offices = tuple(order.offices.split())
    for code in offices:
        grid = registry.areas.get(code.removeprefix(GRID_OFFICE))
        is_grid = code.startswith(GRID_OFFICE) and grid is not None and grid.level is Level.GRID
        if not is_grid and code not in registry.offices:
            raise ValueError(f"there is no grid, office or department {code.removeprefix(GRID_OFFICE)!r}")
    if order.language not in engine.city.book.languages:
        raise ValueError(f"the city speaks {', '.join(engine.city.book.languages)}, not {order.language!r}")
    return InviteGridman(
        name=order.name,
        offices=offices,
        cover=bool(order.cover),
        language=order.language,
        phone=Address.parse(order.phone) if order.phone else None,
        operator=order.operator,
    )


def socket_file(database_url: str) -> Path | None:
    """Where the engine of an SQLite database listens; None for PostgreSQL, where every command may write."""
    url = parse_url(database_url)
    if url.get_backend_name() != "sqlite":
        return None
    file = sqlite_path(url)
    return file.with_name(file.name + "-control.sock")


def ask_running(file: Path, order: Order) -> tuple[bool, Any]:
    """Whether an engine listens, and then what it answered. Raises OrderRefused with its reason."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection, _address(file) as address:
        try:
            connection.connect(address)
        except OSError:
            return False, None
        connection.settimeout(_ENGINE_PATIENCE + _PATIENCE)
        request = {"order": type(order).__name__, **asdict(order)}
        try:
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as stream:
                answer = json.loads(stream.readline(_LONGEST_LINE))
        except (OSError, ValueError) as error:
            raise OrderRefused(f"the running gateway did not answer ({error}); whether it acted is not known") from None
    if "error" in answer:
        raise OrderRefused(str(answer["error"]))
    return True, answer["result"]


class ControlServer:
    """Listens for orders in a thread of its own."""

    def __init__(self, file: Path, engine: Engine) -> None:
        """Nothing is bound before ``start``; the caller holds the right to be the database's only engine."""
        self._file = file
        self._engine = engine
        self._server: _Server | None = None

    def start(self) -> None:
        """Listen. Where no socket can be made the gateway runs all the same, and commands are refused."""
        try:
            # What an engine left behind that was killed; only one engine ever lives, so nobody listens there.
            self._file.unlink(missing_ok=True)
            self._server = _Server(self._file, self._engine)
        except OSError as error:
            log.warning(
                "No control socket can be made beside the database; commands cannot write while the gateway runs.",
                action="no_control_socket",
                reason=error.strerror or str(error),
            )
            return
        threading.Thread(target=self._server.serve_forever, args=(0.1,), name="control", daemon=True).start()

    def stop(self) -> None:
        """Take no more orders. Harmless when it does not listen."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._file.unlink(missing_ok=True)
            self._server = None


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, file: Path, engine: Engine) -> None:
        self.engine = engine
        with _address(file) as address:
            super().__init__(address, _Conversation)

    def server_bind(self) -> None:
        """Bind and close the door to others before anybody can connect: listening begins only afterwards."""
        super().server_bind()
        os.chmod(str(self.server_address), 0o600)


class _Conversation(socketserver.StreamRequestHandler):
    timeout = _PATIENCE
    server: _Server

    def handle(self) -> None:
        try:
            line = self.rfile.readline(_LONGEST_LINE)
        except OSError:
            return
        self.wfile.write(json.dumps(self._answer(line)).encode() + b"\n")

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            order = _order_in(line)
            result = carry_out(self.server.engine, order)
        except (ValueError, RegistryFileError, DatabaseError, EngineStopped, TimeoutError) as error:
            return {"error": str(error)}
        except Exception as error:
            log.exception("An order could not be carried out.", action="order_failed")
            return {"error": f"it failed ({type(error).__name__}); the gateway's log says more"}
        log.info("An operator's order was carried out.", action="order", order=type(order).__name__, by=order.operator)
        return {"result": result}


def _order_in(line: bytes) -> Order:
    """The order of one line. Raises ValueError for anything that is none."""
    said = json.loads(line)
    kind = _ORDERS.get(said.pop("order", None)) if isinstance(said, dict) else None
    if kind is None:
        raise ValueError(f"known orders are {', '.join(_ORDERS)}")
    types = {field.name: int if field.type == "int" else str for field in fields(kind)}
    if said.keys() != types.keys() or any(type(said[name]) is not types[name] for name in types):
        raise ValueError(f"{kind.__name__} needs {', '.join(types)}")
    return kind(**said)


@contextmanager
def _address(file: Path) -> Iterator[str]:
    """The address of a socket file; one with a long path is reached through its folder's descriptor."""
    if len(os.fsencode(file)) <= _LONGEST_ADDRESS:
        yield str(file)
        return
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{file.name}"
    finally:
        os.close(folder)
