"""The texts as people get them: word for word, in one segment, and safe whatever a value holds."""

from __future__ import annotations

import pytest

from gateway.books import read_book
from routing_rules.segments import fits_one
from routing_rules.wording import Gist, Value, render

BOOK = read_book("dinghai")
SMOKE = Gist(place="盐港西路83号", matter="烟囱冒黑烟", short="烟囱")
YANGANG = Gist(place="83 Yangang W Rd", matter="chimney smoke", short="smoke")
RESULT = "已下达限期整改通知书"

#: Language, template, values, and the text word for word.
GOLDEN: list[tuple[str, str, dict[str, Value], str]] = [
    ("zh", "received", {"number": "Z1042", "gist": SMOKE, "office": "竹山社区"},
     "【定海网格】已收到,编号Z1042:盐港西路83号烟囱冒黑烟。已转竹山社区,有进展即短信告知。补充请直接回复。退订回T"),
    ("zh", "office_task", {"number": "Z1042", "gist": SMOKE, "code": "482913", "minutes": 3, "next": "街道"},
     "【转办】Z1042 盐港西路83号烟囱冒黑烟。办结回“482913自办 结果”,上报回“482913转”。3分钟未回复将上报街道"),
    ("zh", "department_task",
     {"number": "Z1042", "gist": SMOKE, "reporters": 31, "code": "730164", "due": "今日17:00"},
     "【派单】Z1042 盐港西路83号烟囱冒黑烟,31人反映。签收回“730164收”,退回“730164退 理由”。限今日17:00"),
    ("zh", "dispatched",
     {"number": "Z1042", "department": "区环保局", "due": "今日17:00", "query_number": 1042},
     "【定海网格】Z1042已派区环保局,限今日17:00前反馈。查进度回“查1042”"),
    ("zh", "done_receipt", {"number": "Z1042", "time": "09:34"}, "【回执】Z1042办结已收到09:34,待核查"),
    ("zh", "check_task",
     {"number": "Z1042", "short": "烟囱冒黑烟", "department": "区环保局", "result": RESULT, "code": "615208"},
     "【核查】Z1042 烟囱冒黑烟,区环保局报:已下达限期整改通知书。合格回“615208合格”,不合格回“615208不合格 理由”"),
    ("zh", "result", {"number": "Z1042", "result": RESULT},
     "【定海网格】Z1042办理结果:已下达限期整改通知书。满意回1,基本满意回2,不满意回3并写原因。3日内有效"),
    ("zh", "reopened", {"number": "Z1042", "department": "区环保局"},
     "【定海网格】已记录“不满意”,Z1042重新办理,退回区环保局并报区指挥中心。结果会再告知您"),
    ("en", "received", {"number": "Z1042", "gist": Gist("83 Yangang W Rd", "black smoke"),
                        "office": "Zhushan Community"},
     "[Dinghai Grid] Got it: case Z1042, black smoke, 83 Yangang W Rd. Sent to Zhushan Community; "
     "we text you every step. Reply to add details."),
    ("en", "dispatched",
     {"number": "Z1042", "department": "Environment Bureau", "due": "18 Aug 17:00", "query_number": 1042},
     "[Dinghai Grid] Z1042 is with the Environment Bureau, due 18 Aug 17:00. Text STATUS 1042 any time."),
    ("en", "department_task",
     {"number": "Z1042", "gist": YANGANG, "reporters": 31, "code": "730164", "due": "17:00"},
     "[TASK] Z1042 chimney smoke, 83 Yangang W Rd, 31 reporters. "
     "Reply 730164 OK, 730164 BACK reason, 730164 DONE result. Due 17:00."),
    ("zh", "ask_place", {},
     "【定海网格】您反映的问题在哪里?请回复小区或路名加门牌,如“盐港西路83号”。30分钟内有效"),
    ("zh", "ask_ambiguous", {"name": "新河路", "options": ("1 解放街道新河路", "2 昌国街道新河路")},
     "【定海网格】“新河路”有两处:1 解放街道新河路 2 昌国街道新河路。请回1或2,都不是请写详细地址"),
    ("zh", "ask_which_case", {"count": 2, "options": ("1 烟囱冒烟(Z1042)", "2 路灯不亮(Z1057)")},
     "【定海网格】您有2件未办结:1 烟囱冒烟(Z1042) 2 路灯不亮(Z1057)。这条说的是哪件?回1、2,新问题回9"),
    ("zh", "joined", {"short": "烟囱冒烟", "reporters": 31, "number": "Z1042"},
     "【定海网格】烟囱冒烟一事已有31人反映(Z1042),已把您加入,结果同时告知您。若不是同一处请回9"),
    ("zh", "status",
     {"number": "Z1042", "state": "处理中", "detail": "区环保局09:31签收,限今日17:00", "urges": 1},
     "【定海网格】Z1042 处理中:区环保局09:31签收,限今日17:00。已催办1次"),
    ("zh", "status",
     {"number": "Z1042", "state": "处理中", "detail": "区环保局09:31签收,限今日17:00", "urges": 0},
     "【定海网格】Z1042 处理中:区环保局09:31签收,限今日17:00"),
    ("zh", "no_case", {"number": 1042}, "【定海网格】没有查到与本号码有关的1042号。查全部请回“查”"),
    ("zh", "emergency", {},
     "【定海网格】如有人身危险请马上拨110/119/120。本短信平台不是报警台。您的信息已同时提醒值班员"),
    ("zh", "opted_out", {},
     "【定海网格】已退订,不再发送通知。您仍可随时发短信反映问题,我们只回复必要的受理编号。重新接收回“开通”"),
    ("zh", "unclear", {},
     "【定海网格】请写:什么问题、在哪里、何时。如“竹山小区3幢楼道灯不亮两天了”。转人工回“人工”"),
    ("zh", "choose_task", {"count": 2, "tasks": ("730164烟囱", "815503井盖")},
     "【请选】你有2件在办:730164烟囱 815503井盖。请回“号码+办+结果”"),
    ("zh", "wrong_code", {"code": "730164", "tasks": ("815503井盖",)},
     "【提示】号码730164无效或已办结。你的在办任务:815503井盖。请回“号码+办+结果”"),
    ("zh", "closed_case", {"number": "Z1042", "date": "8月18日"},
     "【定海网格】Z1042已于8月18日结案。仍有问题请直接写明,我们会另立新件"),
    ("zh", "rejected", {"number": "Z1061", "reason": "属法院审理事项,请联系12368"},
     "【定海网格】Z1061不在我们职权内:属法院审理事项,请联系12368。如有不同意见回“人工”"),
    ("zh", "result_too_short", {"code": "730164"},
     "【请补】请写明结果,不少于6个字,如“730164办 已下达整改通知,3日后复查”"),
    ("zh", "reminder", {"number": "Z1042", "left": "1小时", "code": "730164"},
     "【催办】Z1042离时限还有1小时,尚未反馈。办结回“730164办 结果”,延期回“730164延 小时 理由”"),
    ("zh", "overdue", {"number": "Z1042", "office": "区指挥中心", "department": "区环保局"},
     "【超时】Z1042已超时,已报区指挥中心并计1次超时。承办:区环保局"),
    ("zh", "binding", {"number": "Z1042"}, "【裁定】Z1042第2次退回,已由区指挥中心裁定由你局主办,不能再退"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "template", "values", "text"), GOLDEN)
def test_a_text_reads_word_for_word(language: str, template: str, values: dict[str, Value], text: str) -> None:
    assert render(BOOK, language, template, **values) == text
    assert fits_one(text)
