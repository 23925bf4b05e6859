"""Where the package's data lie: beside ``pyproject.toml`` in a checkout, inside the wheel else."""

from __future__ import annotations

from pathlib import Path

from policygraph.errors import DataError

_PACKAGE = Path(__file__).resolve().parent
NAMES = ("ontology", "queries", "data/ttl", "data/registers", "data/review", "data/texts")


def checkout() -> Path | None:
    """Root of the checkout this module runs from; None when it runs from an installed wheel."""
    root = _PACKAGE.parent.parent
    return root if (root / "pyproject.toml").is_file() and _PACKAGE.parent.name == "src" else None


def directory(name: str) -> Path:
    """Path of one of ``NAMES``; raises DataError if the name or the directory is unknown."""
    if name not in NAMES:
        raise DataError(name, f"no such resource; known are {', '.join(NAMES)}")
    root = checkout()
    path = root / name if root else _PACKAGE / "_data" / name
    if not path.is_dir():
        raise DataError(path, "the directory is missing; is the installation complete?")
    return path
