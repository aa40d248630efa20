"""A running gateway in training mode, and what a visitor's hands do on the page."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect
from waitress.server import create_server

from gateway.app import create_app
from tests.sandbox import START, RunningClock, opened, set_up, settings_of

DESK = {"width": 1440, "height": 900}
HAND = {"width": 390, "height": 844}


@contextmanager
def gateway(url: str, folder: Path) -> Iterator[str]:
    """A running gateway in training mode at 09:20:04; where it listens."""
    settings = settings_of(url, folder, photos_folder=folder / "photos")
    set_up(settings)
    with opened(settings, RunningClock(START)) as runtime:
        server = create_server(create_app(runtime), host="127.0.0.1", port=0, threads=4)
        thread = threading.Thread(target=server.run, daemon=True)
        runtime.start()
        thread.start()
        yield f"http://127.0.0.1:{server.effective_port}"  # type: ignore[union-attr]
        server.task_dispatcher.shutdown()
        server.close()
        thread.join(10)


@contextmanager
def page_at(browser: Browser, url: str, viewport: dict[str, int], **more: Any) -> Iterator[Page]:
    """A page in a context of its own. Whatever the browser complains about is a failure."""
    context = browser.new_context(viewport=viewport, locale="zh-CN", **more)  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(url)
    try:
        yield page
        assert complaints == []
    finally:
        context.close()


def phone(page: Page, name: str) -> Locator:
    return page.locator(f'[data-phone="{name}"]')


def bubble(page: Page, name: str, words: str) -> Locator:
    return phone(page, name).locator(".bubble", has_text=words)


def text(page: Page, name: str, words: str) -> None:
    """Type on a phone and press Enter."""
    field = phone(page, name).get_by_role("textbox")
    field.press_sequentially(words) if len(words) < 12 else field.fill(words)
    field.press("Enter")
    expect(phone(page, name).locator(".bubble.in").last).to_contain_text(words)


def answer(page: Page, name: str, label: str | re.Pattern[str], more: str = "") -> None:
    """Tap a quoted answer, complete it, press Send."""
    button = phone(page, name).get_by_role("button", name=label).last
    button.click()
    field = phone(page, name).get_by_role("textbox")
    expect(field).to_be_focused()
    field.press_sequentially(more)
    phone(page, name).get_by_role("button", name="发送").click()
    expect(field).to_have_value("")


def wait_minutes(page: Page, times: int) -> None:
    button = page.get_by_role("button", name="+3分钟")
    for _ in range(times):
        button.click()
        expect(button).to_be_enabled()


def picture(page: Page, name: str) -> None:
    """Keep a picture where somebody asked for them."""
    folder = os.environ.get("GRIDGATE_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    found: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found
