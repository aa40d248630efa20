"""The subject lines and the first 70 characters of the labelled complaints, replayed one a minute.

Each text comes from a number of its own with a home grid of the sample city, since the places in it are anonymised.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gateway.books import read_book, read_registry_file
from routing_rules.areas import Level

ROOT = Path(__file__).resolve().parents[2]
#: What fits one SMS.
ONE_SMS = 70
#: A Tuesday when the offices open.
START = datetime(2026, 8, 18, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def data_folder() -> Path:
    return Path(os.environ.get("GRIDGATE_TEST_DATA", ROOT.parent / "shared" / "data")) / "tipdm_c2020"


def texts() -> Iterator[str]:
    """The 939 subject lines, then the beginnings of the 2,592 texts."""
    folder = data_folder()
    for line in (folder / "tipdm_c2020_topic_open.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)["text"]
    with gzip.open(folder / "tipdm_c2020_open.jsonl.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)["text"][:ONE_SMS]


def write_file(file: Path, most: int | None) -> int:
    """The file to replay; returns how many texts it holds."""
    book = read_book("dinghai")
    areas = read_registry_file("dinghai", book).areas
    grids = [area.code for area in areas.values() if area.level is Level.GRID]
    count = 0
    with file.open("w", encoding="utf-8") as stream:
        for count, text in enumerate(list(texts())[:most], 1):
            row = {
                "at": (START + timedelta(minutes=count - 1)).isoformat(),
                "from": f"sim:n{count:05}",
                "text": text,
                "home": grids[count % len(grids)],
            }
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return count


def measure(most: int | None) -> tuple[dict[str, Any], int]:
    """The summary of the replay with the seconds it took, and its exit code."""
    with tempfile.TemporaryDirectory(prefix="gridgate-measure-") as folder:
        file = Path(folder) / "texts.jsonl"
        count = write_file(file, most)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GRIDGATE_")}
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "replay", str(file), "--json"],
            cwd=folder,
            env={**environment, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            check=False,
        )
        seconds = time.monotonic() - began
    if done.returncode == 2:
        return {"failed": "see above"}, 2
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {
        "measure": "replay",
        "seconds": round(seconds, 1),
        # What a busy machine does not change.
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        "texts_per_second": round(count / seconds, 1),
    }
    return {**figures, **json.loads(done.stdout)}, done.returncode
