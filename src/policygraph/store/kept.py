"""The builds under a root: which are kept, which is served, and opening one."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox

from policygraph.errors import StoreError
from policygraph.store.snapshot import MANIFEST, Snapshot, read_manifest

KEPT_BUILDS = 3
_HASH = re.compile(r"[0-9a-f]{32}")
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class KeptBuild:
    """A complete build as it lies in its root: when it was made, its size on disk in bytes, its
    triples, and whether it is the one that is served."""

    hash: str
    made: datetime
    size: int
    triples: int
    is_current: bool


def open_read_only(path: Path, name: str | None = None) -> Snapshot:
    """Open for reading only: the served build under a root, the build of that hash, or a bare
    Oxigraph directory.  While the snapshot lives, its build is not removed."""
    for _ in range(_ATTEMPTS):
        directory, is_bare = _directory(path, name)
        try:
            return _open(directory, is_bare)
        except FileNotFoundError:
            # Removed between finding and locking it: ``current`` has moved on.
            continue
        except OSError as error:
            raise StoreError(
                f"{directory}: không mở được kho; hãy chạy lại `policygraph build` / "
                f"the store cannot be opened ({error}); run `policygraph build` again"
            ) from error
    raise StoreError(f"{path}: bản dựng luôn thay đổi / the builds keep changing")


def _directory(path: Path, name: str | None) -> tuple[Path, bool]:
    """Where the store lies, and whether it is a bare one."""
    if name is not None:
        directory = path / "builds" / name
        if not _HASH.fullmatch(name) or not (directory / MANIFEST).is_file():
            raise StoreError(f"{name}: không có bản dựng này / no such build")
        return directory, False
    if (path / "current").exists():
        return (path / "current").resolve(), False
    if (path / "CURRENT").is_file():
        return path, True
    raise StoreError(
        f"{path}: không có kho dữ liệu; hãy chạy `policygraph build` / "
        "no store here; run `policygraph build`"
    )


def _open(directory: Path, is_bare: bool) -> Snapshot:
    if is_bare:
        name = _fingerprint(directory)
        return Snapshot(ox.Store.read_only(str(directory)), directory, name)
    manifest = read_manifest(directory)
    handle = os.open(directory / MANIFEST, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        snapshot = Snapshot(ox.Store.read_only(str(directory)), directory, manifest.hash)
    except BaseException:
        os.close(handle)
        raise
    snapshot.hold(handle)
    return snapshot


def current_hash(path: Path) -> str | None:
    """Name of what ``open_read_only`` would open now; cheap enough to be asked every second."""
    link = path / "current"
    if link.is_symlink():
        return link.readlink().name
    return _fingerprint(path) if (path / "CURRENT").is_file() else None


def _fingerprint(directory: Path) -> str:
    """Tells states of a bare store apart by the names, sizes and times of its data files."""
    digest = hashlib.sha256()
    for path in sorted(directory.iterdir()):
        if path.suffix in (".sst", ".log") or path.name.startswith(("MANIFEST", "CURRENT")):
            found = path.stat()
            digest.update(f"{path.name}\n{found.st_size}\n{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:32]


def builds(store_root: Path) -> list[str]:
    """Hashes of the complete builds, the one served last first."""
    found = [p.parent for p in (store_root / "builds").glob(f"*/{MANIFEST}")]
    complete = (path for path in found if _HASH.fullmatch(path.name))
    return [p.name for p in sorted(complete, key=lambda p: p.stat().st_mtime_ns, reverse=True)]


def kept_builds(store_root: Path) -> list[KeptBuild]:
    """What is known of the complete builds, the one served last first."""
    now = current_hash(store_root)
    return [_kept(store_root / "builds" / name, name == now) for name in builds(store_root)]


def _kept(path: Path, is_current: bool) -> KeptBuild:
    made = datetime.fromtimestamp((path / MANIFEST).stat().st_mtime, UTC)
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    triples = sum(read_manifest(path).graphs.values())
    return KeptBuild(path.name, made, size, triples, is_current)


def find_build(store_root: Path, beginning: str) -> str:
    """Hash of the one build whose hash begins so; StoreError where there is none, or several."""
    there = builds(store_root)
    found = [name for name in there if beginning and name.startswith(beginning)]
    if len(found) != 1:
        fault = "chỉ nhiều bản dựng / names several builds" if found else "không có / no such build"
        listed = ", ".join(name[:12] for name in found or there) or "–"
        raise StoreError(f"{beginning}: {fault}; có / there are: {listed}")
    return found[0]


def switch(store_root: Path, name: str) -> None:
    """Serve another build that is there; raises StoreError where it is not."""
    _directory(store_root, name)
    with lock(store_root):
        # Once more, since it may have been removed before the lock was ours.
        target, _ = _directory(store_root, name)
        serve(store_root, target)


def roll_back(store_root: Path) -> str:
    """Serve the build that was served before the present one; gives its hash."""
    now = current_hash(store_root)
    before = [name for name in builds(store_root) if name != now]
    if not before:
        raise StoreError(f"{store_root}: không có bản dựng trước / there is no earlier build")
    switch(store_root, before[0])
    return before[0]


def prune(store_root: Path, keep: int = KEPT_BUILDS) -> list[str]:
    """Remove all but ``keep`` builds, those served longest ago first, where nobody reads them;
    gives the hashes that went.  The build that is served stays."""
    if not (store_root / "builds").is_dir():
        return []
    with lock(store_root):
        return remove_old(store_root / "builds", (store_root / "current").resolve(), keep)


def serve(store_root: Path, done: Path) -> None:
    """Point ``current`` at a build; a reader sees the old one or the new one, never neither."""
    beside = store_root / "current.part"
    beside.unlink(missing_ok=True)
    beside.symlink_to(done.relative_to(store_root))
    beside.replace(store_root / "current")
    sync(store_root)
    os.utime(done)


def remove_old(builds: Path, served: Path, keep: int = KEPT_BUILDS) -> list[str]:
    """Remove all but the newest builds; the one just served counts as newest."""
    complete = sorted(
        (path for path in builds.iterdir() if _HASH.fullmatch(path.name)),
        key=lambda path: (path == served, path.stat().st_mtime_ns),
        reverse=True,
    )
    removed = [old for old in complete[max(1, keep) :] if not _is_read(old)]
    for old in removed:
        shutil.rmtree(old)
    return [old.name for old in removed]


def _is_read(build: Path) -> bool:
    """Whether a snapshot of it is open in any process."""
    try:
        handle = os.open(build / MANIFEST, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def lock(store_root: Path) -> Iterator[None]:
    """Hold the root's lock; a second build waits.  The system frees it when a build dies."""
    (store_root / "builds").mkdir(parents=True, exist_ok=True)
    with (store_root / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
