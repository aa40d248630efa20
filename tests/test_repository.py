"""What must hold for the tree as a whole, whatever it does: time from one room, sizes, no strangers' addresses."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("gateway", "handlers", "routing_rules", "storage")
TOP_LEVEL = {
    *PACKAGES,
    *("tests", "docs", ".ci", "config.yaml", "constraints.txt", "pyproject.toml", "Makefile"),
    *("README.md", "CHANGELOG.md", "LICENSE", ".gitignore", ".editorconfig"),
}
#: More is no room that a reader takes in at one sitting.
MOST_LINES = 400


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the repository; where git is not at hand, those that lie in its folders."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
        names = [ROOT / name for name in listed.stdout.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [path for top in TOP_LEVEL for path in [ROOT / top, *(ROOT / top).rglob("*")]]
    return tuple(path for path in names if path.is_file() and not {"node", "venv", "__pycache__"} & set(path.parts))


def sources(*tops: str) -> list[Path]:
    """The Python files below these folders."""
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in tops]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


# --- time

#: Calls that ask the machine for the time, as they are written after any import.
ASKS_THE_MACHINE = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|monotonic|perf_counter)(_ns)?|localtime|gmtime)$"
)
#: Names that do the same when they are imported alone.
BARE = {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime"}


#: Rooms that may count seconds (not tell the time) by themselves, each with its reason.
MAY_COUNT_SECONDS = {
    "handlers/twilio_client.py": "bounds how long one answer may drip in from the network; no decision hangs on it",
    "handlers/telegram_bot.py": "the provider's limits are seconds of the machine, whatever the business time is",
}


def questions_for_the_time(module: ast.Module) -> list[str]:
    """Where a module asks the machine for the time, as "line: expression"."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and ASKS_THE_MACHINE.search(ast.unparse(node)):
            found.append(f"{node.lineno}: {ast.unparse(node)}")
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            found += [f"{node.lineno}: from time import {name.name}" for name in node.names if name.name in BARE]
    return found


def test_only_the_clock_asks_the_machine_for_the_time() -> None:
    asking = [
        f"{name_of(path)}:{found}"
        for path in sources(*PACKAGES)
        for found in questions_for_the_time(tree_of(path))
        if name_of(path) != "gateway/clock.py"
        and not (name_of(path) in MAY_COUNT_SECONDS and found.endswith("time.monotonic"))
    ]
    assert asking == []


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "dt.date.today()",
        "time.monotonic()",
        "f(default=time.time)",
        "from time import monotonic",
    ],
)
def test_the_scan_for_the_time_sees_every_way_of_asking(line: str) -> None:
    assert questions_for_the_time(ast.parse(line))


def test_the_scan_for_the_time_leaves_our_own_clock_alone() -> None:
    assert not questions_for_the_time(
        ast.parse("clock.monotonic()\nclock.utcnow()\nfrom datetime import time\ntime(9)")
    )


# --- log lines


def log_calls(module: ast.Module) -> list[ast.Call]:
    """Calls of a logger made by gateway.logs, which is named log wherever it is made."""
    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in levels
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("log", "_log")
    ]


def test_every_log_line_of_the_gateway_has_a_sentence_and_an_action() -> None:
    poor = []
    for path in sources("gateway"):
        for call in log_calls(tree_of(path)):
            words = {word.arg for word in call.keywords}
            sentence = call.args[0] if call.args else None
            is_sentence = isinstance(sentence, ast.Constant) and str(sentence.value).endswith((".", "!", "?"))
            if "action" not in words or not is_sentence:
                poor.append(f"{name_of(path)}:{call.lineno}")
    assert poor == []


# --- rooms


def test_every_room_says_what_it_is_for() -> None:
    silent = [
        name_of(path) for path in sources(*PACKAGES) if path.stat().st_size and not ast.get_docstring(tree_of(path))
    ]
    assert silent == []


def test_no_room_is_too_long_to_be_read_at_one_sitting() -> None:
    long = {
        name_of(path): lines
        for path in sources(*PACKAGES, "tests")
        if path.parent.name != "versions"  # a migration is a list of tables, written once and never worked on
        and (lines := len(path.read_text("utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_nothing_is_left_open_in_the_code() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|pragma: no cover")
    found = [
        f"{name_of(path)}:{number}"
        for path in sources(*PACKAGES, "tests")
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if words.search(line)
    ]
    assert found == []


# --- the tree


def test_every_top_level_name_is_one_we_chose() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP_LEVEL


def texts() -> list[tuple[Path, str]]:
    return [(path, path.read_text("utf-8", errors="ignore")) for path in tracked()]


def test_no_file_names_a_package_index_or_a_path_of_one_machine() -> None:
    forbidden = re.compile(
        r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org|npmmirror|/work/|/root/|/home/[a-z]"
    )
    found = [name_of(path) for path, text in texts() if forbidden.search(text)]
    assert [name for name in found if name != name_of(Path(__file__))] == []


def test_no_lock_file_with_addresses_is_kept() -> None:
    kept = {path.name for path in tracked()} & {"uv.lock", "poetry.lock", "package-lock.json"}
    assert kept == set()


def test_no_sample_holds_a_number_that_could_be_dialled() -> None:
    """Tests may use numbers that are reserved for tests; what people load or read must not hold any."""
    number = re.compile(r"(?<![\w.])(\+\d{8,15}|1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?!\w)")
    reserved = re.compile(r"\+1500555\d{4}|\+8613800138000")
    found = {
        f"{name_of(path)}: {hit[0]}"
        for path, text in texts()
        if path.suffix in (".yaml", ".html", ".js", ".md", ".json", ".csv") and "tests" not in path.parts
        for hit in number.finditer(text)
        if not reserved.fullmatch(hit[0])
    }
    assert found == set()


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pinned = {line.split("==")[0] for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()}
    wanted = project["dependencies"] + project["optional-dependencies"]["test"]
    names = {re.split(r"[^A-Za-z0-9._-]", one)[0].lower().replace("_", "-") for one in wanted}
    assert names <= pinned


def test_pins_hold_neither_addresses_nor_paths() -> None:
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        assert re.fullmatch(r"[a-z0-9._-]+==[0-9a-z.+]+( ; .+)?", line), line
        assert "/" not in line
