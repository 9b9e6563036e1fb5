"""Prints the path of the browser that the tests drive; exits with 78 and one sentence when there is none.

CHROMIUM_PATH, else one on PATH, else Debian's when we are root, else Playwright's own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    given = os.environ.get("CHROMIUM_PATH")
    if given:
        return given if Path(given).exists() else None
    return _on_path() or _from_debian() or _from_playwright()


def _on_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def _from_debian() -> str | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        done = subprocess.run(["apt-get", *command], stdout=sys.stderr, stderr=sys.stderr, check=False)  # noqa: S607
        if done.returncode:
            return None
    return _on_path()


def _from_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        path = driver.chromium.executable_path
    if not Path(path).exists():
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"],
            stdout=sys.stderr,
            stderr=sys.stderr,
            check=False,
        )
    return path if Path(path).exists() else None


if __name__ == "__main__":
    browser = find_browser()
    if browser is None:
        print("No browser for the tests: install Chromium or set CHROMIUM_PATH to one.", file=sys.stderr)
        sys.exit(78)
    print(browser)
