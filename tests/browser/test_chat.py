"""The training page's chats in a real browser: a gridman is added, reports with photos and a pin, and taps buttons."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser.pages import DESK, HAND, bubble, gateway, page_at, phone, picture, sideways, text, wait_minutes

pytestmark = pytest.mark.browser

WANG = "王某"
SMALL_DESK = {"width": 1280, "height": 900}
WORDS = "盐港西路83号烟囱冒黑烟"


@pytest.fixture
def address(sqlite: Any, tmp_path: Path) -> Iterator[str]:
    """Where a gateway in training mode runs."""
    with gateway(sqlite.ready(), tmp_path) as running:
        yield running


def chimney(name: str, *, puffs: int = 9) -> FilePayload:
    """A photo as a phone takes it: larger than what may be sent."""
    image = Image.effect_noise((2400, 1800), 60).convert("RGB")
    image = Image.blend(Image.new("RGB", image.size, (150, 178, 204)), image, 0.12)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 1400, 2400, 1800), fill=(92, 84, 74))
    draw.rectangle((900, 600, 1120, 1500), fill=(128, 62, 48))
    draw.rectangle((880, 560, 1140, 640), fill=(104, 48, 38))
    for puff in range(puffs):
        left, size = 900 + puff * 90, 240 + puff * 34
        draw.ellipse((left, 380 - puff * 42, left + size, 380 - puff * 42 + size * 0.7), fill=(38 + puff * 7,) * 3)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=92)
    return {"name": name, "mimeType": "image/jpeg", "buffer": file.getvalue()}


def add_gridman(page: Page, name: str = WANG, grid: str = "竹山社区第3格") -> None:
    page.get_by_text("添加网格员").click()
    page.get_by_label("姓名").fill(name)
    page.get_by_label("网格(可多选)").select_option(label=grid)
    page.get_by_role("button", name="绑定").click()
    expect(bubble(page, name, f"已绑定:{name},{grid}")).to_be_visible()


def send_photos(page: Page, words: str, *photos: FilePayload) -> None:
    phone(page, WANG).locator("input[type=file]").set_input_files(list(photos))
    expect(phone(page, WANG).locator(".tray li")).to_have_count(len(photos))
    field = phone(page, WANG).get_by_role("textbox")
    field.fill(words)
    field.press("Enter")
    expect(phone(page, WANG).locator(".tray li")).to_have_count(0)


def send_pin(page: Page, place: str) -> None:
    phone(page, WANG).get_by_role("button", name="定位").click()
    panel = phone(page, WANG).locator(".pinning")
    panel.get_by_label("地点").select_option(label=place)
    panel.get_by_role("button", name="发送定位").click()
    expect(panel).to_be_hidden()


def keys(page: Page, words: str) -> Locator:
    """The buttons under the latest message that says this."""
    return bubble(page, WANG, words).last.locator(".keys button")


def report(page: Page) -> None:
    """On duty, two photos with their caption and a pin; what comes back is proposed with buttons."""
    phone(page, WANG).get_by_role("button", name="/duty on").click()
    expect(phone(page, WANG).get_by_role("button", name="/duty off")).to_be_visible()
    send_photos(page, WORDS, chimney("a.jpg"), chimney("b.jpg", puffs=5))
    send_pin(page, "竹山小区 · 竹山社区第3格")
    expect(keys(page, "收到2图1定位")).to_have_text(["立案", "改类别", "改地点"])


def test_a_gridman_reports_files_and_passes_up(browser: Browser, address: str) -> None:
    with page_at(browser, f"{address}/phones", SMALL_DESK) as page:
        add_gridman(page)
        expect(phone(page, WANG)).to_contain_text("网格员")
        report(page)
        assert (
            phone(page, WANG)
            .locator(".photos img")
            .evaluate_all("images => images.every(image => image.complete && image.naturalWidth > 0)")
        )
        picture(page, "chat-1-proposed")
        with page_at(browser, page.url, DESK) as elsewhere:
            expect(keys(elsewhere, "收到2图1定位")).to_have_count(3)
            # This visitor's page does not hear of what happens next.
            elsewhere.route("**/phones/state*", lambda route: route.fulfill(status=304))
            keys(page, "收到2图1定位").filter(has_text="立案").click()
            expect(keys(page, "收到2图1定位")).to_have_count(0)
            expect(keys(page, "已立案")).to_have_text(["即办", "上报"])
            expect(phone(page, WANG).locator(".toast")).to_have_text("已办")
            keys(elsewhere, "收到2图1定位").filter(has_text="立案").click()
            elsewhere.unroute("**/phones/state*")
            expect(phone(elsewhere, WANG).locator(".toast")).to_have_text(re.compile("."))
            expect(keys(elsewhere, "收到2图1定位")).to_have_count(0)
        picture(page, "chat-2-filed")
        keys(page, "已立案").filter(has_text="上报").click()
        expect(bubble(page, "zhushan", "【转办】")).to_contain_text("盐港西路83号")
        assert sideways(page) == 0


def test_a_check_asks_for_a_photo_and_closes_the_case(browser: Browser, address: str) -> None:
    with page_at(browser, f"{address}/phones", SMALL_DESK) as page:
        add_gridman(page)
        report(page)
        keys(page, "收到2图1定位").filter(has_text="立案").click()
        keys(page, "已立案").filter(has_text="上报").click()
        expect(bubble(page, "zhushan", "【转办】")).to_be_visible()
        wait_minutes(page, 3)
        expect(bubble(page, "env", "【派单】")).to_be_visible()
        text(page, "env", code(page, "env") + "办 已到场,下达限期整改通知书")
        expect(keys(page, "核查")).to_have_text(["已解决", "未解决"])
        keys(page, "核查").filter(has_text="已解决").click()
        expect(bubble(page, WANG, "请发一张现场照片")).to_be_visible()
        send_photos(page, "", chimney("after.jpg", puffs=0))
        expect(keys(page, "核查")).to_have_count(0)
        picture(page, "chat-3-checked")


def code(page: Page, name: str) -> str:
    """The reply code in the latest text of a phone that has one."""
    found = re.findall(r"(?<!\d)\d{6}(?!\d)", phone(page, name).locator("ol").inner_text())
    return str(found[-1])


def test_a_chat_on_a_hand_held_screen_by_keyboard_in_the_dark(browser: Browser, address: str) -> None:
    with page_at(browser, f"{address}/phones", HAND, color_scheme="dark", reduced_motion="reduce") as page:
        page.locator("summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type(WANG)
        picture(page, "chat-hand-1-recruit")
        assert sideways(page) == 0
        page.keyboard.press("Enter")
        expect(bubble(page, WANG, "已绑定:王某")).to_be_visible()
        phone(page, WANG).get_by_role("button", name="/duty on").focus()
        page.keyboard.press("Enter")
        expect(phone(page, WANG).get_by_role("button", name="/duty off")).to_be_focused()
        phone(page, WANG).get_by_role("button", name="定位").focus()
        page.keyboard.press("Enter")
        expect(phone(page, WANG).get_by_label("地点")).to_be_focused()
        picture(page, "chat-hand-2-pin")
        page.keyboard.press("Escape")
        expect(phone(page, WANG).get_by_role("button", name="定位")).to_be_focused()
        report_by_keyboard(page)
        picture(page, "chat-hand-3-proposed")
        assert sideways(page) == 0


def report_by_keyboard(page: Page) -> None:
    field = phone(page, WANG).get_by_role("textbox")
    field.focus()
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    expect(keys(page, WORDS)).to_have_count(3)
    keys(page, WORDS).first.focus()
    page.keyboard.press("Enter")
    expect(keys(page, "已立案")).to_have_count(2)
    expect(phone(page, WANG).get_by_role("log")).to_be_focused()


def test_a_live_position_is_posted_while_it_is_shared(browser: Browser, address: str) -> None:
    with page_at(browser, f"{address}/phones", SMALL_DESK) as page:
        add_gridman(page)
        phone(page, WANG).get_by_role("button", name="/duty on").click()
        phone(page, WANG).get_by_role("button", name="定位").click()
        panel = phone(page, WANG).locator(".pinning")
        with page.expect_request(lambda request: '"position"' in (request.post_data or "")) as moved:
            panel.get_by_label("共享实时位置").check()
            expect(bubble(page, WANG, "开始共享实时位置")).to_be_visible()
        response = moved.value.response()
        assert response is not None
        assert response.status == 200
        panel.get_by_label("共享实时位置").uncheck()
        expect(phone(page, WANG).locator(".tool.pin.live")).to_have_count(0)


def test_any_phone_may_be_seen_as_a_chat(browser: Browser, address: str) -> None:
    with page_at(browser, f"{address}/phones", DESK) as page:
        expect(phone(page, "alice").get_by_role("button", name="照片")).to_be_hidden()
        page.get_by_role("link", name="改用聊天 sim:alice").click()
        expect(phone(page, "alice").get_by_role("button", name="照片")).to_be_visible()
        phone(page, "alice").locator("input[type=file]").set_input_files([chimney("a.jpg")])
        text(page, "alice", WORDS)
        expect(bubble(page, "alice", "已收到")).to_be_visible()
        expect(phone(page, "alice").locator(".photos img")).to_have_count(1)
        page.get_by_role("link", name="改用短信 sim:alice").click()
        expect(phone(page, "alice").get_by_role("button", name="照片")).to_be_hidden()


def test_what_is_no_photo_is_said_by_its_name(browser: Browser, address: str) -> None:
    with page_at(browser, f"{address}/phones?phone=alice&chat=alice", DESK) as page:
        wrong: FilePayload = {"name": "list.png", "mimeType": "image/png", "buffer": b"no picture at all"}
        phone(page, "alice").locator("input[type=file]").set_input_files([wrong])
        expect(phone(page, "alice").get_by_role("alert")).to_have_text("不是照片:list.png")
        expect(phone(page, "alice").locator(".tray li")).to_have_count(0)


def test_why_nobody_was_bound_is_said(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=DESK, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/phones")
    add_gridman(page)
    page.get_by_text("添加网格员").click()
    page.get_by_label("姓名").fill(WANG)
    page.get_by_role("button", name="绑定").click()
    expect(page.locator("#recruit").get_by_role("alert")).to_contain_text("没有绑定")
    expect(page.get_by_label("姓名")).to_be_focused()
    context.close()
