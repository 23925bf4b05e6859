"""Releases of the graph as tags of a Git repository, and the feed of what changed in each."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from feedgen.feed import FeedGenerator

from policygraph import diff, iri
from policygraph.diff import Changes
from policygraph.errors import DataError

TTL = "data/ttl"
FEED = iri.BASE + "changes"
AUTHOR = "The PolicyGraph developers"


def tags(repository: Path) -> list[str]:
    """Tags whose tree has Turtle in ``data/ttl``, the oldest first."""
    listed = _git(repository, "tag", "--sort=version:refname")
    dated = sorted(
        (_date(repository, tag), number, tag)
        for number, tag in enumerate(listed.decode().split())
        if _git(repository, "ls-tree", "--name-only", tag, f"{TTL}/")
    )
    return [tag for _, _, tag in dated]


@contextmanager
def opened(release: str, repository: Path, place: str = "") -> Iterator[Path]:
    """The Turtle of a release: of a directory as it is, or of a tag for as long as it is open.

    ``place`` says in messages where the release was named.
    """
    if release and Path(release).is_dir():
        yield Path(release)
        return
    if not _is_tagged(release, repository):
        raise DataError(
            f"{release!r} ({place})" if place else repr(release),
            f"không phải thư mục, cũng không phải thẻ git có {TTL}; hãy cho một thư mục Turtle "
            f"hoặc một thẻ (xem: git tag) / neither a directory nor a git tag that has {TTL}; give "
            "a directory of Turtle files or a tag (git tag lists them)",
        )
    packed = _git(repository, "archive", "--format=tar", release, TTL)
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(scratch, filter="data")
        yield Path(scratch) / TTL


def compare(old: str, new: str, repository: Path) -> Changes:
    """What changed between two releases, each a directory or a tag."""
    first, second = "đối số thứ nhất / first argument", "đối số thứ hai / second argument"
    with opened(old, repository, first) as before, opened(new, repository, second) as after:
        return diff.compare(before, after, _title(old), _title(new))


def feed(repository: Path, chosen: Sequence[str] = ()) -> bytes:
    """Atom feed of what changed in each tag since the one before, the newest first.

    The same tags give the same bytes.  Raises DataError where there is no tag to tell of.
    """
    releases = list(chosen) or tags(repository)
    if not releases:
        raise DataError(repository, f"no tag holds {TTL} / không có nhãn nào chứa {TTL}")
    out = FeedGenerator()
    out.id(FEED)
    out.title("PolicyGraph: thay đổi của đồ thị / changes of the graph")
    out.link(href=FEED, rel="self")
    out.author(name=AUTHOR)
    out.language("vi")
    out.generator("PolicyGraph")
    out.updated(max(_date(repository, tag) for tag in releases))
    with ExitStack() as stack:
        before = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        previous = "∅"
        for tag in releases:
            after = stack.enter_context(opened(tag, repository))
            changes = diff.compare(before, after, previous, tag)
            date = _date(repository, tag)
            entry = out.add_entry()
            entry.id(f"{FEED}#{iri.slug(tag)}")
            entry.title(f"{previous} → {tag}")
            entry.link(href=f"{FEED}#{iri.slug(tag)}")
            entry.updated(date)
            entry.published(date)
            entry.summary(_summary(changes))
            entry.content(diff.markdown(changes), type="text")
            before, previous = after, tag
    packed = out.atom_str(pretty=True)
    return packed if isinstance(packed, bytes) else str(packed).encode()


def _summary(changes: Changes) -> str:
    counts = changes.counts()
    told = [
        f"{counts[kind.term, action]} {kind.vi} {verb}"
        for kind in diff.words().kinds
        for action, verb in (
            (diff.Action.ADDED, "thêm / added"),
            (diff.Action.REMOVED, "bỏ / removed"),
            (diff.Action.CHANGED, "sửa / changed"),
        )
        if (kind.term, action) in counts
    ]
    return "; ".join(told) or "Không có thay đổi / nothing changed"


def _title(release: str) -> str:
    return Path(release).resolve().name if Path(release).is_dir() else release


def _date(repository: Path, tag: str) -> dt.datetime:
    """When the tagged commit was made, with its time zone."""
    said = _git(repository, "log", "-1", "--format=%cI", tag, "--").decode().strip()
    return dt.datetime.fromisoformat(said)


def _is_tagged(release: str, repository: Path) -> bool:
    """Whether Git knows the name, and its tree has Turtle."""
    if not release or release.startswith("-"):
        return False
    listed = _run(repository, "ls-tree", "--name-only", release, f"{TTL}/")
    return listed.returncode == 0 and bool(listed.stdout)


def _git(repository: Path, *arguments: str) -> bytes:
    """What a Git command prints; raises DataError with Git's own words where it fails."""
    done = _run(repository, *arguments)
    if done.returncode:
        raise DataError(repository, done.stderr.decode(errors="replace").strip())
    return done.stdout


def _run(repository: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(repository), *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise DataError("git", "not installed; compare directories instead") from error
