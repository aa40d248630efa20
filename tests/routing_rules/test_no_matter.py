"""Which texts are no matter for an office: talk, advertising and answering machines, and never a complaint."""

from __future__ import annotations

import pytest

from routing_rules.no_matter import Kind, read
from routing_rules.signs import SignTable

#: As residents text, not as they write petitions.
COMPLAINTS = """
你好,我家楼下路灯坏了好几天了,能不能来修一下啊
我们小区垃圾没人收,臭死了
楼上天天半夜吵,睡不着觉,你们管不管啊
麻烦你们来看看,我家门口下水道堵了
隔壁烧烤店油烟全进我家了,求你们管管吧
请问停水什么时候来?做饭都没办法
停电了,孩子还要写作业,什么时候能来电
我妈昨天在门口摔倒了,路面坑坑洼洼的,没人修
电梯又坏了,老人上不去楼
今天早上楼道灯又不亮了,黑漆漆的
有人在楼道里停电动车充电,我很担心
门口那条狗天天叫,还咬人,能不能处理
公交车等了一个小时没来,怎么回事
学校门口堵车太严重了,没有交警吗
广场舞太吵了,你们能不能去说说
我爸的养老金三个月没发了,找谁
老板欠我工资不给,怎么办
物业乱收费,还态度差,我们业主很生气
河里有好多死鱼,好臭啊
工地晚上十二点还在打桩,明天还要上班呢
树枝快断了,掉下来砸到车怎么办
共享单车停满了人行道,走路都没地方走
我在竹山公园看到有人乱倒垃圾
隔壁新开的店不知道在做什么很奇怪的事情
家里没水了,打电话物业也不理
小区大门坏了,谁都可以进来,很不安全
我收到贷款短信,说是政府补贴,是不是诈骗
天天收到骚扰短信让我点链接,你们管不管
墙上贴满了小广告,办证刻章的,很难看
有人冒充居委会打电话骗老人钱
开发商说送车位,现在不认账,首付都交了
理财公司跑路了,我的钱要不回来
hi the street light in front of my house has been out for a week can you fix it please
hello my trash was not picked up again, what should i do
please come, there is a huge pothole on Main St and my car got damaged
hey someone dumped a mattress behind our building
the neighbors are so loud every night, I can't sleep, please do something
my water is brown since yesterday
no heat in my apartment for 3 days and I have a baby
we have rats in the alley, they come into the yard
the traffic light at Oak and Elm is not working, call me at 555-0100
a tree fell on our fence last night
when will you clean the park? there is broken glass everywhere
dog poop all over the sidewalk, it's disgusting
cars parked on the sidewalk, I can't get through with my stroller
I slipped on the ice in front of the school, nobody salted
I think someone is living in the abandoned house next door
there is graffiti on the wall of my shop
I got a text about a prize I won, is this a scam? please stop these people
landlord wants $200 more a month without a contract
""".strip().split("\n")

TALK = """
你晚上回来吃饭吗
哈哈,好的,明天见
在干嘛呢,好久没聊了
生日快乐!祝你天天开心
我到学校了,放心吧
老婆,我今天加班,晚点回家
周末一起去逛街吧
下午开会,你帮我带一下电脑
亲爱的,晚安
感冒好点没,多喝水
u coming home for dinner?
haha ok see you later
happy birthday bro, let's meet tonight
sorry i was asleep, call me when you reach
I love you so much, miss you
can you pick me up at 6
what time is the movie
mum ask you to buy milk on the way home
""".strip().split("\n")

SPAM = """
【某某商城】全场满减,优惠券已到账,点击链接领取,退订回T
恭喜您中奖,领取奖品请点击链接 www.example.com
无抵押贷款,利息低,秒到账,加微信详询
代开发票,真实有效,加微信
澳门赌场上线,注册送88元,充值送彩金
兼职刷单日赚300,加我微信
稀缺房源盛大开盘,首付20万起,预约电话详询
【某某健身】周年庆大促,办卡打折,仅限今日,拒收请回复R
URGENT! You have won a £2000 prize. To claim call 09000000000 now. T&Cs apply
FREE ringtone! Text TONE to 80000 now, 150p per msg, reply STOP to unsubscribe
Congratulations, your mobile number was selected to receive a gift voucher. Call now to claim
Hot singles waiting for you! Txt CHAT to 80000. 18+ only
Get a loan today, bad credit ok, click the link www.example.com
""".strip().split("\n")

MACHINES = """
【自动回复】您好,我现在有事不在,一会再和您联系
自动回复:我正在开会,稍后回复您
您好,您的短信已收到,本短信无需回复
我正在休假,有急事请拨办公电话
此短信由系统自动发送,请勿直接回复
Automatic reply: I am out of the office until Monday
I'm driving right now, I'll get back to you later
Thank you for contacting us. We have received your message and will get back to you as soon as possible
This mailbox is not monitored, please do not reply
Sorry, I can't talk right now
""".strip().split("\n")


@pytest.mark.parametrize("text", COMPLAINTS)
def test_a_complaint_is_never_set_apart(text: str) -> None:
    """At worst it is asked about."""
    found = read(text)
    assert found is None or found.kind is Kind.UNCLEAR


def test_few_complaints_are_asked_about() -> None:
    assert sum(read(text) is not None for text in COMPLAINTS) <= len(COMPLAINTS) // 5


@pytest.mark.parametrize("text", TALK)
def test_talk_is_talk(text: str) -> None:
    found = read(text)
    assert found is not None
    assert found.kind is Kind.CHITCHAT


@pytest.mark.parametrize("text", SPAM)
def test_advertising_is_spam(text: str) -> None:
    found = read(text)
    assert found is not None
    assert found.kind is Kind.SPAM


@pytest.mark.parametrize("text", MACHINES)
def test_answering_machines_are_known(text: str) -> None:
    found = read(text)
    assert found is not None
    assert found.kind is Kind.AUTOREPLY


def test_what_decided_is_told() -> None:
    found = read("哈哈,晚安")
    assert found is not None
    assert found.signs == ("哈哈", "晚安")
    spam = read("URGENT! You have won a £2000 prize. To claim call 09000000000")
    assert spam is not None
    assert {"price", "to claim"} <= set(spam.signs)


def test_a_text_without_any_sign_is_neither() -> None:
    silent = read("qwerty asdfgh zxcvb")
    assert silent is not None
    assert silent.kind is Kind.UNCLEAR


def test_words_of_the_rulebook_and_a_place_count_for_a_matter() -> None:
    text = "竹山那边又乱了"
    assert read(text) is not None
    assert read(text, matter=20.0, place=True) is None


def test_somebody_who_tells_of_an_answering_machine_is_none() -> None:
    text = "打了十几次电话给物业,楼道积水没人来,每次都是机器,说什么现在不方便接听,小区业主都很生气"
    assert read(text) is None


def test_a_sign_counts_once_and_not_inside_a_longer_one() -> None:
    table = SignTable({2: "发", 0.0: "出发"})
    assert table.find("发发发").weights == {"发": 2}
    assert table.find("出发").weights == {}


def test_signs_of_several_words_stand_together() -> None:
    table = SignTable({3: "big deal|deal", 1: "pot holes|pothole"})
    assert table.find("it is a big deal").weights == {"big deal": 3}
    assert table.find("potholes and pot holes").weights == {"pothole": 1, "pot holes": 1}
    assert table.find("dealer").weights == {}
