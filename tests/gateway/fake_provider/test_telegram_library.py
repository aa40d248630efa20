"""python-telegram-bot as it is against the fake Bot API: every method, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from typing import Any, TypeVar

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, PhotoSize, ReplyParameters, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from gateway.clock import VirtualClock
from gateway.fake_provider import FakeProvider, Mode
from tests.gateway.fake_provider.test_telegram_calls import BOT_TOKEN, LI, NOW, WANG, a_provider, picture

T = TypeVar("T")
BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("到了", callback_data="a:1")]])


def a_bot(provider: FakeProvider, token: str = BOT_TOKEN) -> Bot:
    return Bot(
        token,
        base_url=f"{provider.url}/bot",
        base_file_url=f"{provider.url}/file/bot",
        request=HTTPXRequest(httpx_kwargs={"trust_env": False}),
        get_updates_request=HTTPXRequest(httpx_kwargs={"trust_env": False}),
    )


def with_bot(provider: FakeProvider, story: Callable[[Bot], Awaitable[T]]) -> T:
    async def told() -> T:
        async with a_bot(provider) as bot:
            return await story(bot)

    return on_a_loop(told())


def on_a_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a loop in a thread of its own: the browser of other tests leaves one in the main thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.fixture(autouse=True)
def _durations_as_durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the library warns of what it will return one day, and a warning is an error here."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with a_provider(clock=VirtualClock(NOW)) as running:
        running.telegram.person(WANG, "王某", username="wang_mou").write("你好")
        yield running


def test_the_bot_knows_itself(provider: FakeProvider) -> None:
    async def story(bot: Bot) -> None:
        me = await bot.get_me()
        assert (me.id, me.is_bot, me.username, me.can_join_groups) == (1000001, True, "rehearsal_grid_bot", True)
        assert await bot.log_out()
        assert await bot.close()

    with_bot(provider, story)


def test_a_message_with_buttons_goes_and_changes_and_goes_away(provider: FakeProvider) -> None:
    person = provider.telegram.person(WANG)

    async def story(bot: Bot) -> None:
        message = await bot.send_message(WANG, "去看看", reply_markup=BUTTONS, reply_parameters=ReplyParameters(1))
        assert (message.text, message.chat.type, message.chat.first_name) == ("去看看", ChatType.PRIVATE, "王某")
        assert message.date == NOW.replace(tzinfo=UTC)
        assert message.reply_markup == BUTTONS
        assert message.from_user is not None
        assert message.from_user.is_bot
        assert message.reply_to_message is not None
        assert message.reply_to_message.text == "你好"
        (seen,) = person.received()
        assert (seen.text, seen.buttons, seen.reply_to, seen.edited) == ("去看看", ("到了",), 1, False)

        edited = await bot.edit_message_text("改了", WANG, message.message_id, reply_markup=BUTTONS)
        assert isinstance(edited, Message)
        assert (edited.text, edited.edit_date, edited.reply_markup) == ("改了", NOW, BUTTONS)
        assert person.received()[0].edited

        cleared = await bot.edit_message_reply_markup(WANG, message.message_id, reply_markup=None)
        assert isinstance(cleared, Message)
        assert cleared.reply_markup is None
        assert person.received()[0].buttons == ()
        with pytest.raises(BadRequest, match="not modified"):
            await bot.edit_message_reply_markup(WANG, message.message_id, reply_markup=None)

        assert await bot.delete_message(WANG, message.message_id)
        assert person.received() == []

    with_bot(provider, story)


def test_photos_go_up_by_bytes_and_by_id_and_come_down(provider: FakeProvider) -> None:
    photo = picture(1000, 500)

    async def story(bot: Bot) -> None:
        sent = await bot.send_photo(WANG, photo, caption="现场", reply_markup=BUTTONS)
        assert [(size.width, size.height) for size in sent.photo] == [(90, 45), (320, 160), (800, 400), (1000, 500)]
        assert (sent.caption, sent.photo[-1].file_size) == ("现场", len(photo))
        again = await bot.send_photo(WANG, sent.photo[-1].file_id)
        assert again.photo == sent.photo
        by_value = await bot.send_photo(WANG, PhotoSize(sent.photo[0].file_id, "u", 90, 45))
        assert by_value.photo == sent.photo

        file = await bot.get_file(sent.photo[-1].file_id)
        assert bytes(await file.download_as_bytearray()) == photo
        small = await (await bot.get_file(sent.photo[0].file_id)).download_as_bytearray()
        assert bytes(small).startswith(b"\xff\xd8")
        assert [seen.photo for seen in provider.telegram.person(WANG).received()] == [photo] * 3

    with_bot(provider, story)


def test_a_place_goes(provider: FakeProvider) -> None:
    async def story(bot: Bot) -> None:
        sent = await bot.send_location(WANG, 30.25, 120.16)
        assert sent.location is not None
        assert (sent.location.latitude, sent.location.longitude) == (30.25, 120.16)

    with_bot(provider, story)


def test_updates_are_fetched_until_they_are_confirmed(provider: FakeProvider) -> None:
    provider.telegram.person(WANG).pin(30.25, 120.16, accuracy=12.5)

    async def story(bot: Bot) -> None:
        first, second = await bot.get_updates()
        assert second.update_id == first.update_id + 1
        assert first.message is not None
        assert first.message.text == "你好"
        assert second.message is not None
        assert second.message.location is not None
        assert second.message.location.horizontal_accuracy == 12.5
        assert await bot.get_updates(limit=1) == (first,)
        assert await bot.get_updates(offset=second.update_id) == (second,)
        assert await bot.get_updates(offset=second.update_id + 1) == ()
        assert provider.telegram.wait_until_delivered(0)

    with_bot(provider, story)


def test_a_press_arrives_and_is_answered(provider: FakeProvider) -> None:
    person = provider.telegram.person(WANG)

    async def story(bot: Bot) -> None:
        message = await bot.send_message(WANG, "去看看", reply_markup=BUTTONS)
        press = person.press("到了")
        person.press_data(4711, "invented")
        _, update, invented = await bot.get_updates()
        query = update.callback_query
        assert query is not None
        assert (query.id, query.data, query.from_user.username) == (press, "a:1", "wang_mou")
        assert isinstance(query.message, Message)
        assert query.message.message_id == message.message_id
        assert query.message.is_accessible
        assert invented.callback_query is not None
        assert invented.callback_query.data == "invented"
        assert invented.callback_query.message is not None
        assert not invented.callback_query.message.is_accessible
        assert await query.answer("记下了", show_alert=True)
        assert [(toast.text, toast.alert) for toast in person.toasts()] == [("记下了", True)]
        with pytest.raises(BadRequest, match=r"[Qq]uery is too old"):
            await bot.answer_callback_query("1")

    with_bot(provider, story)


def test_everything_that_people_do_can_be_read(provider: FakeProvider) -> None:
    clock = VirtualClock(NOW)
    with a_provider(clock=clock) as provider:
        person, other = provider.telegram.person(WANG, "王某"), provider.telegram.person(LI, "李某")
        group = provider.telegram.group(-4001, "网格群")

        def act() -> None:
            text = person.write("/start x")
            person.send_photo(picture(), picture(), caption="两张")
            live = person.start_live(30.25, 120.16, live_period=600)
            clock.advance(timedelta(seconds=9))
            person.move_live(live, 30.26, 120.16, accuracy=5)
            person.stop_live(live)
            person.edit(text, "改了")
            person.forward("听说", of=other)
            person.forward("听说", photo=picture())
            person.reply(text, "回复")
            person.block()
            person.unblock()
            person.write("群里", chat_id=group.id)
            group.migrate(-1004001)

        async def story(bot: Bot) -> tuple[Update, ...]:
            return await bot.get_updates()

        act()
        updates = with_bot(provider, story)
        messages = [update.message for update in updates if update.message is not None]
        edits = [update.edited_message for update in updates if update.edited_message is not None]
        members = [update.my_chat_member for update in updates if update.my_chat_member is not None]
        assert (len(messages), len(edits), len(members)) == (10, 3, 2)

        start, first, second, live, told, shown, reply, in_group, old, new = messages
        assert start.parse_entities() == {start.entities[0]: "/start"}
        assert first.media_group_id == second.media_group_id is not None
        assert (first.caption, second.caption) == ("两张", None)
        assert live.location is not None
        assert live.location.live_period == timedelta(seconds=600)
        moved, stopped, changed = edits
        assert moved.location is not None
        assert stopped.location is not None
        assert (moved.location.latitude, moved.location.live_period) == (30.26, timedelta(seconds=600))
        assert (stopped.location.latitude, stopped.location.live_period) == (30.26, None)
        assert moved.edit_date == NOW + timedelta(seconds=9)
        assert (changed.message_id, changed.text) == (start.message_id, "改了")
        assert told.forward_origin is not None
        assert told.forward_origin.to_dict()["sender_user"]["id"] == LI
        assert shown.forward_origin is not None
        assert (shown.forward_origin.type, shown.caption) == ("hidden_user", "听说")
        assert reply.reply_to_message is not None
        assert reply.reply_to_message.message_id == start.message_id
        assert (in_group.chat.type, in_group.chat.title, in_group.from_user == start.from_user) == (
            ChatType.GROUP,
            "网格群",
            True,
        )
        assert (old.migrate_to_chat_id, new.migrate_from_chat_id) == (-1004001, -4001)
        assert (old.chat.id, new.chat.id, new.chat.type) == (-4001, -1004001, ChatType.SUPERGROUP)
        states = [(one.old_chat_member.status, one.new_chat_member.status) for one in members]
        assert states == [
            (ChatMemberStatus.MEMBER, ChatMemberStatus.BANNED),
            (ChatMemberStatus.BANNED, ChatMemberStatus.MEMBER),
        ]

        async def write_to_the_old_group(bot: Bot) -> None:
            with pytest.raises(ChatMigrated) as moved_to:
                await bot.send_message(-4001, "x")
            assert moved_to.value.new_chat_id == -1004001
            await bot.send_message(-1004001, "x")

        with_bot(provider, write_to_the_old_group)
        assert person.received(chat_id=-1004001)[-1].text == "x"


def test_a_webhook_is_set_shown_and_deleted(provider: FakeProvider) -> None:
    async def story(bot: Bot) -> None:
        url = "http://127.0.0.1:9/webhooks/telegram_bot"
        assert await bot.set_webhook(
            url, max_connections=7, allowed_updates=["message"], drop_pending_updates=True, secret_token="s"
        )
        info = await bot.get_webhook_info()
        assert (info.url, info.max_connections, info.pending_update_count) == (url, 7, 0)
        assert info.allowed_updates == ("message",)
        with pytest.raises(Conflict, match="while webhook is active"):
            await bot.get_updates()
        assert await bot.delete_webhook(drop_pending_updates=True)
        assert (await bot.get_webhook_info()).url == ""
        assert await bot.get_updates(allowed_updates=[]) == ()

    with_bot(provider, story)


def test_each_refusal_is_the_error_that_the_library_has_for_it(provider: FakeProvider) -> None:
    async def story(bot: Bot) -> None:
        with pytest.raises(BadRequest, match=r"[Cc]hat not found"):
            await bot.send_message(LI, "x")
        provider.telegram.person(WANG).block()
        with pytest.raises(Forbidden, match="blocked by the user"):
            await bot.send_message(WANG, "x")
        provider.behave(Mode.TOO_MANY, retry_after_seconds=9)
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(WANG, "x")
        assert refused.value.retry_after == timedelta(seconds=9)
        provider.behave(Mode.ERROR)
        with pytest.raises(TelegramError, match="Internal Server Error"):
            await bot.send_message(WANG, "x")

    with_bot(provider, story)

    async def stranger() -> None:
        with pytest.raises(InvalidToken):
            await a_bot(provider, "1000001:wrong").initialize()

    on_a_loop(stranger())
