"""A decision in the making: the one place where rules change a working set and owe texts.

What a draft changes is seen at once by everything decided later in the same turn; a draft that fails takes it all back.
It looks nothing up and writes nothing out; ``decision`` hands over what it gathered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing_rules.areas import Posting
from routing_rules.cases import Assignment
from routing_rules.changes import BUTTONS_LAST, Changes
from routing_rules.contacts import Contact
from routing_rules.decisions import Notification, Urgency
from routing_rules.messages import Address, ChatAct, ChatButton, ChatForm
from routing_rules.segments import count_segments
from routing_rules.wording import Value as TextValue
from routing_rules.wording import render

#: Rows of buttons under a text.
Rows = tuple[tuple[ChatButton, ...], ...]

#: A chat takes an answer to a press for some seconds only (Bot API: "query is too old").
PRESS_LASTS = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the operator decides about traffic, not the rulebook."""

    #: Our own numbers, from which no text is ever taken.
    own_addresses: frozenset[Address] = frozenset()
    blocked: frozenset[Address] = frozenset()
    #: Automatic replies to one contact within an hour.
    replies_per_hour: int = 5
    #: Recognises 10086, 106…, letters.
    is_service_sender: Callable[[Address], bool] = lambda address: False


@dataclass(slots=True)
class Draft(Changes):
    """Collects what one item changes, and the texts that it owes."""

    policy: Policy = Policy()

    def text_resident(
        self,
        contact: str,
        language: str | None,
        template: str,
        number: int | None = None,
        /,
        *,
        urgency: Urgency = Urgency.ROUTINE,
        once: str | None = None,
        **values: TextValue,
    ) -> None:
        """A text to a resident that answers nothing in particular."""
        body = render(self.city.book, language or self.city.book.languages[0], template, **values)
        self._owe(contact, template, body, number, urgency=urgency, once=once)

    def reply(
        self,
        contact: Contact,
        address: Address,
        template: str,
        number: int | None = None,
        /,
        *,
        automatic: bool = True,
        despite_opt_out: bool = False,
        urgency: Urgency = Urgency.CONVERSATION,
        buttons: Rows = (),
        in_chat: str = "",
        once: str | None = None,
        **values: TextValue,
    ) -> None:
        """An answer to the text that is being decided, at the address it came from.

        In a chat it has ``buttons``, and longer words where ``in_chat`` gives them. With ``once`` the person is sent
        the template a single time under that word, whatever is decided later.

        An automatic answer beyond the hourly budget is left out: two machines must not talk for ever.
        """
        if automatic and not self._within_budget(contact):
            return
        body = render(self.city.book, self.language_of(contact), template, **values)
        self._owe(
            contact.id,
            template,
            body,
            number,
            urgency=urgency,
            address=address,
            automatic=automatic,
            despite_opt_out=despite_opt_out,
            once=once,
            chat=ChatForm(body=in_chat or body, buttons=buttons) if buttons or in_chat else None,
        )

    def text_person(self, contact: str, template: str, number: int, *, body: str, chat: ChatForm | None = None) -> None:
        """A text of ready words to a person, in answer to nothing that just came."""
        self._owe(contact, template, body, number, urgency=Urgency.CONVERSATION, chat=chat)

    def reply_with_body(self, contact: Contact, address: Address, template: str, number: int, body: str) -> None:
        """An answer whose words are put together already (the parts of a long text)."""
        self._owe(contact.id, template, body, number, urgency=Urgency.CONVERSATION, address=address)

    def _within_budget(self, contact: Contact) -> bool:
        traffic = self.known.traffic_of(contact.id, self.now)
        if traffic.automatic_replies >= self.policy.replies_per_hour:
            return False
        traffic.automatic_replies += 1
        return True

    def text_staff(
        self,
        posting: Posting,
        template: str,
        number: int | None = None,
        /,
        *,
        assignment: Assignment | None = None,
        urgency: Urgency = Urgency.TASK,
        not_before: datetime | None = None,
        once: str | None = None,
        chat: ChatForm | None = None,
        **values: TextValue,
    ) -> None:
        """A text to somebody posted at an office or department; one that hands out a task ends with it."""
        self._owe(
            posting.contact,
            template,
            render(self.city.book, posting.language, template, **values),
            number,
            urgency=urgency,
            assignment=assignment.seq if assignment else None,
            not_before=not_before,
            once=once,
            chat=chat,
        )

    def act_in_chat(self, contact: str, address: Address, act: ChatAct, target: str, words: str = "") -> None:
        """Something in a chat that is no text: answer a press, take buttons away."""
        template = act.value
        lasts = PRESS_LASTS if act is ChatAct.ANSWER_PRESS else BUTTONS_LAST
        self._owe(
            contact,
            template,
            f"{target} {words}".strip(),
            None,
            urgency=Urgency.CONVERSATION,
            address=address,
            despite_opt_out=True,
            expires_at=self.now + lasts,
            chat=ChatForm(body=words, act=act, target=target),
        )

    def language_of(self, contact: Contact) -> str:
        return contact.language or self.city.book.languages[0]

    def _owe(
        self,
        contact: str,
        template: str,
        body: str,
        number: int | None,
        *,
        urgency: Urgency,
        address: Address | None = None,
        assignment: int | None = None,
        not_before: datetime | None = None,
        once: str | None = None,
        automatic: bool = False,
        despite_opt_out: bool = False,
        expires_at: datetime | None = None,
        chat: ChatForm | None = None,
    ) -> None:
        self._notifications.append(
            Notification(
                key=self._key(contact, template, number, once),
                contact=contact,
                address=address,
                template=template,
                body=body,
                segments=count_segments(body).count,
                case_number=number,
                urgency=urgency,
                assignment=assignment,
                not_before=max(self.now, not_before or self.now),
                expires_at=expires_at,
                chat=chat,
                automatic=automatic,
                despite_opt_out=despite_opt_out,
            )
        )

    def _key(self, contact: str, template: str, number: int | None, once: str | None) -> str:
        if number is None and once is not None:
            return f"{once}:{template}:{contact}"
        if number is None or self.known.case(number) is None:
            return f"{self.item}:{template}:{contact}:{len(self._notifications)}"
        step = once if once is not None else str(self.count_up(number))
        return f"{number}:{step}:{template}:{contact}"
