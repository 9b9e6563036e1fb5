"""Looking for secrets in all that leaves a process: in the clear, and in the forms a careless writer gives them."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, quote_plus

import duckdb
from playwright.sync_api import BrowserContext, Page, WebSocket

SHORTEST = 12  # of a piece of base64: anything shorter may stand there by chance


@dataclass
class Places:
    """What was seen where."""

    seen: list[tuple[str, bytes]] = field(default_factory=list)

    def add(self, place: str, content: str | bytes) -> None:
        self.seen.append((place, content.encode() if isinstance(content, str) else content))

    def add_files(self, folder: Path, *, but: tuple[Path, ...]) -> None:
        """Every file as it is, and what is packed in it."""
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path not in but:
                name = str(path.relative_to(folder))
                self.add(name, path.read_bytes())
                for inside, content in unpacked(path):
                    self.add(f"{name}: {inside}", content)

    def watch(self, context: BrowserContext) -> None:
        """From now on, whatever a server sends to a page of this browser over its websocket."""
        context.on("page", self._watch_page)

    def _watch_page(self, page: Page) -> None:
        page.on("websocket", self._watch_socket)
        page.on("console", lambda message: self.add("browser console", message.text))

    def _watch_socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda content: self.add(f"websocket {socket.url}", content))

    def found(self, secrets: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Every (secret, form, place) where one stands."""
        wanted = [
            (name, form, needle)
            for name, secret in secrets.items()
            for form, needles in forms(secret).items()
            for needle in needles
        ]
        places: dict[bytes, set[str]] = {}
        for place, content in self.seen:
            for way in (content, _narrow(content)):
                places.setdefault(way, set()).add(place)
        return [
            (name, form, place)
            for content, where in places.items()
            for name, form, needle in wanted
            if needle in content
            for place in where
        ]


def forms(secret: str) -> dict[str, set[bytes]]:
    """How a secret may be written: itself, escaped for addresses, as hex, and in base64 wherever it begins there."""
    raw = secret.encode()
    escaped = {quote(secret, safe="").encode(), quote_plus(secret).encode(), quote(secret).encode()}
    pieces = set()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw)
        whole = encoded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]  # without what depends on the neighbours
        if len(whole) >= SHORTEST:
            pieces |= {whole, whole.replace(b"+", b"-").replace(b"/", b"_")}
    return {"clear": {raw}, "escaped": escaped, "hex": {raw.hex().encode()}, "base64": pieces}


def unpacked(path: Path) -> Iterator[tuple[str, bytes]]:
    """What a compressed file holds: members of a zip, rows of Parquet, rows of a database (compressed, too)."""
    if path.suffix == ".duckdb":
        yield from _tables(path)
    elif path.suffix == ".parquet":
        yield "rows", _parquet(path)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                content = archive.read(name)
                yield name, content
                if name.endswith(".parquet"):
                    draft = path.with_suffix(".member.parquet")
                    draft.write_bytes(content)
                    yield f"{name}: rows", _parquet(draft)
                    draft.unlink()
                if zipfile.is_zipfile(BytesIO(content)):
                    raise AssertionError(f"{path} holds a zip in a zip, and nobody looks into it")


def _tables(path: Path) -> Iterator[tuple[str, bytes]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        for (name,) in names:
            yield name, _text(connection, f'SELECT * FROM "{name}"')  # noqa: S608 - a name of our schema


def _parquet(path: Path) -> bytes:
    with duckdb.connect() as connection:
        return _text(connection, "SELECT * FROM read_parquet($1)", str(path))


def _text(connection: duckdb.DuckDBPyConnection, sql: str, *parameters: str) -> bytes:
    rows = connection.execute(sql, list(parameters)).fetchall()
    return "\n".join("\t".join(map(str, row)) for row in rows).encode()


def _narrow(content: bytes) -> bytes:
    """UTF-16 as if it were ASCII."""
    return content.replace(b"\0", b"")
