"""The table of all texts that the gateway sends: what each may say, and what of it may be shortened.

It holds no words: they stand in the texts of the rulebook, one file a language. A placeholder that is not in this
table cannot be used there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """Who reads a text. A resident's text begins with the sender's name."""

    RESIDENT = "resident"
    STAFF = "staff"
    #: Whoever is reached in a chat, where a text may be as long as it likes.
    CHAT = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What one text is made of."""

    audience: Audience
    #: All values it is given; a book's text may leave some out, but never a code.
    placeholders: tuple[str, ...]
    #: Those that may be shortened so that the text fits one segment, in the order in which they give way.
    shrinks: tuple[str, ...]


def _template(audience: Audience, placeholders: str) -> Template:
    names = placeholders.split()
    return Template(
        audience=audience,
        placeholders=tuple(name.rstrip("*") for name in names),
        shrinks=tuple(name.rstrip("*") for name in names if name.endswith("*")),
    )


def _resident(placeholders: str = "") -> Template:
    return _template(Audience.RESIDENT, placeholders)


def _staff(placeholders: str = "") -> Template:
    return _template(Audience.STAFF, placeholders)


def _chat(placeholders: str = "") -> Template:
    return _template(Audience.CHAT, placeholders)


#: Name of a text to what it is made of; a star marks what may be shortened.
TEMPLATES: Mapping[str, Template] = {
    # what becomes of a resident's text
    "received": _resident("number gist* office"),
    "received_at_department": _resident("number gist* department"),
    "dispatched": _resident("number department due query_number"),
    "joined": _resident("short reporters number"),
    "suggested": _resident("gist* reporters number"),
    "supplemented": _resident("number office"),
    "urged": _resident("number count office"),
    "withdrawn": _resident("number"),
    "rejected": _resident("number reason*"),
    "closed_case": _resident("number date"),
    "suspended": _resident("number until"),
    "question": _resident("number question*"),
    "question_expired": _resident("number"),
    "desk": _resident("number"),
    # results
    "result": _resident("number result*"),
    "rated": _resident("number"),
    "reopened": _resident("number department"),
    # what we ask
    "ask_place": _resident(),
    "ask_ambiguous": _resident("name* options*"),
    "ask_which_case": _resident("count options*"),
    "answer_out_of_range": _resident("top"),
    "unclear": _resident(),
    # where it stands
    "status": _resident("number state detail* urges"),
    "status_list": _resident("count items*"),
    "no_case": _resident("number"),
    "no_cases": _resident(),
    # safety, consent, language
    "emergency": _resident(),
    "opted_out": _resident(),
    "opted_in": _resident(),
    "language_set": _resident(),
    # tasks
    "office_task": _staff("number gist* code minutes next"),
    "office_task_long": _staff("number gist* code due next"),
    "office_task_last": _staff("number gist* code minutes department"),
    "office_task_last_long": _staff("number gist* code due department"),
    "office_decides": _staff("number gist* code due"),
    "office_informed": _staff("number gist* department"),
    "department_assists": _staff("number gist* department"),
    "department_task": _staff("number gist* reporters code due"),
    "department_task_one": _staff("number gist* code due"),
    "desk_task": _staff("number gist* code"),
    "desk_task_guesses": _staff("number gist* guesses* code"),
    "desk_called": _staff("number gist* code"),
    "returned": _staff("number short department reason* code"),
    "binding_task": _staff("number short department reason* code"),
    "check_task": _staff("number short department result* code"),
    "check_failed": _staff("number reason* code due"),
    "reopened_task": _staff("number short reason* code due"),
    "approve_extension": _staff("number short department hours reason* code"),
    "approve_suspension": _staff("number short department reason* code"),
    "confirm_address": _staff("code"),
    # tasks of gridmen, and orders of supervisors
    "grid_task": _staff("number gist* code due next"),
    "verify_task": _staff("number gist* code due"),
    "supervision_order": _staff("number short office due"),
    # receipts for staff
    "accepted_receipt": _staff("number due"),
    "done_receipt": _staff("number time"),
    "done_closed_receipt": _staff("number time"),
    "returned_receipt": _staff("number"),
    "passed_up_receipt": _staff("number next"),
    "asked_receipt": _staff("number"),
    "corrected_receipt": _staff("number gist*"),
    "assigned_receipt": _staff("number department"),
    "rejected_receipt": _staff("number"),
    "checked_receipt": _staff("number outcome"),
    "verified_receipt": _staff("number outcome"),
    "verify_doubt": _staff("number short outcome reason*"),
    "approved_receipt": _staff("number outcome"),
    "extension_asked_receipt": _staff("number"),
    "suspension_asked_receipt": _staff("number"),
    "extension_granted": _staff("number due"),
    "extension_refused": _staff("number reason*"),
    "suspension_granted": _staff("number until"),
    "suspension_refused": _staff("number reason*"),
    "resumed": _staff("number due"),
    "address_confirmed": _staff(),
    # what staff are told
    "reminder": _staff("number left code"),
    "reminder_office": _staff("number left code"),
    "overdue": _staff("number office department"),
    "overdue_task": _staff("gist* number department code"),
    "overdue_notice": _staff("number short department"),
    "reopened_notice": _staff("number short department reason*"),
    "binding": _staff("number"),
    "supplement": _staff("number text*"),
    "urge": _staff("number count short"),
    "reassigned": _staff("number"),
    "cancelled_task": _staff("number"),
    "more": _staff("number part parts text*"),
    "emergency_alarm": _staff("gist* number"),
    "lock_alarm": _staff("name*"),
    "opt_out_alarm": _staff("department"),
    "unreachable_alarm": _staff("office"),
    # when a command of staff cannot be done
    "choose_task": _staff("count tasks*"),
    "task_list": _staff("count tasks*"),
    "no_tasks": _staff(),
    "wrong_code": _staff("code tasks*"),
    "wrong_code_none": _staff("code"),
    "wrong_code_listed": _staff("code"),
    "locked": _staff("minutes"),
    "result_too_short": _staff("code"),
    "reason_missing": _staff("code verb"),
    "hours_missing": _staff("code"),
    "verb_not_possible": _staff("code verb"),
    "already_used": _staff("number time"),
    "no_more_returns": _staff("number"),
    "no_more_extensions": _staff("number"),
    "handler_may_not_check": _staff("number"),
    "unknown_department": _staff("code options*"),
    "unknown_correction": _staff("code"),
    # chats only; what ends in _chat is the text of that name, with buttons in place of codes
    "grid_task_chat": _chat("number gist due next"),
    "verify_task_chat": _chat("number gist due"),
    "check_task_chat": _chat("number short department result"),
    "report_proposal": _chat("photos pins gist"),
    "report_place_missing": _chat("photos pins gist"),
    "report_proposal_words": _chat("gist"),
    "report_place_missing_words": _chat("gist"),
    "report_category": _chat(),
    "report_place": _chat(),
    "report_filed": _chat("number gist office"),
    "report_joined": _chat("number short reporters"),
    "words_wanted": _chat("number what"),
    "evidence_wanted": _chat("number"),
    "too_late": _chat("number who"),
    "bound": _chat("name offices"),
    "not_bound": _chat(),
    "invite_dead": _chat(),
    "help_gridman": _chat(),
    "help_supervisor": _chat(),
    "help_resident": _chat(),
    "mine": _chat("items due"),
    "due_list": _chat("count items"),
    "duty_on": _chat(),
    "duty_off": _chat(),
    "duty_how": _chat(),
    "position_off_duty": _chat(),
    "where": _chat("grids duty"),
    "diary_written": _chat("grid score"),
    "diary_list": _chat("count items"),
    "diary_how": _chat(),
    "figures": _chat("office new open due late closed"),
    "digest": _chat("office new open due late closed"),
    "late": _chat("count items"),
    "nothing_late": _chat(),
    "supervision_receipt": _chat("number due"),
}

