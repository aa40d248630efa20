"""What the page says, in Chinese and English; texts of the gateway itself stand in the rulebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

#: Languages of the page.
LANGUAGES = ("zh", "en")

#: Name of a sentence or label to its form in each language.
WORDS: Mapping[str, Mapping[str, str]] = {
    "title": {"zh": "练习手机", "en": "Training phones"},
    "purpose": {
        "zh": "任选一部手机发短信,看信息一级一级往上走。不会有真实短信发出。",
        "en": "Text from any phone and watch the matter climb. No real text is sent.",
    },
    "clock": {"zh": "演练时钟", "en": "Training clock"},
    "clock_note": {"zh": "只能往前拨", "en": "moves forward only"},
    "move_3": {"zh": "+3分钟", "en": "+3 min"},
    "move_30": {"zh": "+30分钟", "en": "+30 min"},
    "move_60": {"zh": "+1小时", "en": "+1 h"},
    "move_event": {"zh": "下一时限", "en": "Next event"},
    "move_morning": {"zh": "下一工作日上班", "en": "Next working morning"},
    "next_event": {"zh": "下一时限:", "en": "Next event: "},
    "no_event": {"zh": "没有在走的时限", "en": "Nothing is waited for"},
    "moving": {"zh": "时钟正在往前走……", "en": "The clock is moving…"},
    "add": {"zh": "添加手机", "en": "Add a phone"},
    "add_button": {"zh": "添加", "en": "Add"},
    "add_hint": {"zh": "名字,如 bob", "en": "a name, e.g. bob"},
    "remove": {"zh": "移走", "en": "Remove"},
    "other_language": {"zh": "English", "en": "中文"},
    "phones": {"zh": "手机", "en": "Phones"},
    "skip": {"zh": "跳到手机", "en": "Skip to the phones"},
    "type_here": {"zh": "写短信", "en": "Type a text"},
    "send": {"zh": "发送", "en": "Send"},
    "nothing_yet": {"zh": "还没有短信", "en": "No texts yet"},
    "reply_with": {"zh": "用它回复:", "en": "Answer with "},
    "not_sent": {"zh": "没有发出去,请再按发送", "en": "It was not sent; press Send again"},
    "offline": {"zh": "网关没有应答,正在重试", "en": "The gateway does not answer; trying again"},
    "not_moved": {"zh": "时钟没有拨动", "en": "The clock was not moved"},
    "unread": {"zh": "条新短信", "en": "new"},
    "no_script": {"zh": "此页需要JavaScript。", "en": "This page needs JavaScript."},
    "no_simulator": {
        "zh": "模拟器没有开启(channels.simulator.enabled),手机收发不了短信。",
        "en": "The simulator is off (channels.simulator.enabled): these phones cannot text.",
    },
    "resident": {"zh": "居民", "en": "Resident"},
    "community": {"zh": "社区", "en": "Community"},
    "street": {"zh": "街道", "en": "Street"},
    "district": {"zh": "区级", "en": "District"},
    "department": {"zh": "部门", "en": "Department"},
    "gridman": {"zh": "网格员", "en": "Gridman"},
    "unknown": {"zh": "新号码", "en": "New number"},
    "chat_on": {"zh": "改用聊天", "en": "Use chat"},
    "chat_off": {"zh": "改用短信", "en": "Use SMS"},
    "message_here": {"zh": "写消息", "en": "Message"},
    "photo": {"zh": "照片", "en": "Photo"},
    "photo_gone": {"zh": "照片(已不在内存)", "en": "photo (not held any more)"},
    "remove_photo": {"zh": "去掉照片", "en": "Leave out photo"},
    "no_photo": {"zh": "不是照片:", "en": "Not a photo: "},
    "too_many_photos": {"zh": "一次最多10张照片", "en": "10 photos at most at a time"},
    "pin": {"zh": "定位", "en": "Pin"},
    "pin_place": {"zh": "地点", "en": "Place"},
    "city_centre": {"zh": "市中心", "en": "Centre of the city"},
    "own_position": {"zh": "自己填经纬度", "en": "Own coordinates"},
    "lat": {"zh": "纬度", "en": "Latitude"},
    "lon": {"zh": "经度", "en": "Longitude"},
    "send_pin": {"zh": "发送定位", "en": "Send pin"},
    "live": {"zh": "共享实时位置", "en": "Share live position"},
    "live_shared": {"zh": "开始共享实时位置", "en": "Live position shared"},
    "pressed": {"zh": "点了", "en": "tapped"},
    "commands": {"zh": "常用指令", "en": "Quick commands"},
    "buttons": {"zh": "按钮", "en": "Buttons"},
    "add_gridman": {"zh": "添加网格员", "en": "Add a gridman"},
    "gridman_name": {"zh": "姓名", "en": "Name"},
    "gridman_hint": {"zh": "如 王某", "en": "e.g. Wang"},
    "gridman_grids": {"zh": "网格(可多选)", "en": "Grids (one or more)"},
    "bind": {"zh": "绑定", "en": "Bind"},
    "not_bound": {"zh": "没有绑定", "en": "Nobody was bound"},
}

#: State of a line (status of what we sent, verdict of what came in) to its word.
STATES: Mapping[str, Mapping[str, str]] = {
    "sent": {"zh": "已发出", "en": "sent"},
    "delivered": {"zh": "已送达", "en": "delivered"},
    "unknown": {"zh": "结果不明", "en": "outcome unknown"},
    "failed": {"zh": "发送失败", "en": "failed"},
    "dead": {"zh": "已放弃", "en": "given up"},
    "waiting": {"zh": "待处理", "en": "waiting"},
    "set_aside": {"zh": "待人工", "en": "set aside"},
    "opened": {"zh": "已立件", "en": "new case"},
    "asked": {"zh": "已追问", "en": "asked back"},
    "joined": {"zh": "已并入", "en": "joined"},
    "supplemented": {"zh": "已补充", "en": "added"},
    "urged": {"zh": "已催办", "en": "urged"},
    "answered": {"zh": "已答复", "en": "answered"},
    "rated": {"zh": "已评价", "en": "rated"},
    "withdrawn": {"zh": "已撤销", "en": "withdrawn"},
    "status_told": {"zh": "已告知进度", "en": "status told"},
    "desk_called": {"zh": "已转人工", "en": "person called"},
    "language_set": {"zh": "已换语言", "en": "language set"},
    "opted_out": {"zh": "已退订", "en": "opted out"},
    "opted_in": {"zh": "已开通", "en": "opted in"},
    "commanded": {"zh": "已执行", "en": "done"},
    "command_refused": {"zh": "未能执行", "en": "not possible"},
    "wrong_code": {"zh": "口令无效", "en": "wrong code"},
    "tasks_listed": {"zh": "已列任务", "en": "tasks listed"},
    "address_confirmed": {"zh": "号码已确认", "en": "number confirmed"},
    "no_code": {"zh": "没有口令", "en": "no code"},
    "unclear": {"zh": "没看懂", "en": "unclear"},
    "thanks": {"zh": "致谢", "en": "thanks"},
    "chitchat": {"zh": "闲聊", "en": "small talk"},
    "spam": {"zh": "广告", "en": "spam"},
    "autoreply": {"zh": "自动回复", "en": "automatic reply"},
    "own_number": {"zh": "本平台号码", "en": "own number"},
    "service_sender": {"zh": "服务号码", "en": "service number"},
    "blocked": {"zh": "已屏蔽", "en": "blocked"},
    "loop": {"zh": "疑似循环", "en": "loop"},
    "edited": {"zh": "事后修改", "en": "changed afterwards"},
    "pressed": {"zh": "已办", "en": "done"},
    "press_refused": {"zh": "未生效", "en": "no effect"},
    "reporting": {"zh": "上报中", "en": "being reported"},
    "evidence": {"zh": "现场证据", "en": "evidence"},
    "diary_written": {"zh": "已记日记", "en": "diary written"},
    "duty_set": {"zh": "上岗状态已改", "en": "duty set"},
    "position_shared": {"zh": "位置共享", "en": "position shared"},
    "told": {"zh": "已告知", "en": "told"},
    "bound": {"zh": "已绑定", "en": "bound"},
    "binding_refused": {"zh": "未能绑定", "en": "not bound"},
    "not_for_us": {"zh": "不受理", "en": "not for us"},
}

#: Sentences that the page's script says by itself.
_OF_SCRIPT = (
    *("next_event", "no_event", "moving", "reply_with", "not_sent", "offline", "not_moved", "unread"),
    *("photo", "photo_gone", "remove_photo", "no_photo", "too_many_photos", "pin", "live_shared", "pressed", "buttons"),
    *("type_here", "message_here", "not_bound"),
)

_DAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def language_of(asked: str | None, accepted: str | None, city: Iterable[str]) -> str:
    """The page's language: the one asked for, else one that browser or city speaks, else English."""
    candidates = (asked, accepted, *city)
    return next((each for each in candidates if each in LANGUAGES), "en") or "en"


def words_in(language: str) -> dict[str, str]:
    """Every sentence in one language."""
    return {name: forms[language] for name, forms in WORDS.items()}


def script_words(language: str) -> dict[str, str]:
    """The sentences that the script needs."""
    return {name: WORDS[name][language] for name in _OF_SCRIPT}


def state_word(state: str, language: str) -> str:
    """The word for a line's state; the state itself when there is none."""
    return STATES.get(state, {}).get(language, state)


def day_of(local: datetime, language: str) -> str:
    """A local day as a phone writes it between two texts."""
    if language == "zh":
        return f"{local.month}月{local.day}日 周{_DAYS['zh'][local.weekday()]}"
    return f"{_DAYS['en'][local.weekday()]} {local.day} {local:%b}"
