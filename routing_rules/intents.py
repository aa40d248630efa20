"""What one text could mean, read from its words alone.

Pure reading: no case, no contact and no clock is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from routing_rules.city import City
from routing_rules.classification import Classification, EmergencyHit
from routing_rules.commands import (
    Choice,
    CodedCommand,
    ResidentCommand,
    SlashCommand,
    choice,
    coded_command,
    leading_case_number,
    leading_code,
    opts_in,
    opts_out,
    resident_command,
    slash_command,
)
from routing_rules.location import Location, LocationKind
from routing_rules.messages import InboundMessage, Point
from routing_rules.normalise import fold, language_of, normalise
from routing_rules.voting import Vote

#: A text of fewer characters that names no matter and no place says nothing a person could act on.
SHORTEST_MATTER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Every reading of one text."""

    #: The text in normal form.
    text: str
    #: "zh" or "en" by its script, None where it has neither.
    language: str | None
    opts_out: bool
    opts_in: bool
    #: Six digits and a verb.
    coded: CodedCommand | None
    #: Six digits at the start, with or without a verb.
    code: str | None
    command: ResidentCommand | None
    #: A command of the chat bot.
    slash: SlashCommand | None
    #: The case number that the command or the start of the text names.
    case_number: int | None
    #: What follows the case number at the start of a text.
    after_number: str
    choice: Choice | None
    thanks: bool
    #: It complains about something going on without naming it ("还是没人来").
    follows_up: bool
    emergency: EmergencyHit | None
    matter: Classification
    location: Location
    #: What a trained model adds where the words leave open what it is about; None where they are clear.
    vote: Vote | None = None

    @property
    def category(self) -> str | None:
        """What the text is about, by its words or by the vote; None where a person must look."""
        return self.matter.category if self.vote is None else self.vote.category

    @property
    def says_nothing(self) -> bool:
        """Neither a matter nor a place nor a cry for help, and too short for a person to make something of it."""
        return (
            self.emergency is None
            and self.matter.category is None
            and self.location.kind is LocationKind.NONE
            and len(self.text) < SHORTEST_MATTER
        )


def read(city: City, message: InboundMessage) -> Intent:
    """Read a text in every way it could be meant."""
    if message.forwarded:
        return read_words(city, message.text, own=False)
    return read_words(city, message.text, pin=message.location, carrier_opt=message.carrier_opt)


def read_words(
    city: City, words: str, *, own: bool = True, pin: Point | None = None, carrier_opt: str | None = None
) -> Intent:
    """Read words in every way they could be meant: a text, or those that waited for the answer to a question.

    ``pin`` is the position that came with the text; ``carrier_opt`` what the carrier itself took it for. Words that
    are not the sender's ``own`` may name a matter and a place; they command, answer and press for nothing.
    """
    text = normalise(words)
    said = text if own else ""
    numbered = leading_case_number(said, city.book.number_prefix)
    command = resident_command(said, city.book.number_prefix)
    location = _location(city, pin, text)
    slash = slash_command(said)
    matter = city.classifier.classify(text, location.spans)
    return Intent(
        text=text,
        language=language_of(text),
        opts_out=carrier_opt == "STOP" or opts_out(said),
        opts_in=carrier_opt == "START" or opts_in(said),
        coded=coded_command(said),
        code=leading_code(said),
        command=command[0] if command else None,
        slash=slash,
        case_number=numbered[0] if numbered else (command[1] if command else _case_of(city, slash)),
        after_number=numbered[1] if numbered else "",
        choice=choice(said),
        thanks=_is_thanks(city, text),
        follows_up=_follows_up(city, said),
        emergency=city.classifier.emergency(text),
        matter=matter,
        location=location,
        vote=city.vote(text, matter, location.spans),
    )


def _case_of(city: City, slash: SlashCommand | None) -> int | None:
    """The case that a command of the bot names: "/case 1042", "/diary Z1042 …"."""
    if slash is None:
        return None
    if slash.name == "case" and slash.rest.isascii() and slash.rest.isdigit() and len(slash.rest) < 10:
        return int(slash.rest)
    numbered = leading_case_number(slash.rest, city.book.number_prefix)
    return numbered[0] if numbered else None


def _location(city: City, pin: Point | None, text: str) -> Location:
    """A place named in words counts before a pin; a pin tells which of several places of one name is meant."""
    location = city.gazetteer.locate(text)
    if pin is None or location.kind is LocationKind.EXACT:
        return location
    area = city.gazetteer.by_point(pin)
    if area is None:
        return location
    reason = f"the pin lies in {city.registry.name_of(area, city.book.staff_language)}"
    return replace(city.gazetteer.at_home(area), assumed=False, words=("pin",), reasons=(reason,))


#: Signs that may stand around thanks and mean nothing more.
_DECORATION = " .。!!~～,,、👍🙏😊❤️👌🌹😀😄"


def _is_thanks(city: City, text: str) -> bool:
    plain = fold(text).strip(_DECORATION)
    return not any(c.isalnum() for c in text) or plain in {fold(word) for word in city.book.thanks_words}


def _follows_up(city: City, text: str) -> bool:
    plain = fold(text)
    return any(fold(word) in plain for word in city.book.follow_up_words)
