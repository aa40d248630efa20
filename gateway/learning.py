"""Trains the model that votes where the words of the rulebook are silent: rows of text and label in, a model out.

One linear support vector machine per label over pieces of the texts, by coordinate descent in the dual (Hsieh et al.
2008). The same rows always give the same model. It reads no file and no database; how good the model is it measures on
texts that were held back, near-duplicates together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from routing_rules.classification import Classifier
from routing_rules.learned import BITS, Counted, Floats, Integers, Learned, count_with, pieces
from routing_rules.normalise import fold, normalise
from routing_rules.rulebook import RuleBook
from routing_rules.voting import HEAD, SURE, Voting, chances_of

# Measured on 2,592 labelled complaints and 939 subject lines, five grouped folds, macro-F1 of the model alone on
# subjects / first 70 characters / whole texts: characters 1 to 4 .833/.846/.878 (scikit-learn's LinearSVC on the same
# folds .836/.851/.880), 1 to 2 with signs as gaps .845/.865/.892, and with pieces weighed by how unevenly labels share
# them .853/.873/.896; other folds move the first figure by two points. ComplementNB reaches .81/.81/.79 at best.

#: Labels with fewer rows are left out, and fewer labels or rows are no ground to vote on.
LEAST_OF_A_LABEL = 5
LEAST_LABELS = 2
#: A piece that stands in fewer texts tells nothing, where there are texts enough.
_SELDOM = 2
_FEW_ROWS = 200
#: Pieces that are kept, the most frequent ones: with ten labels a file of about a megabyte.
_MOST_PIECES = 1 << 16
#: How dearly a row on the wrong side of its margin is paid for, and how often every row is looked at.
_COST = 1.0
_ROUNDS = 12
#: Parts that are held back in turn when the model is measured.
FOLDS = 5
#: Texts count as near-duplicates from this cosine of their pieces on.
_NEAR = 0.7
#: A subject line of fewer characters is no beginning of anything in particular.
_SHORTEST_BEGINNING = 6
_SKETCH, _BAND = 24, 2
#: How sharp chances are without enough texts to learn it from, and how many texts are enough.
_SHARPNESS, _ENOUGH_ASKED = 2.0, 50


class TooLittle(Exception):
    """There is not enough to learn from; the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class Row:
    """A text whose label is known."""

    text: str
    #: Code of a category, or name of a field.
    label: str


@dataclass(frozen=True, slots=True)
class _Text:
    """One view of a row: the whole text or its head."""

    row: int
    whole: bool
    numbers: Integers
    times: Integers


def learn(
    rows: Sequence[Row], book: RuleBook, *, note: Callable[[str], None] = lambda said: None
) -> tuple[Learned, Mapping[str, int]]:
    """The model, and how many rows of each label were left out as too few.

    Raises TooLittle, and LearnedError for labels that the book does not have.
    """
    rows, left_out = _enough(rows)
    labels = tuple(sorted({row.label for row in rows}))
    truth = np.array([labels.index(row.label) for row in rows])
    texts = _views(rows)
    groups = groups_of([row.text for row in rows])
    model = _train(texts, truth, labels, groups)
    voting = Voting(model, book, Classifier(book))
    note(f"{len(rows)} rows, {len(labels)} labels; measuring on {FOLDS} parts held back in turn")
    folds = folds_of(groups)
    margins = np.zeros((len(rows), len(labels)), dtype=np.float32)
    for held_back in range(FOLDS):
        if not (folds == held_back).any() or (folds == held_back).all():
            continue
        part = _train([text for text in texts if folds[text.row] != held_back], truth, labels, groups)
        for row in np.nonzero(folds == held_back)[0]:
            margins[row] = part.margins(part.count(rows[row].text))
    with_words = margins + np.array([voting.words_of(row.text) for row in rows])
    asked = np.array([voting.asks(row.text) for row in rows])
    sharpness = _sharpness(with_words[asked], truth[asked])
    sure, right = _when_sure(chances_of(with_words[asked], sharpness), truth[asked])
    made = {
        "rows": len(rows),
        "rows_of_label": dict(sorted(Counter(row.label for row in rows).items())),
        "rulebook": book.version,
        "macro_f1": round(macro_f1(truth, margins.argmax(axis=1)), 4),
        "macro_f1_with_words": round(macro_f1(truth, with_words.argmax(axis=1)), 4),
        "asked": round(float(asked.mean()), 4),
        "sure": round(sure, 4),
        "right_when_sure": round(right, 4),
    }
    return replace(model, sharpness=sharpness, made=made), left_out


def train(rows: Sequence[Row], groups: Integers | None = None) -> Learned:
    """A model without measuring it; chances are as sharp as usual. Raises TooLittle.

    ``groups`` tells which rows are near-duplicates where that is known, see ``groups_of``.
    """
    kept, _ = _enough(rows)
    if groups is None or len(kept) != len(rows):
        groups = groups_of([row.text for row in kept])
    labels = tuple(sorted({row.label for row in kept}))
    return _train(_views(kept), np.array([labels.index(row.label) for row in kept]), labels, groups)


