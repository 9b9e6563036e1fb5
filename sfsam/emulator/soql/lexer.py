"""SOQL text to tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sfsam.emulator.soql.faults import malformed, unexpected

END = "<EOF>"

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<datetime>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d))
  | (?P<date>\d{4}-\d\d-\d\d)
  | (?P<number>[+-]?(?:\d+\.\d*|\.\d+|\d+)(?![A-Za-z_]))
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<string>'(?:[^'\\]|\\.)*')
  | (?P<mark><=|>=|<>|!=|[=<>(),.:])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True)
class Token:
    """A piece of the text; `kind` is datetime, date, number, name, string, mark or end."""

    kind: str
    text: str
    position: int

    @property
    def word(self) -> str:
        """The text in upper case, for keywords."""
        return self.text.upper() if self.kind == "name" else self.text


def tokens(soql: str) -> list[Token]:
    """All tokens, closed by one of kind "end". Raises MALFORMED_QUERY at a character that fits nowhere."""
    found: list[Token] = []
    position = 0
    while position < len(soql):
        match = _TOKEN.match(soql, position)
        if match is None:
            raise unexpected(END if soql[position] == "'" else soql[position])
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(Token(kind, match.group(), position))
        position = match.end()
    found.append(Token("end", END, position))
    return found


def unquoted(token: Token) -> str:
    r"""The value of a string token. `\%` and `\_` stay escaped, because only LIKE knows what they mean."""

    def replacement(match: re.Match[str]) -> str:
        code = match.group(1)
        if code in "%_":
            return match.group()
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code.lower() not in _ESCAPED:
            raise malformed(
                f"Invalid string literal {token.text}. Illegal character sequence '\\{code}' in string literal."
            )
        return _ESCAPED[code.lower()]

    return _ESCAPE.sub(replacement, token.text[1:-1])
