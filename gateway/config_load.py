"""Fills `Settings` from config.yaml and the environment, or says everything that is wrong with them at once.

The environment wins over the file, the file over the defaults; an empty variable counts as not set. A secret
comes as ``${NAME}`` or from a file (its name with ``_file`` behind it). No problem ever shows one.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gateway.config import Section, Settings, is_secret
from gateway.config_checks import conflicts
from gateway.config_file import ConfigError, Place, dotted, parse
from routing_rules.yaml_lines import Problem

#: Every environment variable of ours begins so; two underscores lead into a section.
PREFIX = "GRIDGATE_"
#: Variables with our prefix that are no settings: the file to load, and what tests are told.
NOT_SETTINGS = ("GRIDGATE_CONFIG", "GRIDGATE_TEST_", "GRIDGATE_PRISM", "GRIDGATE_FAILPOINT")
#: A secret in a file is one short line; anything larger is the wrong file.
_MAX_SECRET_BYTES = 64 * 1024
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(slots=True)
class _Source:
    """The values that one place gives, and where each of them stands."""

    values: dict[str, Any] = field(default_factory=dict)
    #: Place of a value → (file, line, field) for the problem that may come of it.
    origins: dict[Place, tuple[str, int | None, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: Places with a problem; nothing that follows from it needs saying as well.
    wrong: set[Place] = field(default_factory=set)

    def complain(self, place: Place, sentence: str) -> None:
        """Note a problem with the value at `place`, or at the nearest place above it that is known."""
        self.wrong.add(place)
        found = next((self.origins[place[:n]] for n in range(len(place), -1, -1) if place[:n] in self.origins), None)
        file, line, name = found or ("config", None, "")
        name = name if file == "environment" else dotted(place)
        self.problems.append(Problem(file=file, line=line, field=name, sentence=sentence))


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises ConfigError with all problems found.

    `path` is the file; without it GRIDGATE_CONFIG names it, else ./config.yaml where there is one, else the
    defaults hold. Relative paths in the settings count from the file's folder.
    """
    settings, problems = examine(path, environ)
    if problems:
        raise ConfigError(problems)
    return settings


def examine(path: Path | None = None, environ: Mapping[str, str] | None = None) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings with defaults for whatever is wrong, and all problems. For checking; never run with these.

    Raises ConfigError when the file cannot be read at all.
    """
    environ = os.environ if environ is None else environ
    path = path or _usual_file(environ)
    base = (path.parent if path else Path()).absolute()
    source = _from_file(path, environ) if path else _Source()
    outer = _from_environment(environ)
    for one in (source, outer):
        _read_secret_files(one, Settings, one.values, (), base)
    merged = _Source(
        values=_merged(source.values, outer.values),
        origins={**source.origins, **outer.origins},
        problems=source.problems + outer.problems,
        wrong=source.wrong | outer.wrong,
    )
    settings = _validated(merged, base)
    return settings, tuple(sorted(merged.problems, key=lambda p: (p.file, p.line or 0)))


def _usual_file(environ: Mapping[str, str]) -> Path | None:
    if named := environ.get("GRIDGATE_CONFIG"):
        return Path(named)
    here = Path("config.yaml")
    return here if here.exists() else None


def _from_file(path: Path, environ: Mapping[str, str]) -> _Source:
    name = str(path)
    try:
        document = parse(path.read_bytes(), name)
    except OSError as error:
        sentence = f"cannot be read: {error.strerror}"
        raise ConfigError([Problem(file=name, line=None, field="", sentence=sentence)]) from None
    source = _Source(origins={place: (name, line, dotted(place)) for place, line in document.lines.items()})
    source.origins.setdefault((), (name, None, ""))
    source.values = _interpolated(document.values, (), environ, source)
    return source


def _interpolated(value: Any, place: Place, environ: Mapping[str, str], source: _Source) -> Any:
    """The same value with every ``${NAME}`` replaced by what the environment holds."""
    if isinstance(value, Mapping):
        return {key: _interpolated(item, (*place, key), environ, source) for key, item in value.items()}
    if isinstance(value, list):
        return [_interpolated(item, (*place, n), environ, source) for n, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    for name in _REFERENCE.findall(value):
        if not environ.get(name):
            source.complain(place, f"the environment variable {name} is not set or empty")
    return _REFERENCE.sub(lambda found: environ.get(found[1], ""), value)


def _from_environment(environ: Mapping[str, str]) -> _Source:
    source = _Source()
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name.startswith(NOT_SETTINGS) or not environ[name]:
            continue
        keys = [part.lower() for part in name.removeprefix(PREFIX).split("__")]
        source.origins[tuple(keys)] = ("environment", None, name)
        section = _section(source.values, keys[:-1])
        if section is None:
            source.complain(tuple(keys), "another variable already sets the whole of which this is a part")
            continue
        section[keys[-1]] = _from_variable(environ[name], tuple(keys), source)
    return source


def _section(values: dict[str, Any], keys: list[str]) -> dict[str, Any] | None:
    """The mapping that the keys lead to, made where it is missing; None where a plain value is in the way."""
    for key in keys:
        inner = values.setdefault(key, {})
        if not isinstance(inner, dict):
            return None
        values = inner
    return values


def _from_variable(text: str, place: Place, source: _Source) -> Any:
    """What a variable holds: a word, a list with commas, or a list or mapping in YAML's one-line form."""
    if text.startswith(("[", "{")):
        try:
            return parse(f"value: {text}".encode(), "environment").values["value"]
        except ConfigError as error:
            source.complain(place, f"is not a list or mapping: {error.problems[0].sentence}")
            return None
    if _is_list(place):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _is_list(place: Place) -> bool:
    """Whether the setting at this place holds a list."""
    model: type[Section] = Settings
    for part in place:
        known = model.model_fields.get(str(part))
        if known is None:
            return False
        if not (isinstance(known.annotation, type) and issubclass(known.annotation, Section)):
            return isinstance(known.default, tuple) or (isinstance(known.default, dict) and part != place[-1])
        model = known.annotation
    return False