def _enough(rows: Sequence[Row]) -> tuple[list[Row], Mapping[str, int]]:
    rows = [row for row in rows if len(pieces(row.text))]
    of_label = Counter(row.label for row in rows)
    left_out = {label: count for label, count in sorted(of_label.items()) if count < LEAST_OF_A_LABEL}
    if len(of_label) - len(left_out) < LEAST_LABELS:
        raise TooLittle(
            f"too little to learn from: {len(rows)} rows; at least {LEAST_LABELS} labels must have "
            f"{LEAST_OF_A_LABEL} rows each"
        )
    return [row for row in rows if row.label not in left_out], left_out


def _views(rows: Sequence[Row]) -> list[_Text]:
    """Each row whole, and its head where it is longer than one SMS: most texts to be read will be short."""
    texts = []
    for at, row in enumerate(rows):
        text = normalise(row.text)
        texts.append(_Text(at, True, *np.unique(pieces(text), return_counts=True)))
        if len(text) > HEAD:
            texts.append(_Text(at, False, *np.unique(pieces(text[:HEAD]), return_counts=True)))
    return texts


# -- training -----------------------------------------------------------------------------------------------------


def _train(texts: Sequence[_Text], truth: Integers, labels: tuple[str, ...], groups: Integers) -> Learned:
    # What stands in two copies of one text is as seldom as what stands in one: each group counts once.
    together: dict[int, list[Integers]] = {}
    for text in texts:
        if text.whole:
            together.setdefault(int(groups[text.row]), []).append(text.numbers)
    whole = [np.unique(np.concatenate(each)) if len(each) > 1 else each[0] for each in together.values()]
    standing = np.bincount(np.concatenate(whole), minlength=1 << BITS)
    known = np.nonzero(standing >= (_SELDOM if len(whole) >= _FEW_ROWS else 1))[0]
    if len(known) > _MOST_PIECES:
        often = np.argsort(-standing[known], kind="stable")[:_MOST_PIECES]
        known = np.sort(known[often])
    places = np.full(1 << BITS, -1, dtype=np.int32)
    places[known] = np.arange(len(known), dtype=np.int32)
    weight = (np.log((1 + len(whole)) / (1 + standing[known])) + 1).astype(np.float32)
    of_row = truth[[text.row for text in texts]]
    counted = [count_with(places, weight, text.numbers, text.times) for text in texts]
    weight *= _unevenness(counted, of_row, len(known), len(labels))
    # As the file will hold it, so that a model that was written and read votes as the one before.
    weight = weight.astype(np.float16).astype(np.float32)
    counted = [count_with(places, weight, text.numbers, text.times) for text in texts]
    found = _separate(counted, of_row, len(known), len(labels))
    speaks, bias = found[:-1], found[-1]
    scale = (np.abs(speaks).max(axis=0, initial=1e-6) / 127).astype(np.float32)
    return Learned(
        labels=labels,
        known=known.astype(np.int64),
        weight=weight,
        speaks=np.rint(speaks / scale).astype(np.int8),
        scale=scale,
        bias=bias.astype(np.float32),
        sharpness=_SHARPNESS,
    )


def _unevenness(texts: Sequence[Counted], truth: Integers, count: int, labels: int) -> Floats:
    """How unequally the labels share each piece: 0 for one that stands everywhere alike, 1 for one that tells all."""
    said = np.full((count, labels), 0.5, dtype=np.float64)
    for text, label in zip(texts, truth, strict=True):
        said[text.at, label] += text.share
    rate = said / (np.bincount(truth, minlength=labels) + 1)
    part = rate / rate.sum(axis=1, keepdims=True)
    disorder = -(part * np.log(part)).sum(axis=1) / np.log(labels)
    return np.asarray(np.sqrt(np.clip(1 - disorder, 0, 1)), dtype=np.float32)


def _separate(texts: Sequence[Counted], truth: Integers, count: int, labels: int) -> Floats:
    """Weights of all pieces for all labels, and below them what each label has without any.

    Each label against the rest with squared hinge loss; the labels do not touch each other, so that a row is looked at
    for all of them at once.
    """
    order = np.random.default_rng(0)
    weights = np.zeros((count + 1, labels), dtype=np.float32)
    sides = np.full((len(texts), labels), -1, dtype=np.float32)
    sides[np.arange(len(texts)), truth] = 1
    dual = np.zeros((len(texts), labels), dtype=np.float32)
    slack = np.float32(0.5 / _COST)
    rows = [(np.append(text.at, count), np.append(text.share, np.float32(1))) for text in texts]
    for _ in range(_ROUNDS):
        for at in order.permutation(len(rows)):
            places, shares = rows[at]
            old = weights[places]
            slope = sides[at] * (shares @ old) - 1 + dual[at] * slack
            moved = np.maximum(dual[at] - slope / (shares @ shares + slack), 0)
            step = (moved - dual[at]) * sides[at]
            dual[at] = moved
            if step.any():
                weights[places] = old + np.outer(shares, step)
    return weights


