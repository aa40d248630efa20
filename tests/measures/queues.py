"""Which queue a request of Boston went to, recomputed from a rulebook that was learned from earlier requests.

The rulebook is a real one: written as YAML, loaded, and asked through the same plan that files cases. A category's own
department is the queue that most of its earlier requests went to; rules say otherwise for a district of public works,
for words of the title there, and for a precinct, wherever enough earlier requests speak for it.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from routing_rules.city import City
from routing_rules.ladder import plan
from tests.measures.boston import (
    CITY,
    Codes,
    Request,
    area_of,
    book_of,
    district_code,
    precinct_code,
    read,
    registry_of,
)

FLOOR, STRETCH = 0.86, 0.89
#: So many requests a wider rule is worth when a narrower one has few of its own. Of 1, 3 and 10 the best on the last
#: quarter of the first half, learned from the three quarters before.
_PRIOR = 3

_Key = tuple[str, ...]


def measure(files: Sequence[Path]) -> tuple[dict[str, Any], int]:
    """The share of the later half whose queue comes out, and whether it is enough (0)."""
    earlier, later = read(files)
    began = time.monotonic()
    city, queues = learned(earlier)
    loaded = time.monotonic()
    right = 0
    wrong: Counter[tuple[str, str, str]] = Counter()
    by_category = Counter[str]()
    for request in later:
        ladder = plan(
            city, queues.known(request.type), area_of(city, request), words=request.title, at=request.opened_at
        )
        if ladder.department is not None and ladder.department == queues.known(f"queue {request.queue}"):
            right += 1
        else:
            wrong[request.type, ladder.department or "none", request.queue] += 1
            by_category[request.type] += 1
    asked = time.monotonic()
    share = right / len(later)
    figures = {
        "measure": "queues",
        "earlier": len(earlier),
        "later": len(later),
        "right": round(share, 4),
        "floor": FLOOR,
        "stretch": STRETCH,
        "categories": len(city.book.categories),
        "queues": len(city.book.departments),
        "rules": len(city.book.rules),
        "seconds_to_learn_and_load": round(loaded - began, 1),
        "microseconds_a_request": round((asked - loaded) / len(later) * 1e6),
        "wrong_by_category": dict(by_category.most_common(8)),
        "wrong": [[*what, count] for what, count in wrong.most_common(8)],
    }
    return figures, 0 if share >= FLOOR else 1


def learned(requests: Sequence[Request]) -> tuple[City, Codes]:
    """The city as earlier requests show it, and the codes of its categories and queues."""
    codes = Codes()
    counts = _counted(requests)
    departments = {
        codes.of(f"queue {queue}"): {"names": {"en": queue[:40]}}
        for queue in sorted({request.queue for request in requests})
    }
    categories: dict[str, Any] = {}
    rules: list[dict[str, Any]] = []
    for kind in sorted({request.type for request in requests}):
        own = _best(counts, (kind, ""))
        everywhere = _best(counts, (kind,))
        code = codes.of(kind)
        categories[code] = {
            "names": {"en": kind[:40]},
            "short": {"en": kind[:24]},
            "department": codes.of(f"queue {own}"),
        }
        rules += _rules(kind, code, counts, codes)
        if everywhere != own:
            # What no place is known of goes the category's own way.
            rules.append({"categories": [code], "areas": [CITY], "department": codes.of(f"queue {everywhere}")})
    for number, rule in enumerate(rules):
        rule["code"] = f"r{number}"
    book = book_of(departments, categories, rules)
    return City.build(book, registry_of((request.district, request.precinct) for request in requests)), codes


def _counted(requests: Sequence[Request]) -> Mapping[_Key, Counter[str]]:
    counts: defaultdict[_Key, Counter[str]] = defaultdict(Counter)
    for request in requests:
        whole = (request.type, request.district, request.title, request.precinct)
        for length in range(1, len(whole) + 1):
            counts[whole[:length]][request.queue] += 1
    return counts


def _rules(kind: str, code: str, counts: Mapping[_Key, Counter[str]], codes: Codes) -> Iterator[dict[str, Any]]:
    """Rules of one category where a narrower key goes elsewhere than the wider one, the narrowest first.

    Of two titles the longer stands first, since it may hold the other.
    """
    keys = [key for key in counts if key[0] == kind and len(key) > 1 and key[1]]
    for key in sorted(keys, key=lambda key: (-len(key), -len(key[2]) if len(key) > 2 else 0, key)):
        if len(key) == 4 and not key[3]:
            continue
        queue = _best(counts, key)
        if queue == _best(counts, key[:-1]):
            continue
        rule: dict[str, Any] = {"categories": [code], "areas": [district_code(key[1])]}
        if len(key) > 2:
            rule["words"] = [key[2][:60]]
        if len(key) > 3:
            rule["areas"] = [precinct_code(key[1], key[3])]
        yield {**rule, "department": codes.of(f"queue {queue}")}


def _best(counts: Mapping[_Key, Counter[str]], key: _Key) -> str:
    shares = _shares(counts, key)
    return max(sorted(shares), key=lambda queue: shares[queue])


def _shares(counts: Mapping[_Key, Counter[str]], key: _Key) -> dict[str, float]:
    """Queue to its share, a key with few requests leaning on the wider one."""
    own = counts.get(key, Counter())
    total = sum(own.values())
    if len(key) == 1:
        return {queue: count / total for queue, count in own.items()}
    wider = _shares(counts, key[:-1])
    return {queue: (own[queue] + _PRIOR * share) / (total + _PRIOR) for queue, share in wider.items()}