#: What the renderer makes of ``options``: ``choices`` "1或2" and ``numbers`` "1、2" of those that are shown,
#: ``how_many`` "两" of all. Texts to residents also have ``sender``, the name in brackets.
OPTION_PLACEHOLDERS = frozenset({"choices", "numbers", "how_many"})

#: A book's shorter version of a text, for when the text itself does not fit, stands under its name with this before it.
BRIEF = "brief."

#: An int in one of these placeholders becomes this phrase; 0 becomes nothing.
COUNTED: Mapping[str, str] = {"urges": "urged_times"}

#: Short pieces that texts are put together from: name to its placeholders.
PHRASES: Mapping[str, tuple[str, ...]] = {
    # times
    "today": ("time",),
    "tomorrow": ("time",),
    "other_day": ("month", "month_name", "day", "time"),
    "date": ("month", "month_name", "day"),
    "month_names": (),
    "minutes": ("count",),
    "hours": ("count",),
    "hours_minutes": ("hours", "minutes"),
    "days": ("count",),
    # lists
    "list_separator": (),
    "list_more": ("count",),
    "number_separator": (),
    "last_number_separator": (),
    "small_numbers": (),
    # the matter
    "gist": ("place", "matter"),
    "assumed_place": ("place",),
    # what a matter may be, when nobody knows
    "guess": ("name", "percent"),
    "guesses": ("first", "second"),
    "unknown_matter": (),
    "urged_times": ("count",),
    # levels, as in "passed up to the street"
    "level_grid": (),
    "level_community": (),
    "level_street": (),
    "level_district": (),
    # states of a case
    "state_received": (),
    "state_clarifying": (),
    "state_verifying": (),
    "state_filed": (),
    "state_dispatched": (),
    "state_handling": (),
    "state_returned": (),
    "state_suspended": (),
    "state_reported": (),
    "state_closed": (),
    "state_rejected": (),
    "state_merged": (),
    # the detail of a status text
    "detail_accepted": ("department", "time", "due"),
    "detail_offered": ("department", "due"),
    "detail_office": ("office",),
    "detail_office_due": ("office", "due"),
    "detail_desk": ("office",),
    "detail_reported": ("department",),
    "detail_suspended": ("department", "until"),
    "detail_closed": ("date",),
    "detail_rejected": ("reason",),
    "detail_merged": ("number",),
    "detail_asked": (),
    # what was decided
    "outcome_passed": (),
    "outcome_failed": (),
    "outcome_approved": (),
    "outcome_refused": (),
    # one line of a list
    "item_case": ("number", "short", "state"),
    "option_case": ("index", "short", "number"),
    "option_place": ("index", "place"),
    "item_task": ("code", "short"),
    # counts of tasks
    "task_decide": ("count",),
    "task_handle": ("count",),
    "task_check": ("count",),
    "task_verify": ("count",),
    "task_extend": ("count",),
    "task_suspend": ("count",),
    "task_assign": ("count",),
    "task_own": ("count",),
    # buttons
    "button_accept": (),
    "button_done": (),
    "button_handle": (),
    "button_return": (),
    "button_pass_up": (),
    "button_check_pass": (),
    "button_check_fail": (),
    "button_approve": (),
    "button_refuse": (),
    "button_true": (),
    "button_not_true": (),
    "button_not_found": (),
    "button_file": (),
    "button_change_category": (),
    "button_change_place": (),
    "button_join": ("number", "metres"),
    "button_join_same": ("number",),
    "button_supervise": ("number",),
    # what a press is answered with in passing
    "notice_done": (),
    "notice_dead": (),
    "notice_over": (),
    "notice_words": (),
    "notice_see_text": (),
    "notice_decided": ("name", "time"),
    # what a button wants to be told
    "words_result": (),
    "words_reason": (),
    "words_hours": (),
    "words_question": (),
    # to the reporter, when a gridman cannot find the place
    "where_exactly": (),
    # a gridman's duty and position
    "where_on_duty": ("time",),
    "where_off_duty": (),
    "where_seen": ("time",),
    "where_unseen": (),
}