# -- measuring ----------------------------------------------------------------------------------------------------


def groups_of(texts: Sequence[str], clusters: Sequence[str] | None = None) -> Integers:
    """The group of each text: near-duplicates, and a text and its beginning, share one.

    ``clusters`` names the near-duplicates where they are known; otherwise they are looked for.
    """
    leader = list(range(len(texts)))

    def find(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    for one, other in (*_beginnings(texts), *(_same(clusters) if clusters is not None else _near(texts))):
        leader[max(find(one), find(other))] = min(find(one), find(other))
    return np.array([find(at) for at in range(len(texts))], dtype=np.int64)


def folds_of(groups: Integers, folds: int = FOLDS) -> Integers:
    """The part that each text is held back with, a group as a whole; parts are about equally large."""
    members: dict[int, list[int]] = {}
    for at, group in enumerate(groups.tolist()):
        members.setdefault(group, []).append(at)
    every = list(members.values())
    shuffled = [every[at] for at in np.random.default_rng(0).permutation(len(every))]
    chosen = np.zeros(len(groups), dtype=np.int64)
    sizes = [0] * folds
    for group in sorted(shuffled, key=len, reverse=True):
        smallest = sizes.index(min(sizes))
        chosen[group] = smallest
        sizes[smallest] += len(group)
    return chosen


def _same(clusters: Sequence[str]) -> list[tuple[int, int]]:
    first: dict[str, int] = {}
    return [(first.setdefault(cluster, at), at) for at, cluster in enumerate(clusters)]


def _beginnings(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of texts of which one begins the other: sorted, a beginning stands right before what it begins."""
    plain = sorted((fold(normalise(text)).rstrip(" .。!?~…"), at) for at, text in enumerate(texts))
    pairs = []
    open_ones: list[tuple[str, int]] = []
    for text, at in plain:
        while open_ones and not text.startswith(open_ones[-1][0]):
            open_ones.pop()
        if open_ones:
            pairs.append((open_ones[-1][1], at))
        if len(text) >= _SHORTEST_BEGINNING:
            open_ones.append((text, at))
    return pairs


def _near(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of near-duplicates: those that share a part of their sketch are compared."""
    odd = np.random.default_rng(1).integers(1, 1 << 62, size=(_SKETCH, 1), dtype=np.int64).astype(
        np.uint64
    ) | np.uint64(1)
    sets = [np.unique(pieces(text)) for text in texts]
    first: dict[tuple[int, bytes], int] = {}
    pairs = []
    for at, numbers in enumerate(sets):
        if not len(numbers):
            continue
        sketch = (numbers.astype(np.uint64) * odd).min(axis=1)
        for band in range(0, _SKETCH, _BAND):
            other = first.setdefault((band, sketch[band : band + _BAND].tobytes()), at)
            if other != at and _cosine(sets[other], numbers) > _NEAR:
                pairs.append((other, at))
    return pairs


def _cosine(one: Integers, other: Integers) -> float:
    return len(np.intersect1d(one, other, assume_unique=True)) / float(np.sqrt(len(one) * len(other)))


def macro_f1(truth: NDArray[np.int64], said: NDArray[np.int64]) -> float:
    """The mean F1 of the labels that occur."""
    scores = []
    for label in np.unique(truth):
        right = int(((truth == label) & (said == label)).sum())
        scores.append(2 * right / int((truth == label).sum() + (said == label).sum()))
    return float(np.mean(scores))


def _sharpness(margins: Floats, truth: Integers) -> float:
    """What makes the chances of texts come true that were held back and that the model is asked about: the least
    surprise among some values. A few texts that happen to be easy prove nothing, then it is the usual one.
    """
    if len(truth) < _ENOUGH_ASKED:
        return _SHARPNESS
    tried = np.geomspace(0.5, 4, 31)
    rows = np.arange(len(truth))
    surprise = [float(-np.log(np.maximum(chances_of(margins, each)[rows, truth], 1e-9)).mean()) for each in tried]
    return round(float(tried[int(np.argmin(surprise))]), 4)


def _when_sure(chances: Floats, truth: Integers) -> tuple[float, float]:
    """The share of texts with a chance that decides, and how many of those are right."""
    if not len(truth):
        return 0.0, 0.0
    sure = chances.max(axis=1) >= SURE
    right = (chances.argmax(axis=1) == truth)[sure]
    return float(sure.mean()), float(right.mean()) if len(right) else 0.0