def _read_secret_files(source: _Source, model: type[Section], values: dict[str, Any], place: Place, base: Path) -> None:
    """Replace every ``X_file`` beside a secret setting ``X`` by the content of that file."""
    for name, known in model.model_fields.items():
        inner, named = values.get(name), f"{name}_file"
        if isinstance(known.annotation, type) and issubclass(known.annotation, Section):
            if isinstance(inner, dict):
                _read_secret_files(source, known.annotation, inner, (*place, name), base)
            continue
        if not is_secret(known) or named in model.model_fields or named not in values:
            continue
        file = values.pop(named)
        here = (*place, named)
        if inner:
            source.complain(here, f"both {name} and {named} are given; keep one")
            continue
        values[name] = _secret_in(file, here, base, source)
        source.origins[(*place, name)] = source.origins[here]


def _secret_in(file: Any, place: Place, base: Path, source: _Source) -> str:
    if not isinstance(file, str) or not file:
        source.complain(place, "must be the path of a file")
        return ""
    try:
        content = (base / file).read_bytes()[: _MAX_SECRET_BYTES + 1]
        text = content.decode("utf-8").strip()
    except OSError as error:
        source.complain(place, f"{file} cannot be read: {error.strerror}")
        return ""
    except UnicodeDecodeError:
        source.complain(place, f"{file} is not UTF-8 text")
        return ""
    if not text or len(content) > _MAX_SECRET_BYTES or "\n" in text:
        source.complain(place, f"{file} must hold the secret on one line and nothing else")
        return ""
    return text


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`under` with what `over` says instead; sections are merged, everything else is replaced."""
    both = dict(under)
    for key, value in over.items():
        below = both.get(key)
        both[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return both


def _validated(source: _Source, base: Path) -> Settings:
    """The settings, with defaults for whatever is wrong, so that the checks between values can go on."""
    try:
        settings = Settings.model_validate(source.values, context={"base": base})
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            place = _known_place(tuple(detail["loc"]), source.values)
            source.complain(place, _sentence(detail["type"], detail["msg"], place))
        for place in source.wrong:
            _drop(source.values, place)
        settings = Settings.model_validate(source.values, context={"base": base})
    for place, sentence in conflicts(settings):
        if not any(place[: len(bad)] == bad or bad[: len(place)] == place for bad in source.wrong):
            source.complain(place, sentence)
    return settings


def _known_place(loc: Place, values: Any) -> Place:
    """The part of pydantic's location that leads through our values."""
    place: list[str | int] = []
    for part in loc:
        inside = isinstance(values, dict) and part in values
        if not inside and not (isinstance(values, list) and isinstance(part, int) and part < len(values)):
            break
        place.append(part)
        values = values[part]
    return tuple(place)


def _drop(values: Any, place: Place) -> None:
    """Take the value out; an item of a list takes its whole list with it."""
    for part, after in zip(place, (*place[1:], None), strict=True):
        if not isinstance(values, dict) or part not in values:
            return
        if after is None or not isinstance(values[part], dict):
            del values[part]
            return
        values = values[part]


def _sentence(kind: str, message: str, place: Place) -> str:
    if kind == "extra_forbidden":
        return "is no setting" + _guess(place)
    if kind == "string_type":
        return "must be a text; put it in quotes"
    if kind == "string_pattern_mismatch":
        return "is not written as it should be; see its explanation in config.yaml"
    message = message.removeprefix("Value error, ").replace("Input should be", "must be")
    return message[0].lower() + message[1:]


def _guess(place: Place) -> str:
    names = list(_names(Settings))
    close = difflib.get_close_matches(dotted(place), names, n=1) or difflib.get_close_matches(
        dotted(place), [name.rpartition(".")[2] for name in names], n=1
    )
    return f"; did you mean {close[0]}?" if close else ""


def _names(model: type[Section], prefix: str = "") -> Iterator[str]:
    for name, known in model.model_fields.items():
        yield prefix + name
        if isinstance(known.annotation, type) and issubclass(known.annotation, Section):
            yield from _names(known.annotation, f"{prefix}{name}.")
