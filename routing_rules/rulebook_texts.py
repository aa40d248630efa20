"""Reads the texts of one language and holds them against the table of templates; it raises nothing."""

from __future__ import annotations

from collections.abc import Mapping

from routing_rules.plain_text import placeholders_in
from routing_rules.templates import BRIEF, OPTION_PLACEHOLDERS, PHRASES, TEMPLATES, Audience
from routing_rules.yaml_lines import Entry

#: Longer than any segment can be.
_TEXT_LIMIT = 400

#: Phrases that list words, and how many.
_LISTS = {"month_names": 12, "small_numbers": 9}


def read_texts(root: Entry) -> Mapping[str, str]:
    """Templates and phrases by name. Each of the table must be there and say nothing it is not given."""
    root.only("resident", "staff", "chat", "brief", "phrases")
    texts: dict[str, str] = {}
    for audience in Audience:
        names = [name for name, template in TEMPLATES.items() if template.audience is audience]
        for name, entry in _complete(root.get(audience), names):
            texts[name] = entry.text(limit=_TEXT_LIMIT)
            _check_template(name, texts[name], entry)
    for name, entry in root.get("brief").only(*TEMPLATES).keys.items():
        if name in TEMPLATES:
            texts[BRIEF + name] = entry.text(limit=_TEXT_LIMIT)
            _check_template(name, texts[BRIEF + name], entry)
    for name, entry in _complete(root.get("phrases"), list(PHRASES)):
        texts[name] = entry.verbatim()
        _check_placeholders(texts[name], frozenset(PHRASES[name]), entry)
        if name in _LISTS and len(texts[name].split()) != _LISTS[name]:
            entry.problem(f"must be {_LISTS[name]} words with a space between them")
    return texts


def _complete(section: Entry, names: list[str]) -> list[tuple[str, Entry]]:
    section.only(*names)
    for name in names:
        if name not in section.keys:
            section.get(name).problem("is missing")
    return [(name, section.keys[name]) for name in names if name in section.keys]


def _check_template(name: str, text: str, entry: Entry) -> None:
    template = TEMPLATES[name]
    allowed = {*template.placeholders}
    if "options" in allowed:
        allowed |= OPTION_PLACEHOLDERS
    if template.audience is Audience.RESIDENT:
        allowed.add("sender")
    used = _check_placeholders(text, frozenset(allowed), entry)
    if template.audience is Audience.RESIDENT and "sender" not in used:
        entry.problem("must say {sender}: a resident must see who writes")
    if "code" in template.placeholders and "code" not in used:
        entry.problem("must say {code}: nobody could answer without it")


def _check_placeholders(text: str, allowed: frozenset[str], entry: Entry) -> frozenset[str]:
    try:
        used = frozenset(placeholders_in(text))
    except ValueError as error:
        entry.problem(str(error))
        return allowed
    for name in sorted(used - allowed):
        known = ", ".join(sorted(allowed)) or "none"
        entry.problem(f"{{{name}}} is not known here; known are {known}")
    return used
