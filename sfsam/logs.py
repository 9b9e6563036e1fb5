"""The log: lines on standard error, for people or as JSON, without secrets and without addresses of people.

Masking happens where a record is made, so that it holds for every logger of the process, whoever's it is and whatever
handler it has. Of an error only the place and the type are logged: its text may repeat what it complains about.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

SECRET, ADDRESS = "[secret]", "[address]"
# The HTTP client repeats every address that it calls, the scheduler says at every look that it looked.
_TALKATIVE = ("httpx", "httpcore", "authlib", "apscheduler")
_OF_THE_SERVER = ("streamlit", "uvicorn")  # they bring handlers of their own
_NAMES = "access_token|refresh_token|id_token|client_secret|client_assertion|assertion|code_verifier|password|signature"
_SECRETS = (
    re.compile(r"-----BEGIN [^-]+-----.*?(-----END [^-]+-----|\Z)", re.DOTALL),
    re.compile(r"\b00D\w{12,15}(!|%21)[^\s\"'&,;]+"),  # a session id of Salesforce
    re.compile(r"\b5Aep[\w.!%=-]{16,}"),  # a refresh token of Salesforce
    re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"),  # a JSON Web Token
    re.compile(r"\bgAAAA[\w=-]{40,}"),  # what the vault has sealed
    re.compile(r"(?<=[Bb]earer )[^\s\"']+|(?<=Basic )[\w+/=]{8,}"),
    re.compile(rf"(?<=[?&])(?:code|state|{_NAMES})=[^\s&\"']+"),
    re.compile(rf"\b(?:{_NAMES})[\"']?\s*[=:]\s*[\"']?[^\s&\"',}}]+"),
)
_ADDRESS = re.compile(r"[\w.+'-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63})+")
_USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def configure(level: str, form: Literal["text", "json"]) -> None:
    """Log from now on to standard error in this form, everything masked. A second call changes level and form."""
    logging.setLogRecordFactory(_MaskedRecord)
    for ours in [each for each in logging.root.handlers if each.name == __name__]:
        logging.root.removeHandler(ours)
    handler = logging.StreamHandler(sys.stderr)
    handler.name = __name__
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonLines() if form == "json" else text)
    logging.basicConfig(handlers=[handler])
    logging.root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name, logger in logging.root.manager.loggerDict.items():
        if name.partition(".")[0] in _OF_THE_SERVER and isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True


def masked(text: str) -> str:
    """The text without what looks like a secret or like somebody's address."""
    for pattern in _SECRETS:
        text = pattern.sub(SECRET, text)
    return _ADDRESS.sub(ADDRESS, text)


class JsonLines(logging.Formatter):
    """One JSON document a line: at, level, logger, message, what the line carries beside it, and trace."""

    def format(self, record: logging.LogRecord) -> str:
        more = {name: value for name, value in vars(record).items() if name not in _USUAL}
        document: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: masked(str(value)) for name, value in more.items()},
        }
        if record.exc_text:
            document["trace"] = record.exc_text
        return json.dumps(document, ensure_ascii=False)


class _MaskedRecord(logging.LogRecord):
    """A record whose message was put together and masked, and whose error has lost its text."""

    def __init__(self, *parts: Any, **more: Any) -> None:
        super().__init__(*parts, **more)
        try:
            text = self.getMessage()
        except (TypeError, ValueError, KeyError):  # arguments that do not fit the message: somebody else's mistake
            text = str(self.msg)
        self.msg, self.args = masked(text), ()
        if self.exc_info and self.exc_info[0] is not None:
            self.exc_text = _trace(self.exc_info[0], self.exc_info[2])
            self.exc_info = None


def _trace(kind: type[BaseException], frames: TracebackType | None) -> str:
    return "".join(traceback.format_tb(frames)) + kind.__name__
