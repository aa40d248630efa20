"""Sentences with their category, made up for tests: enough for a small model, seldom with a word of the rulebook."""

from __future__ import annotations

from functools import cache

from gateway.books import read_book
from gateway.learning import Row, learn
from routing_rules.learned import Learned

_DARK = (
    "晚上回家一片漆黑啥也看不见",
    "天黑以后这条巷子伸手不见五指",
    "夜里走这条巷子太黑了老人不敢出门",
    "晚上整条巷子黑漆漆的小孩害怕",
    "天一黑这里就漆黑一片看不清台阶",
    "夜里下班回家巷子里太黑差点摔跤",
    "巷子晚上黑得看不见人",
    "这一片夜里黑灯瞎火没人敢走",
)
_SMELL = (
    "隔壁作坊飘过来一股怪味熏得头疼",
    "下午总有一股烧塑料的怪味飘到家里",
    "怪味熏得人睡不着不敢开窗",
    "不知道哪里飘来的怪味闻着头晕",
    "一到傍晚怪味就飘过来窗户都不敢开",
    "家里开窗就是一股怪味熏人",
    "作坊飘来的怪味越来越重闻着想吐",
    "怪味天天熏得一家人头疼",
)
_BITTEN = (
    "那条大黄见人就追小孩吓哭了",
    "大黄没拴绳子见人就扑",
    "三条大黄在门口见人就追着跑",
    "邻居家的大黄没拴绳子吓到老人",
    "早上大黄又追着小孩跑没人管",
    "大黄没拴到处乱跑见人就叫",
    "门口大黄扑人吓得小孩不敢出门",
    "大黄追着电瓶车跑绳子也不拴",
)
ROWS = tuple(
    Row(text, label)
    for label, texts in (("streetlight", _DARK), ("odour", _SMELL), ("dogs", _BITTEN))
    for text in texts
)


@cache
def small_model() -> Learned:
    """What is learned from them for the Chinese sample city."""
    return learn(ROWS, read_book("dinghai"))[0]
