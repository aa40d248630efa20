"""A new number of staff gets its code when the registry is loaded, and its first task only when the code came back."""

from __future__ import annotations

from pathlib import Path

import routing_rules
from gateway.city_setup import load_registry
from gateway.rehearsal import Rehearsal
from routing_rules.cases import CaseStatus
from routing_rules.decisions import Verdict
from tests.scenarios.telling import SMOKE, last, status_of, texts


def _with_a_new_number(city: Rehearsal, folder: Path, *, number: str = "sim:env2") -> None:
    """The environment bureau has a new number, which nobody has confirmed."""
    shipped = Path(routing_rules.__file__).parent / "books" / "dinghai" / "registry"
    for file in shipped.glob("*.yaml"):
        words = file.read_text(encoding="utf-8")
        words = words.replace(
            "addresses: [sim:env], language: zh, confirmed: true",
            f"addresses: [{number}], language: zh, confirmed: false",
        )
        (folder / file.name).write_text(words, encoding="utf-8")
    load_registry(city.database, city.keyring, city.book, str(folder), city.clock.utcnow())
    city.settle()


def test_a_new_number_is_asked_to_confirm_once(city: Rehearsal, tmp_path: Path) -> None:
    _with_a_new_number(city, tmp_path)
    code = city.code("env2")
    assert texts(city, "env2") == [f"【确认】此号码已登记为网格工作号码。请回“{code}”确认,未确认前不派任务"]
    _with_a_new_number(city, tmp_path)
    assert len(texts(city, "env2")) == 1


def test_no_task_goes_to_a_number_before_its_code_came_back(city: Rehearsal, tmp_path: Path) -> None:
    _with_a_new_number(city, tmp_path)
    code = city.code("env2")
    city.text("alice", SMOKE)
    city.wait(minutes=9)
    assert status_of(city) is CaseStatus.DISPATCHED
    assert len(texts(city, "env2")) == 1
    assert city.text("env2", code).verdict is Verdict.ADDRESS_CONFIRMED
    assert last(city, "env2") == "【确认】号码已确认,今后任务会发到这里。查在办任务回“单”"
    city.text("env2", "单")
    task = city.code("env2")
    assert last(city, "env2") == f"【在办】1件:{task}烟囱。请回“号码+办+结果”"
    city.text("env2", f"{task}收")
    assert status_of(city) is CaseStatus.HANDLING


def test_a_wrong_code_confirms_nothing_and_five_lock(city: Rehearsal, tmp_path: Path) -> None:
    _with_a_new_number(city, tmp_path)
    right = city.code("env2")
    for each in range(5):
        assert city.text("env2", f"{(int(right) + each + 1) % 1_000_000:06d}").verdict is Verdict.WRONG_CODE
    assert last(city, "env2") == "【安全】口令连续输错5次,60分钟内不接受口令。已告知主管"
    assert last(city, "dinghai") == "【安全】区环保局的号码连续输错口令,口令已停用1小时。如非本人操作请核实"
    assert city.text("env2", right).verdict is Verdict.WRONG_CODE
    city.wait(minutes=61)
    assert city.text("env2", right).verdict is Verdict.ADDRESS_CONFIRMED


def test_an_unconfirmed_number_is_told_nothing_about_tasks(city: Rehearsal, tmp_path: Path) -> None:
    _with_a_new_number(city, tmp_path)
    city.text("alice", SMOKE)
    city.wait(minutes=9)
    assert city.text("env2", "单").verdict is Verdict.NO_CODE
    assert len(texts(city, "env2")) == 1


def test_another_number_has_another_code(city: Rehearsal, tmp_path: Path) -> None:
    _with_a_new_number(city, tmp_path)
    (tmp_path / "later").mkdir()
    _with_a_new_number(city, tmp_path / "later", number="sim:env3")
    assert city.code("env2") != city.code("env3")
