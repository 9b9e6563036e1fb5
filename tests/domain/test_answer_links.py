"""Tokens of links: whatever is changed about a token, or about what it is for, it does not hold any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sfsam.domain.answer_links import LONGEST_TOKEN, LinkMaker, hash_of
from sfsam.domain.notices import LinkPurpose, is_reminder_due

MAKER = LinkMaker(b"k" * 32)
LINK, TOKEN = MAKER.make(
    message_id="m1",
    number="RC1",
    profile_id="p1",
    purpose=LinkPurpose.KEEP,
    recipient=MAKER.recipient("Anna@acme.example "),
    expires_at=datetime(2026, 12, 1),
)
BITS = len(TOKEN) * 8


def test_a_token_holds_for_its_link_and_is_not_kept() -> None:
    assert MAKER.holds(TOKEN, LINK)
    assert len(TOKEN) <= LONGEST_TOKEN
    assert TOKEN not in LINK.model_dump_json() and hash_of(TOKEN) == LINK.token_hash


@given(st.sets(st.integers(0, BITS - 1), min_size=1, max_size=4))
def test_no_flipped_bit_ever_holds(places: set[int]) -> None:
    changed = bytearray(TOKEN.encode())
    for place in places:
        changed[place // 8] ^= 1 << place % 8
    token = changed.decode("utf-8", "surrogateescape")
    assert not MAKER.holds(token, LINK)
    assert not MAKER.holds(token, LINK.model_copy(update={"token_hash": hash_of(token)}))


@given(st.text(max_size=200))
def test_no_other_text_ever_holds(text: str) -> None:
    assert text == TOKEN or not MAKER.holds(text, LINK)


def test_nothing_that_a_link_is_for_can_be_changed_and_no_other_key_made_it() -> None:
    changes = {
        "message_id": "m2",
        "number": "RC2",
        "purpose": LinkPurpose.RELEASE,
        "recipient": MAKER.recipient("marek@acme.example"),
        "expires_at": datetime(2027, 12, 1),
    }
    for name, value in changes.items():
        assert not MAKER.holds(TOKEN, LINK.model_copy(update={name: value}))
    assert not LinkMaker(b"j" * 32).holds(TOKEN, LINK)


def test_recipients_are_told_apart_without_their_address() -> None:
    assert MAKER.recipient("anna@ACME.example") == LINK.recipient != LinkMaker(b"j" * 32).recipient("anna@acme.example")


@given(st.integers(1, 90))
def test_at_most_two_reminders_are_due_never_on_the_day_of_the_question_nor_after_the_end(days: int) -> None:
    asked = datetime(2026, 11, 24, 12)
    until = asked + timedelta(days=days)
    sent = [hour for hour in range(24 * (days + 2)) if is_reminder_due(asked, until, 0, asked + timedelta(hours=hour))]
    assert all(24 <= hour < 24 * days for hour in sent)
    assert not is_reminder_due(asked, until, 2, until - timedelta(minutes=1))
    assert bool(sent) is (days >= 2)
