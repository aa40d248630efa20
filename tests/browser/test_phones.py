"""The training phones in a real browser: the golden case typed, tapped and watched on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import (
    DESK,
    HAND,
    answer,
    bubble,
    gateway,
    page_at,
    phone,
    picture,
    sideways,
    text,
    wait_minutes,
)

pytestmark = pytest.mark.browser

SMOKE = "盐港西路83号三个烟囱日夜冒黑烟,用劣质燃料,没人管"


@pytest.fixture
def address(sqlite: Any, tmp_path: Path) -> Iterator[str]:
    """Where a gateway in training mode runs."""
    with gateway(sqlite.ready(), tmp_path) as running:
        yield running


def play_golden_case(page: Page, name: str) -> None:
    expect(page.locator("#now")).to_have_text(re.compile("^09:2[01]:"))
    text(page, "alice", SMOKE)
    expect(bubble(page, "alice", "已收到,编号Z1042")).to_contain_text("09:20")
    expect(bubble(page, "zhushan", "【转办】Z1042")).to_be_visible()
    picture(page, f"{name}-1-filed")
    wait_minutes(page, 3)
    expect(bubble(page, "jiefang", "Z1042")).to_contain_text("09:23")
    expect(bubble(page, "dinghai", "Z1042")).to_contain_text("09:26")
    expect(bubble(page, "env", "【派单】Z1042")).to_contain_text("09:29")
    expect(page.locator("#now")).to_have_text(re.compile("^09:(29|30):"))
    picture(page, f"{name}-2-dispatched")
    code = phone(page, "env").get_by_role("button", name="收").inner_text().strip("“收”")
    answer(page, "env", f"{code}收")
    expect(bubble(page, "env", "【回执】Z1042已签收")).to_be_visible()
    text(page, "env", f"{code}办 已到场,下达限期整改通知书,将持续关注")
    expect(bubble(page, "env", "办结已收到")).to_be_visible()
    expect(bubble(page, "zhushan", "【核查】Z1042")).to_be_visible()
    answer(page, "zhushan", re.compile(r"\d{6}合格"))
    expect(bubble(page, "alice", "办理结果")).to_be_visible()
    text(page, "alice", "3 晚上还在冒")
    expect(bubble(page, "alice", "已记录“不满意”")).to_be_visible()
    picture(page, f"{name}-3-reopened")


def test_the_golden_case_on_a_desk(browser: Browser, address: str) -> None:
    with page_at(browser, f"{address}/phones", DESK) as page:
        expect(page.locator(".phone")).to_have_count(5)
        tops = {round(page.locator(".phone").nth(n).bounding_box()["y"]) for n in range(5)}  # type: ignore[index]
        assert len(tops) == 1
        assert sideways(page) == 0
        play_golden_case(page, "desk")


def test_the_golden_case_on_a_hand_held_screen(browser: Browser, address: str) -> None:
    with page_at(browser, f"{address}/phones", HAND, has_touch=True, is_mobile=True) as page:
        assert sideways(page) == 0
        play_golden_case(page, "hand")
        assert sideways(page) == 0


def test_a_tab_counts_what_arrived_out_of_sight_and_leads_there(browser: Browser, address: str) -> None:
    with page_at(browser, f"{address}/phones", HAND, has_touch=True, is_mobile=True, reduced_motion="reduce") as page:
        text(page, "alice", SMOKE)
        tab = page.get_by_role("link", name="竹山社区")
        expect(tab.locator("b")).to_have_text("1")
        tab.click()
        expect(tab.locator("b")).to_be_hidden()
        expect(bubble(page, "zhushan", "【转办】")).to_be_in_viewport()


def test_in_the_dark_and_in_english(browser: Browser, address: str) -> None:
    with page_at(browser, f"{address}/phones?lang=en", DESK, color_scheme="dark") as page:
        expect(page.get_by_role("heading", level=1)).to_contain_text("Training phones")
        text(page, "alice", SMOKE)
        expect(bubble(page, "alice", "Z1042").last).to_be_visible()
        page.get_by_role("button", name="Next event").click()
        expect(page.locator("#now")).to_have_text(re.compile("^09:2[34]:"))
        picture(page, "dark-english")
        page.get_by_role("link", name="中文").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("练习手机")
    with page_at(browser, f"{address}/phones?lang=en", HAND, color_scheme="dark") as page:
        expect(bubble(page, "alice", "Z1042").last).to_be_visible()
        picture(page, "dark-hand")


def test_the_page_works_by_keyboard_alone(browser: Browser, address: str) -> None:
    with page_at(browser, f"{address}/phones", DESK) as page:
        expect(page.locator("#now")).to_have_text(re.compile("^09:2[01]:"))
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="跳到手机")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="+3分钟")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#now")).to_have_text(re.compile("^09:2[34]:"))
        expect(page.get_by_role("button", name="+3分钟")).to_be_focused()
        page.get_by_role("textbox", name="居民甲").focus()
        page.keyboard.type("路灯不亮了")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("很暗")
        page.keyboard.press("Enter")
        expect(bubble(page, "alice", "很暗")).to_be_visible()


def test_a_phone_added_by_name_stays_in_the_address(browser: Browser, address: str) -> None:
    with page_at(browser, f"{address}/phones", DESK) as page:
        page.get_by_label("添加手机").fill("bob")
        page.get_by_role("button", name="添加").click()
        expect(page.locator(".phone")).to_have_count(6)
        expect(phone(page, "bob")).to_contain_text("居民乙")
        page.get_by_role("link", name="移走 sim:alice").click()
        expect(page.locator(".phone")).to_have_count(5)
        page.reload()
        expect(phone(page, "alice")).to_have_count(0)
        text(page, "bob", SMOKE)
        expect(bubble(page, "bob", "已收到")).to_be_visible()


def test_what_people_write_stays_text(browser: Browser, address: str) -> None:
    with page_at(browser, f"{address}/phones", DESK) as page:
        text(page, "alice", "<img src=x onerror=alert(1)><b>盐港西路83号冒黑烟</b>")
        expect(bubble(page, "alice", "<img src=x")).to_be_visible()
        assert page.locator(".phone img, .phone ol b").count() == 0


def test_a_gateway_that_goes_away_is_said_and_the_draft_stays(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=DESK, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/phones")
    expect(page.locator("#now")).to_have_text(re.compile("^09:2[01]:"))
    context.set_offline(True)
    expect(page.get_by_role("status")).to_contain_text("网关没有应答")
    field = phone(page, "alice").get_by_role("textbox")
    field.fill(SMOKE)
    field.press("Enter")
    expect(phone(page, "alice").get_by_role("alert")).to_contain_text("没有发出去")
    expect(field).to_have_value(SMOKE)
    context.set_offline(False)
    expect(page.get_by_role("status")).to_have_text("")
    field.press("Enter")
    expect(bubble(page, "alice", "已收到")).to_be_visible()
    expect(phone(page, "alice").get_by_role("alert")).to_have_text("")
    expect(phone(page, "alice").locator(".bubble.in")).to_have_count(1)
    context.close()
