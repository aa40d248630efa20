"""The fake Telegram tells the gateway: every update, in its chat's order, until it is taken; by webhook or poll."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.fake_provider import FakeProvider
from tests.gateway.fake_provider.test_telegram_calls import (
    SECRET,
    WANG,
    Receiver,
    a_provider,
    ask,
    http,
    keyboard,
    refusal,
    result,
)

#: Longer than any test: what waits for its next try waits until it is told.
NEVER = (3600.0,)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def provider(receiver: Receiver) -> Iterator[FakeProvider]:
    with a_provider(telegram_webhook_url=receiver.url, telegram_secret=SECRET, telegram_pauses=NEVER) as running:
        yield running


@pytest.fixture
def polled() -> Iterator[FakeProvider]:
    with a_provider() as running:
        yield running


def ids(updates: list[dict[str, Any]]) -> list[int]:
    return [update["update_id"] for update in updates]


def in_background(call: Any) -> threading.Thread:
    thread = threading.Thread(target=call)
    thread.start()
    return thread


# --- webhook


def test_updates_are_posted_with_the_secret_and_growing_ids(provider: FakeProvider, receiver: Receiver) -> None:
    person = provider.telegram.person(WANG, "王某")
    for text in ("一", "二", "三"):
        person.write(text)
    assert provider.telegram.wait_until_delivered(10)
    assert receiver.texts() == ["一", "二", "三"]
    assert ids(receiver.taken) == sorted(set(ids(receiver.taken)))
    assert set(receiver.secrets) == {SECRET}
    assert [(posted.answer, posted.attempt) for posted in provider.telegram.posted()] == [(200, 1)] * 3


def test_nothing_is_posted_before_the_provider_starts(receiver: Receiver) -> None:
    provider = a_provider(telegram_webhook_url=receiver.url)
    provider.telegram.person(WANG, "王某").write("一")
    assert receiver.updates == []
    with provider:
        assert provider.telegram.wait_until_delivered(10)
    assert receiver.texts() == ["一"]
    assert receiver.secrets == [None]


@pytest.mark.parametrize("status", [500, 404, 302, 429])
def test_no_update_is_lost_when_the_receiver_refuses_three_times(
    provider: FakeProvider, receiver: Receiver, status: int
) -> None:
    tries: Counter[int] = Counter()

    def refuse_thrice(update: dict[str, Any]) -> int:
        tries[update["update_id"]] += 1
        return status if tries[update["update_id"]] <= 3 else 200

    receiver.answer = refuse_thrice
    person = provider.telegram.person(WANG, "王某")
    for text in ("一", "二"):
        person.write(text)
    for _ in range(3):
        assert provider.telegram.wait_until_tried(10)
        provider.telegram.retry_now()
    assert provider.telegram.wait_until_tried(10)
    assert receiver.texts() == ["一"]
    info = result(provider, "getWebhookInfo")
    assert info["pending_update_count"] == 1
    assert info["last_error_message"].startswith(f"Wrong response from the webhook: {status}")
    for _ in range(3):
        provider.telegram.retry_now()
        assert provider.telegram.wait_until_tried(10)
    assert provider.telegram.wait_until_delivered(10)
    assert receiver.texts() == ["一", "二"]
    assert [posted.attempt for posted in provider.telegram.posted()] == [1, 2, 3, 4] * 2


def test_what_was_refused_is_tried_again_by_itself() -> None:
    refused = iter([500, 503, 500])
    with (
        Receiver(lambda update: next(refused, 200)) as receiver,
        a_provider(telegram_webhook_url=receiver.url, telegram_pauses=(0.0, 0.01)) as provider,
    ):
        provider.telegram.person(WANG, "王某").write("一")
        assert provider.telegram.wait_until_delivered(10)
        assert [posted.answer for posted in provider.telegram.posted()] == [500, 503, 500, 200]


def test_each_chat_has_its_order_whatever_fails_and_no_chat_waits_for_another() -> None:
    failures: Counter[int] = Counter()
    lock = threading.Lock()

    def fail_now_and_then(update: dict[str, Any]) -> int:
        with lock:
            failures[update["update_id"]] += 1
            return 500 if update["update_id"] % 3 == 0 and failures[update["update_id"]] < 4 else 204

    with (
        Receiver(fail_now_and_then) as receiver,
        a_provider(telegram_webhook_url=receiver.url, telegram_pauses=(0.0,)) as provider,
    ):
        people = [provider.telegram.person(7100000 + number, "某") for number in range(20)]
        for text in range(10):
            for person in people:
                person.write(str(text))
        assert provider.telegram.wait_until_delivered(30)
        for person in people:
            assert receiver.texts(person.id) == [str(text) for text in range(10)]
        tried: defaultdict[int, list[int]] = defaultdict(list)
        for update in receiver.updates:
            tried[update["message"]["chat"]["id"]].append(update["update_id"])
        assert all(order == sorted(order) for order in tried.values())


def test_a_chat_whose_update_is_refused_holds_up_nobody_else(provider: FakeProvider, receiver: Receiver) -> None:
    receiver.answer = lambda update: 500 if update["message"]["chat"]["id"] == WANG else 200
    provider.telegram.person(WANG, "王某").write("一")
    provider.telegram.person(WANG).write("二")
    others = [provider.telegram.person(7100000 + number, "某") for number in range(30)]
    for person in others:
        person.write("好")
    assert provider.telegram.wait_until_tried(10)
    assert receiver.texts() == ["好"] * 30
    assert len(provider.telegram.pending()) == 2
    assert [update["message"]["text"] for update in receiver.updates].count("二") == 0


def test_chats_go_side_by_side_up_to_the_number_of_connections(provider: FakeProvider, receiver: Receiver) -> None:
    full = threading.Event()
    receiver.answer = lambda update: 200 if full.wait(20) else 500
    result(provider, "setWebhook", url=receiver.url, max_connections=4)
    for number in range(10):
        provider.telegram.person(7100000 + number, "某").write("一")
    while receiver.together < 4:
        assert not full.wait(0.005)
    full.set()
    assert provider.telegram.wait_until_delivered(10)
    assert receiver.most_together == 4


def test_a_receiver_that_is_away_is_tried_again_when_it_is_back(receiver: Receiver) -> None:
    with Receiver() as gone:
        url = gone.url
    with a_provider(telegram_webhook_url=url, telegram_pauses=NEVER) as provider:
        provider.telegram.person(WANG, "王某").write("一")
        assert provider.telegram.wait_until_tried(10)
        assert [posted.answer for posted in provider.telegram.posted()] == [None]
        assert result(provider, "getWebhookInfo")["last_error_message"] == "Connection refused"
        result(provider, "setWebhook", url=receiver.url, secret_token=SECRET)
        assert provider.telegram.wait_until_delivered(10)
        assert receiver.texts() == ["一"]


def test_a_public_address_is_posted_to_on_this_machine(receiver: Receiver) -> None:
    with a_provider(telegram_webhook_url=receiver.url) as provider:
        public = "https://gateway.example.org/webhooks/telegram_bot"
        result(provider, "setWebhook", url=public, secret_token=SECRET)
        assert result(provider, "getWebhookInfo")["url"] == public
        provider.telegram.person(WANG, "王某").write("一")
        assert provider.telegram.wait_until_delivered(10)
        assert receiver.secrets == [SECRET]


def test_updates_that_were_not_asked_for_are_not_told(provider: FakeProvider, receiver: Receiver) -> None:
    result(provider, "setWebhook", url=receiver.url, allowed_updates=["callback_query"])
    person = provider.telegram.person(WANG, "王某")
    person.write("一")
    result(provider, "sendMessage", chat_id=WANG, text="x", reply_markup=keyboard(("到了", "a:1")))
    person.press("到了")
    person.block()
    assert provider.telegram.wait_until_delivered(10)
    assert [update["callback_query"]["data"] for update in receiver.taken] == ["a:1"]
    result(provider, "setWebhook", url=receiver.url, allowed_updates=[])
    person.unblock()
    assert provider.telegram.wait_until_delivered(10)
    assert "my_chat_member" in receiver.taken[-1]


def test_what_waits_is_dropped_when_asked_and_kept_otherwise(provider: FakeProvider, receiver: Receiver) -> None:
    receiver.answer = lambda update: 500
    provider.telegram.person(WANG, "王某").write("一")
    assert provider.telegram.wait_until_tried(10)
    result(provider, "deleteWebhook")
    (kept,) = result(provider, "getUpdates")
    assert kept["message"]["text"] == "一"
    result(provider, "deleteWebhook", drop_pending_updates=True)
    assert result(provider, "getUpdates") == []
    receiver.answer = lambda update: 200
    provider.telegram.person(WANG).write("二")
    result(provider, "setWebhook", url=receiver.url)
    assert provider.telegram.wait_until_delivered(10)
    assert receiver.texts() == ["二"]


def test_it_stops_while_updates_wait(receiver: Receiver) -> None:
    receiver.answer = lambda update: 500
    with a_provider(telegram_webhook_url=receiver.url, telegram_pauses=NEVER) as provider:
        provider.telegram.person(WANG, "王某").write("一")
        assert provider.telegram.wait_until_tried(10)
        assert not provider.telegram.wait_until_delivered(0)
    assert ids(provider.telegram.pending()) == ids(receiver.updates)


# --- getUpdates


def test_a_poll_waits_until_there_is_something(polled: FakeProvider) -> None:
    found: list[Any] = []
    waiting = in_background(lambda: found.append(result(polled, "getUpdates", timeout=50)))
    polled.telegram.person(WANG, "王某").write("一")
    waiting.join(20)
    assert found[0][0]["message"]["text"] == "一"
    assert result(polled, "getUpdates", offset=found[0][0]["update_id"] + 1, timeout=0) == []
    assert polled.telegram.wait_until_delivered(0)


def test_a_poll_ends_at_once_when_the_provider_stops() -> None:
    provider = a_provider()
    provider.start()
    answers: list[Any] = []
    waiting = in_background(lambda: answers.append(ask(provider, "getUpdates", timeout=50).json()["result"]))
    assert provider.telegram.wait_until_polled()
    provider.stop()
    waiting.join(10)
    assert answers == [[]]


def test_of_two_pollers_the_one_that_waits_is_sent_away(polled: FakeProvider) -> None:
    answers: list[tuple[int, str]] = []
    waiting = in_background(lambda: answers.append(refusal(polled, "getUpdates", timeout=50)))
    assert polled.telegram.wait_until_polled()
    assert result(polled, "getUpdates") == []
    waiting.join(20)
    code, said = answers[0]
    assert code == 409
    assert said.startswith("Conflict: terminated by other getUpdates request")


def test_a_webhook_ends_polling(polled: FakeProvider, receiver: Receiver) -> None:
    answers: list[tuple[int, str]] = []
    waiting = in_background(lambda: answers.append(refusal(polled, "getUpdates", timeout=50)))
    assert polled.telegram.wait_until_polled()
    result(polled, "setWebhook", url=receiver.url)
    waiting.join(20)
    assert answers == [(409, "Conflict: terminated by setWebhook request")]
    assert refusal(polled, "getUpdates")[0] == 409
    result(polled, "setWebhook", url="")
    assert result(polled, "getUpdates") == []


def test_an_update_comes_again_until_it_is_confirmed(polled: FakeProvider) -> None:
    person = polled.telegram.person(WANG, "王某")
    for number in range(150):
        person.write(str(number))
    first = result(polled, "getUpdates")
    assert len(first) == 100
    assert result(polled, "getUpdates", limit=5) == first[:5]
    rest = result(polled, "getUpdates", offset=first[-1]["update_id"] + 1)
    assert [update["message"]["text"] for update in first + rest] == [str(number) for number in range(150)]
    last = result(polled, "getUpdates", offset=-2)
    assert last == rest[-2:]
    assert len(polled.telegram.pending()) == 2
    query = {"offset": last[-1]["update_id"] + 1, "limit": "0", "timeout": "-1", "allowed_updates": '["message"]'}
    path = f"/bot{polled.telegram.token}/getUpdates"
    assert http(polled, "GET", path, params=query).json() == {"ok": True, "result": []}
