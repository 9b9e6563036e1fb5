"""Letters as mails: a text and an HTML part with the same words (`templates/`), and headers nobody can add to."""

from __future__ import annotations

import re
from datetime import date
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from sfsam.domain.letters import Digest, Letter, Question, Trial
from sfsam.errors import MailRefused

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_POLICY = SMTP.clone(cte_type="7bit")  # no server has to know 8BITMIME
_LONGEST_SUBJECT = 120

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def rendered(letter: Letter, *, sender: str, message_id: str) -> EmailMessage:
    """The mail, ready to be sent. Raises MailRefused for an address that none can be sent to."""
    template, subject = _kind(letter)
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address("sfsam", addr_spec=checked_address(sender))
    message["To"] = Address(addr_spec=checked_address(letter.to))
    message["Subject"] = " ".join(subject.split())[:_LONGEST_SUBJECT]
    message["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in answer
    if isinstance(letter, Question) and letter.asked_by:
        message["Reply-To"] = Address(addr_spec=checked_address(letter.asked_by))
    message.set_content(_templates.get_template(f"{template}.txt").render(letter=letter, day=_day))
    message.add_alternative(_templates.get_template(f"{template}.html").render(letter=letter, day=_day), subtype="html")
    return message


def checked_address(address: str) -> str:
    """The address itself. Raises MailRefused when it is none, or could be read as more than one."""
    if not _ADDRESS.fullmatch(address) or not address.isascii():
        raise MailRefused("The e-mail address is not one that mail can be sent to.", "Correct it in Salesforce.")
    return address


def _kind(letter: Letter) -> tuple[str, str]:
    """The template and the subject."""
    match letter:
        case Question(is_reminder=True):
            return "question", f"Reminder: do you still need Salesforce? Answer by {_day(letter.answer_until)}"
        case Question():
            return "question", "Do you still need Salesforce?"
        case Digest():
            people = len({pending.person for pending in letter.pending})
            who = f"{people} people want" if people > 1 else "One person wants"
            return "digest", f"{who} to keep Salesforce: your decision"
        case Trial():
            return "trial", "sfsam can send mail"


def _day(day: date) -> str:
    """4 July 2026."""
    return f"{day.day} {day:%B %Y}"
