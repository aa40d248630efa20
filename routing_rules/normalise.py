"""Brings texts from many phones into one written form, so that every later reader compares like with like.

It changes how a text is written, never what it says; the raw text is kept elsewhere.
"""

from __future__ import annotations

import re
import unicodedata

#: Zero-width, bidirectional and other control characters: invisible to the writer, fatal to a comparison.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")
#: As phones set it in "isn’t"; between Chinese characters it is a quotation mark.
_APOSTROPHE = re.compile("(?<=[A-Za-z])’(?=[A-Za-z])")
#: One Chinese character.
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f]{2,}")

#: Traditional characters as they occur in commands and their short answers, beside the simplified form.
#: Commands only: converting free texts would change names ("乾" and "干", "后" and "後").
_COMMAND_CHARACTERS = (
    "辦办 結结 報报 補补 轉转 詳详 問问 單单 準准 開开 閉闭 訂订 訊讯 號号 進进 處处 實实 屬属 認认 領领 "
    "簽签 應应 對对 錯错 類类 別别 點点 區区 環环 護护 離离 絕绝 還还 復复 說说 請请 話话 電电 語语 滿满 "
    "確确 歸归 併并 並并 現现 場场 檢检 驗验 過过 變变 動动 種种 間间 時时 後后 從从 來来 務务 員员 師师 "
    "導导 經经 關关 聯联 絡络 係系 繫系 線线 網网 銷销 撥拨 調调 遲迟 長长 願愿 謝谢 嗎吗 沒没 無无 為为 "
    "與与 舊旧 爭争 議议 證证 據据 個个 們们 這这 裡里 裏里 誰谁 當当 給给 讓让 許许 該该 誤误 級级 終终 "
    "續续 擱搁 掛挂 產产 權权 責责 門门 臺台 體体 圖图 戶户 換换 選选 擇择 達达 記记 錄录 備备 註注 標标 "
    "寫写 廢废 棄弃 錢钱 費费 買买 賣卖 車车 詢询 鎖锁 幫帮 閱阅 滅灭 漢汉 書书"
)
_SIMPLIFIED = {ord(pair[0]): pair[1] for pair in _COMMAND_CHARACTERS.split()}


def normalise(text: str) -> str:
    """The text in NFKC without invisible characters, trimmed, each run of white space one blank.

    Full-width letters, digits and signs become half-width ones. Doing it twice changes nothing more. Of all
    digits only 0-9 count as digits afterwards: those of other scripts stay what they are, and no reader of
    ours takes them for a number.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    # Taking something out can bring together what composes.
    composed = unicodedata.normalize("NFKC", visible)
    return _SPACE.sub(" ", _APOSTROPHE.sub("'", composed)).strip()


def fold(text: str) -> str:
    """The text in lower case, character by character, so that positions in it are positions in the text."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := each.lower()) == 1 else each for each in text)


def simplify(text: str) -> str:
    """The traditional characters that commands are written with, as simplified ones; for commands only."""
    return text.translate(_SIMPLIFIED)


def language_of(text: str) -> str | None:
    """The language by script: "zh", "en", or None for neither (digits, signs, one letter, other scripts).

    One Chinese character counts like one Latin word, so that "WiFi坏了" is Chinese and an English sentence
    about 新河路 stays English.
    """
    han = len(HAN.findall(text))
    latin = len(_LATIN_WORD.findall(text))
    if han == 0 and latin == 0:
        return None
    return "zh" if han >= latin else "en"
