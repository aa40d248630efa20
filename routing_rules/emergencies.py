"""Reads whether a text speaks of danger to life now.

Phrases count, not characters (火车站 is no fire), and what is denied or past does not. In doubt it alarms:
a needless safety text costs a text, a missing one may cost a life.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from routing_rules.normalise import HAN, fold, normalise
from routing_rules.rulebook import Emergency
from routing_rules.word_index import WordIndex, without_parts, written


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyHit:
    """A text that speaks of danger to life now."""

    #: The phrase as the rulebook has it.
    phrase: str
    #: All phrases of the text that alarm, in the order of the text.
    words: tuple[str, ...]


#: Words that hold a phrase by chance: "拨打人工电话" has 打人 in it, "接触电信公司" 触电.
_BY_CHANCE = (
    "拨打人", "打人工", "打人民", "打人才", "接触电", "跳楼价", "跳楼甩卖", "跳楼机", "信息爆炸", "爆炸性", "爆炸式",
    "爆炸一样", "灭火器", "大火锅", "大火车", "大火腿", "大火电", "大火炬", "太大火", "火大火", "救命稻草", "救命钱",
    "救命药", "救命恩", "救命路", "救命通道", "救命消防", "救命的", "钱救命", "保持刀", "自杀式", "着火锅", "树上吊",
    "杀人游戏", "杀人蜂", "消防演练", "消防演习", "炸了锅", "气炸了", "炸街", "快要晕过去", "快晕过去", "着火过",
    "着过火", "触电过", "爆炸过", "游戏", "手机中毒", "电脑中毒", "快打死老鼠", "打死老鼠", "打死蚊", "卡在审批",
    "死火山", "带电脑", "带电池", "带电话", "带电筒", "带电动", "带电子", "带电影", "带电视", "带电器", "想死你",
    "想死我", "笑死", "气死", "被电信", "被电力", "被电梯", "被电动", "被电话", "被电视", "被电子", "有人员", "漏水",
    "漏洞", "漏雨", "遗漏", "困扰", "困难", "困惑", "家园", "家具", "家电", "填埋", "掩埋", "埋设", "埋怨", "窒息感",
    "hitting on", "dying of hunger", "dying to", "dying man", "跳楼的", "味精", "味道好", "煤气炉", "fire hydrant",
    "fire hydrants", "fire truck", "fire trucks", "fire lane", "fire lanes", "fire department", "fire alarm",
    "fire escape", "fire extinguisher", "fire pit", "fire code", "fire marshal", "campfire", "fireworks", "gas price",
    "gas prices", "gas company", "gas stove", "gas grill", "spark plug", "flood light", "power line tree", "燃气费",
    "煤气费", "fire drill", "fire sale", "on fire sale", "gas bill", "gas station", "fire station",
    "heart attack grill", "burning trash", "burning leaves", "burning garbage", "burning smell of",
)  # fmt: skip

#: After a word of the past they speak of now again: "去年报过电线老化,今天着火了".
_NOW = (
    "现在", "正在", "今天", "今早", "今晚", "刚才", "刚刚", "此刻", "目前", "眼下", "马上", "又", "再次", "突然",
    "还在", "一直", "到现在", "开始", "now", "right now", "again", "today", "tonight", "just", "currently",
    "this morning", "at once", "is", "are",
)  # fmt: skip

#: What only might happen, or happens again and again, is not happening now: "一旦发生火灾消防车进不来".
_SUPPOSED = (
    "一旦", "万一", "如果", "假如", "假若", "要是", "倘若", "若是", "若发生", "会不会", "可能会", "容易", "极易",
    "易发生", "造成过", "曾发生", "会造成", "会导致", "可能导致", "可能造成", "可能发生", "经常", "频繁", "屡次",
    "时常", "常常", "每天", "天天", "总是", "多次", "老是", "怎么防", "如何防", "影响", "涉嫌", "if", "in case of",
    "in the event of", "what if", "could", "might", "would", "should", "often", "frequently",
)  # fmt: skip
#: How far before the phrase that may stand, in characters of each script.
_SUPPOSED_WITHIN = {True: 12, False: 30}

#: It is over, was long ago, or is only spoken of; right behind the phrase.
_AFTERWARDS = re.compile(
    r"过?[以之]?后|时(?!候)|的时候|的话|就(?:是|完|晚|惨|麻烦)|(?:的|等)?(?:安全)?(?:隐患|风险|事故|事件|赔偿|案|险情|的可能)"
    r"|[^,。!?;]{0,4}(?:隐患|赔偿|演练)|了?(?:已经?)?有?[\d一二两三四五六七八九十几半多]+多?个?(?:年|月|星期|周)"
    r"|[^。!?;]{0,30}(?:扑灭|虚惊)|[^,。!?;]{0,12}(?:灭了|没有了|去年|年前|之后)"
    r"|[^,.!?;]{0,24}\b(?:ago|last (?:year|month|week|summer|winter|spring|fall)|is gone|put out|false alarm|drill)\b"
    r"| hoops\b"
)

#: A date before the phrase: of the day itself people say 今天.
_DATE = re.compile(r"(?:19|20)\d\d ?[年./-]|\d{1,2}月\d{1,2}[日号]|\b(?:in|since) (?:19|20)\d\d\b")

#: What may stand between a denial and its phrase: "没有闻到煤气味", "no longer on fire".
_BETWEEN_CHINESE = re.compile("(?:什么|任何|闻到|闻见|发现|看到|看见|发生|出现|再|明显|人|人员)*$")
_BETWEEN_LATIN = re.compile(r"(?: (?:a|an|any|the|actually|really|longer|more|one|smell of|sign of|signs of))* $")

#: A denial that ends another word: "有没有煤气味" asks, "特别" and "淹没" deny nothing.
_ENDS_ANOTHER_WORD = re.compile("有没|[特分个级区性类]别|[淹埋沉]没")

_SENTENCE_ENDS = re.compile(r"[。!?;…\n]|\.(?=\s|$)")
_CLAUSE_ENDS = re.compile(r"[,，、。!?;:…\n]|\.(?=\s|$)")


#: Nothing further before a phrase, in characters, is taken for its sentence.
_LONGEST_SENTENCE = 200

#: Part two words of one phrase, and what may stand in the place of each: "煤气/燃气~漏/泄" is in "燃气一直在漏".
_APART, _OR = "~", "/"
#: How far apart they may stand, in characters of each script.
_GAP = {True: 10, False: 40}

#: Cries that long texts use as a figure of speech; and up to how many characters they are meant.
_CRIES = frozenset({"救命", "救我", "救救我"})
_CRY_WITHIN = 30


class EmergencyReader:
    """The emergency phrases of one rulebook, compiled."""

    def __init__(self, emergency: Emergency) -> None:
        whole = [phrase for phrase in emergency.phrases if _APART not in phrase]
        self._as_in_book = {written(phrase): phrase for phrase in reversed(whole)}
        self._negations = tuple(sorted(map(written, emergency.negations), key=len, reverse=True))
        self._phrases = WordIndex(whole)
        #: First word to the second words of the phrases in two parts.
        self._pairs: dict[str, set[str]] = {}
        for phrase in emergency.phrases:
            if _APART in phrase:
                firsts, seconds = (part.split(_OR) for part in phrase.split(_APART, 1))
                for first in map(written, firsts):
                    self._pairs.setdefault(first, set()).update(map(written, seconds))
        self._parts = WordIndex((*self._pairs, *(second for each in self._pairs.values() for second in sorted(each))))
        self._past = WordIndex(emergency.past)
        self._now = WordIndex(_NOW)
        self._supposed = WordIndex(_SUPPOSED)
        self._by_chance = WordIndex(_BY_CHANCE)

    def read(self, text: str) -> EmergencyHit | None:
        """The first phrase that is neither denied, past or supposed, nor part of another word."""
        folded = fold(normalise(text))
        found = self._phrases.find(folded)
        found += self._apart(folded)
        if not found:
            return None
        found.sort(key=lambda match: (match[0], -match[1]))
        by_chance = self._by_chance.find(folded)
        alarming: dict[str, None] = {}
        for start, end, phrase in without_parts(found):
            if any(begin < end and start < stop for begin, stop, _ in by_chance):
                continue
            if phrase in _CRIES and len(folded) > _CRY_WITHIN:
                continue
            if self._is_denied(folded, start) or self._is_past(folded, start) or self._is_supposed(folded, start):
                continue
            if _AFTERWARDS.match(folded, end):
                continue
            alarming[self._as_in_book.get(phrase, phrase)] = None
        if not alarming:
            return None
        return EmergencyHit(phrase=next(iter(alarming)), words=tuple(alarming))

    def _apart(self, folded: str) -> list[tuple[int, int, str]]:
        """The phrases in two parts: both words in one clause, close together, the second not denied."""
        parts = self._parts.find(folded)
        found = []
        for place, (start, end, first) in enumerate(parts):
            wanted = self._pairs.get(first)
            if wanted is None:
                continue
            for begin, stop, second in parts[place + 1 :]:
                if begin > end + _GAP[HAN.search(second) is not None]:
                    continue
                if second not in wanted or begin < end or _CLAUSE_ENDS.search(folded, end, begin):
                    continue
                if not self._is_denied(folded, begin) and not self._is_supposed(folded, begin):
                    found.append((start, stop, f"{first}{_APART}{second}"))
                    break
        return found

    def _is_denied(self, folded: str, start: int) -> bool:
        """A denial stands right before the phrase; at most some filling words are between them."""
        before = folded[max(0, start - 40) : start]
        for negation in self._negations:
            is_chinese = HAN.search(negation) is not None
            at = before.rfind(negation)
            if at < 0:
                continue
            between = before[at + len(negation) :]
            if is_chinese and _BETWEEN_CHINESE.fullmatch(between):
                return not _ENDS_ANOTHER_WORD.fullmatch(before[max(0, at - 1) : at + 1])
            alone = at == 0 or not before[at - 1].isalnum()
            if not is_chinese and alone and _BETWEEN_LATIN.fullmatch(between):
                return True
        return False

    def _is_past(self, folded: str, start: int) -> bool:
        """A word of the past or a date stands before the phrase in its sentence, and no word of now after that."""
        sentence = folded[_begin(_SENTENCE_ENDS, folded, start) : start]
        past = self._past.find(sentence)
        date = max((match.end() for match in _DATE.finditer(sentence)), default=0)
        if not past and not date:
            return False
        until = max(past[-1][1] if past else 0, date)
        # "At once" ends where "once" does and is now.
        return not any(end >= until for _, end, _ in self._now.find(sentence))

    def _is_supposed(self, folded: str, start: int) -> bool:
        """The clause only thinks of what could happen."""
        clause = folded[_begin(_CLAUSE_ENDS, folded, start) : start]
        return any(
            len(clause) - end <= _SUPPOSED_WITHIN[HAN.search(word) is not None]
            for _, end, word in self._supposed.find(clause)
        )


def _begin(ends: re.Pattern[str], folded: str, start: int) -> int:
    """Where the sentence or clause around a place begins."""
    furthest = max(0, start - _LONGEST_SENTENCE)
    return max((end.end() for end in ends.finditer(folded, furthest, start)), default=furthest)
