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
    "拨打人", "打人工", "打人民", "打人才", "接触电", "跳楼价", "跳楼甩卖", "信息爆炸", "爆炸性", "爆炸式",
    "灭火器", "大火锅", "大火车", "大火腿", "大火电", "救命稻草", "救命钱", "救命药", "救命恩", "保持刀",
    "消防演练", "消防演习", "fire drill", "on fire sale", "gas bill",
)  # fmt: skip

#: After a word of the past they speak of now again: "去年报过电线老化,今天着火了".
_NOW = (
    "现在", "正在", "今天", "今早", "今晚", "刚才", "刚刚", "此刻", "目前", "眼下", "马上", "又", "再次",
    "还在", "now", "right now", "again", "today", "tonight", "just", "currently", "this morning", "at once",
    "is", "are",
)  # fmt: skip

#: What may stand between a denial and its phrase: "没有闻到煤气味", "no longer on fire".
_BETWEEN_CHINESE = re.compile("(?:什么|任何|闻到|闻见|发现|看到|看见|发生|出现|再|明显|人|人员)*$")
_BETWEEN_LATIN = re.compile(r"(?: (?:a|an|any|the|actually|really|longer|more|one|smell of|sign of|signs of))* $")

#: A denial that ends another word: "有没有煤气味" asks, "特别" and "淹没" deny nothing.
_ENDS_ANOTHER_WORD = re.compile("有没|[特分个级区性类]别|[淹埋沉]没")

_SENTENCE_ENDS = re.compile(r"[。!?;…\n]|\.(?=\s|$)")


#: Nothing further before a phrase, in characters, is taken for its sentence.
_LONGEST_SENTENCE = 200


class EmergencyReader:
    """The emergency phrases of one rulebook, compiled."""

    def __init__(self, emergency: Emergency) -> None:
        self._as_in_book = {written(phrase): phrase for phrase in reversed(emergency.phrases)}
        self._negations = tuple(sorted(map(written, emergency.negations), key=len, reverse=True))
        self._phrases = WordIndex(emergency.phrases)
        self._past = WordIndex(emergency.past)
        self._now = WordIndex(_NOW)
        self._by_chance = WordIndex(_BY_CHANCE)

    def read(self, text: str) -> EmergencyHit | None:
        """The first phrase that is neither denied, nor past, nor part of another word."""
        folded = fold(normalise(text))
        found = self._phrases.find(folded)
        if not found:
            return None
        by_chance = self._by_chance.find(folded)
        alarming: dict[str, None] = {}
        for start, end, phrase in without_parts(found):
            if any(begin < end and start < stop for begin, stop, _ in by_chance):
                continue
            if self._is_denied(folded, start) or self._is_past(folded, start):
                continue
            alarming[self._as_in_book[phrase]] = None
        if not alarming:
            return None
        return EmergencyHit(phrase=next(iter(alarming)), words=tuple(alarming))

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
        """A word of the past stands before the phrase in its sentence, and no word of now after that."""
        furthest = max(0, start - _LONGEST_SENTENCE)
        begins = max((end.end() for end in _SENTENCE_ENDS.finditer(folded, furthest, start)), default=furthest)
        sentence = folded[begins:start]
        past = self._past.find(sentence)
        if not past:
            return False
        until = past[-1][1]
        # "At once" ends where "once" does and is now.
        return not any(end >= until for _, end, _ in self._now.find(sentence))
