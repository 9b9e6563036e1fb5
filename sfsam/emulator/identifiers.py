"""Record ids: 15 and 18 characters, key prefixes, and the numbers behind them.

An id is prefix (3) + pod (2) + "0" + nine base-62 digits; 18-character ids add three checksum characters
(Salesforce fact sheet 0.1). Inside the org a record is a small number per object; the same org, object and
number always give the same id, so tables hold numbers and text is made when it is shown.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_PODS = ("5g", "8d", "Hs", "3k", "Wz", "2E", "7Q", "4x")
_STARTS = 400_000_000
"""Numbers begin anywhere below this, so that ids of a small org look like those of a large pod; together
with any record number they stay below 62**5, and only the last five digits of an id ever vary."""

MACROS = f"""
CREATE OR REPLACE MACRO base62(v, place) AS ('{ALPHABET}')[(v // place) % 62 + 1];
CREATE OR REPLACE MACRO upper62(v, place) AS ((v // place) % 62 BETWEEN 10 AND 35)::INTEGER;
CREATE OR REPLACE MACRO id18(head, tail, v) AS head
    || base62(v, 14776336) || base62(v, 238328) || base62(v, 3844) || base62(v, 62) || base62(v, 1) || tail
    || ('{_CHECKSUM}')[upper62(v, 14776336) + 2 * upper62(v, 238328) + 4 * upper62(v, 3844)
        + 8 * upper62(v, 62) + 16 * upper62(v, 1) + 1];
"""


def checksum(id15: str) -> str:
    """The three characters that make a case-sensitive 15-character id safe to compare without case."""
    blocks = (id15[start : start + 5] for start in (0, 5, 10))
    return "".join(_CHECKSUM[sum(1 << j for j, c in enumerate(block) if "A" <= c <= "Z")] for block in blocks)


def to_18(record_id: str) -> str | None:
    """The 18-character form of a 15- or 18-character id, or None when it is no id.

    An 18-character id that lost its case altogether gets it back from the checksum; any other checksum that
    does not fit makes it no id.
    """
    if not _SHAPE.fullmatch(record_id):
        return None
    if len(record_id) == 15:
        return record_id + checksum(record_id)
    lost_case = record_id[:15] in (record_id[:15].lower(), record_id[:15].upper())
    whole = (_restore_case(record_id) if lost_case else None) or record_id
    return whole if checksum(whole[:15]) == whole[15:] else None


def _restore_case(id18: str) -> str | None:
    tail = id18[15:].upper()
    if any(c not in _CHECKSUM for c in tail):
        return None
    bits = [_CHECKSUM.index(tail[i // 5]) >> (i % 5) & 1 for i in range(15)]
    return "".join(c.upper() if up else c.lower() for c, up in zip(id18[:15], bits, strict=True)) + tail


def base62(value: int, digits: int) -> str:
    """`value` in base 62, padded to `digits`."""
    text = ""
    for _ in range(digits):
        value, digit = divmod(value, 62)
        text = ALPHABET[digit] + text
    return text


@dataclass(frozen=True)
class IdSpace:
    """Turns (key prefix, number) into ids of one org and back."""

    org_index: int

    @property
    def pod(self) -> str:
        """The two characters that tell this org's records from another's."""
        if self.org_index < len(_PODS):
            return _PODS[self.org_index]
        return base62(62 * 40 + self.org_index, 2)

    def start(self, prefix: str) -> int:
        """What is added to a record number before it is written in base 62."""
        return zlib.crc32(f"{self.pod}{prefix}".encode()) % _STARTS

    def id(self, prefix: str, number: int) -> str:
        """The 18-character id of record `number`."""
        id15 = f"{prefix}{self.pod}0{base62(self.start(prefix) + number, 9)}"
        return id15 + checksum(id15)

    def number(self, prefix: str, record_id: str) -> int | None:
        """The record number behind an id of this org and prefix, None when it belongs elsewhere."""
        id18 = to_18(record_id)
        if id18 is None or not id18.startswith(f"{prefix}{self.pod}0"):
            return None
        value = 0
        for char in id18[6:15]:
            value = value * 62 + ALPHABET.index(char)
        return value - self.start(prefix) if value > self.start(prefix) else None

    def macro(self, prefix: str) -> str:
        """SQL that defines `id_<prefix>(number)`, one million of them in well under a second."""
        head = f"{prefix}{self.pod}00000"
        tail = checksum(head + "00000")[:2]
        return (
            f"CREATE OR REPLACE MACRO id_{prefix}(number) AS id18('{head}', '{tail}', number + {self.start(prefix)});"
        )
