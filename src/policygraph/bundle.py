"""An export to take home: one ZIP of files that tells by itself whether it is whole.

    manifest.json      what was taken from which build, and the size and SHA-256 of every file
    manifest.sig       Ed25519 signature of manifest.json, where the operator gave a key
    graph.nq           canonical N-Quads (RDFC-1.0), for comparing and for loading with its graphs
    graph.ttl, graph.jsonld
    documents.csv … csv-metadata.json, policygraph.xlsx
    catalogue.ttl      DCAT and VoID of this export

The manifest comes last in the ZIP, which is written as it is made: its sums are known by then.
Equal graphs give equal bytes: files in a fixed order, no times of making.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import IO, BinaryIO

import pyoxigraph as ox
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from typing_extensions import Buffer

from policygraph import catalogue, export, tabular
from policygraph.errors import CheckError, DataError
from policygraph.store import Snapshot

FORMAT = "policygraph-export/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
GRAPHS = {"graph.nq": "nq", "graph.ttl": "ttl", "graph.jsonld": "jsonld"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a ZIP can name."""
MOST_BYTES = 4 << 30
"""Largest content of a bundle that is read; more is taken for a bomb."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a bundle."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """``selection`` says what was taken; ``key`` is the public key of the signature, in base64."""

    format: str
    software: str
    build: str | None
    selection: Mapping[str, str | int]
    quads: int
    canonical: str
    files: tuple[Member, ...]
    key: str | None

    def text(self) -> bytes:
        return (
            json.dumps(asdict(self), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        ).encode()


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was opened: its manifest, and its files as they were found, summed up; what is
    in them is read where it is needed, since an export may be larger than the memory."""

    path: Path
    manifest: Manifest
    manifest_text: bytes
    signature: bytes | None
    contents: Mapping[str, Member]

    def quads(self, name: str = "graph.nq") -> Iterator[ox.Quad]:
        """The graph of one of ``GRAPHS``; raises SyntaxError where it is none."""
        form = export.FORMATS[GRAPHS[name]]
        with zipfile.ZipFile(self.path) as archive, archive.open(name) as file:
            yield from ox.parse(file, format=form)


Write = Callable[[BinaryIO], object]
"""Writes a file to something that need not be seekable."""


def writer(
    snapshot: Snapshot, selection: export.Selection, key: Ed25519PrivateKey | None = None
) -> Write:
    """What writes the ZIP, file by file as each is made; signed where a key is given.  Raises
    QueryError at once where nothing answers to the selection."""
    quads = None if selection.is_everything else export.extract(snapshot, selection)
    source = snapshot if quads is None else export.as_snapshot(quads)
    files: dict[str, Write] = {}
    for name, extension in GRAPHS.items():
        files[name] = _graph_writer(snapshot, quads, extension)
    files |= _table_writers(source)
    files["policygraph.xlsx"] = partial(tabular.write_workbook, source)
    files["catalogue.ttl"] = lambda out: out.write(catalogue.turtle(source, snapshot.hash))

    def write(out: BinaryIO) -> None:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            members = {name: _add(archive, name, files[name]) for name in sorted(files)}
            manifest = Manifest(
                FORMAT,
                f"policygraph {version('policygraph')}",
                snapshot.hash,
                {name: value for name, value in asdict(selection).items() if value is not None},
                len(snapshot) if quads is None else len(quads),
                members["graph.nq"].sha256,
                tuple(members.values()),
                _public(key.public_key()) if key else None,
            ).text()
            _add(archive, MANIFEST, lambda member: member.write(manifest))
            if key:
                signature = base64.b64encode(key.sign(manifest)) + b"\n"
                _add(archive, SIGNATURE, lambda member: member.write(signature))

    return write


def save(
    path: Path,
    snapshot: Snapshot,
    selection: export.Selection,
    key: Ed25519PrivateKey | None = None,
) -> None:
    """Write the ZIP to a file."""
    write = writer(snapshot, selection, key)
    try:
        with export.whole(path) as out:
            write(out)
    except OSError as error:
        raise DataError(path, f"không ghi được / cannot be written: {error.strerror}") from error


def tables_writer(snapshot: Snapshot) -> Write:
    """What writes the CSV files with their description, for those who want nothing else."""

    def write(out: BinaryIO) -> None:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name, file in _table_writers(snapshot).items():
                _add(archive, name, file)

    return write


def _graph_writer(snapshot: Snapshot, quads: list[ox.Quad] | None, extension: str) -> Write:
    form = export.FORMATS[extension]
    if quads is None:
        is_canonical = form == ox.RdfFormat.N_QUADS
        return (
            partial(export.write_canonical, snapshot)
            if is_canonical
            else partial(export.dump, snapshot, form)
        )
    if form == ox.RdfFormat.N_QUADS:
        return lambda out: out.write(export.canonical(quads))
    return partial(export.write, quads, form)


def _table_writers(snapshot: Snapshot) -> dict[str, Write]:
    files: dict[str, Write] = {tabular.CSVW: lambda out: out.write(tabular.csvw())}
    for table in tabular.tables():
        files[f"{table.name}.csv"] = partial(tabular.write_csv, snapshot, table)
    return files


class _Summed(io.RawIOBase):
    """Passes on what is written, and sums it up."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self._sum, self._size = out, hashlib.sha256(), 0

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        self._sum.update(data)
        self._size += memoryview(data).nbytes
        self._out.write(data)
        return memoryview(data).nbytes

    def member(self, name: str) -> Member:
        return Member(name, self._size, self._sum.hexdigest())


def _add(archive: zipfile.ZipFile, name: str, write: Write) -> Member:
    """Write one file of an archive as it is made; how large it gets is not known before."""
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as member:
        summed = _Summed(member)
        with io.BufferedWriter(summed, export.CHUNK) as out:
            write(out)
            out.flush()
            return summed.member(name)


def read(path: Path) -> Bundle:
    """Open a bundle without judging it; raises DataError where it is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > MOST_BYTES:
                raise DataError(path, "quá lớn / too large")
            names = set(archive.namelist())
            text = archive.read(MANIFEST) if MANIFEST in names else b""
            signature = archive.read(SIGNATURE) if SIGNATURE in names else None
            contents = {n: _found(archive, n) for n in sorted(names - {MANIFEST, SIGNATURE})}
    except OSError as error:
        raise DataError(path, f"không đọc được / cannot be read: {error.strerror}") from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise DataError(path, f"không phải gói xuất / no export: {error}") from error
    try:
        raw = json.loads(text)
        members = tuple(Member(**member) for member in raw.pop("files"))
        manifest = Manifest(files=members, **raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(path, f"{MANIFEST}: không đọc được / cannot be read: {error}") from error
    return Bundle(path, manifest, text, signature, contents)


def changed(bundle: Bundle) -> list[str]:
    """What is not as the manifest says, one line a file; the manifest itself if its signature
    does not hold."""
    found = []
    named = {member.name: member for member in bundle.manifest.files}
    for name in sorted(named.keys() | bundle.contents.keys()):
        there, member = bundle.contents.get(name), named.get(name)
        if there is None:
            found.append(f"{name}: thiếu / missing")
        elif member is None:
            found.append(f"{name}: không có trong bản kê / not in the manifest")
        elif there != member:
            found.append(f"{name}: đã bị thay đổi / was changed")
    return [*_signature_findings(bundle), *found]


def check(bundle: Bundle, trusted: Ed25519PublicKey | None = None) -> None:
    """Raise CheckError that names every file that is not as it was made; with a trusted key,
    also where the signature is missing or another's."""
    findings = changed(bundle)
    if trusted is not None and bundle.manifest.key != _public(trusted):
        findings.insert(
            0, f"{SIGNATURE}: không phải khóa đã cho / missing, or not of the key that was given"
        )
    if not findings:
        findings = _graph_findings(bundle)
    if findings:
        raise CheckError("\n".join([f"{bundle.path.name}:", *(f"  {line}" for line in findings)]))


def private_key(path: Path) -> Ed25519PrivateKey:
    """The operator's key, PEM without a password."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise DataError(path, f"không đọc được khóa / the key cannot be read: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise DataError(path, "cần khóa Ed25519 / an Ed25519 key is needed")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The key whose signatures are trusted, PEM."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(path, f"không đọc được khóa / the key cannot be read: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise DataError(path, "cần khóa Ed25519 / an Ed25519 key is needed")
    return key


def _signature_findings(bundle: Bundle) -> list[str]:
    key, signature = bundle.manifest.key, bundle.signature
    if key is None and signature is None:
        return []
    if key is None or signature is None:
        return [f"{SIGNATURE}: thiếu khóa hoặc chữ ký / key or signature missing"]
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
        public.verify(base64.b64decode(signature), bundle.manifest_text)
    except (ValueError, InvalidSignature):
        return [f"{MANIFEST}: chữ ký không khớp / the signature does not hold"]
    return []


def _graph_findings(bundle: Bundle) -> list[str]:
    """Forms of the graph that do not say the same."""
    missing = [name for name in GRAPHS if name not in bundle.contents]
    if missing:
        return [f"{name}: thiếu / missing" for name in missing]
    sums: dict[str, str] = {}
    try:
        for name in GRAPHS:
            sums[name] = _sum(export.canonical(bundle.quads(name)))
        flat = _sum(export.canonical(export.merged(bundle.quads())))
    except SyntaxError as error:
        return [f"{name}: không đọc được / cannot be read: {error}"]
    found = []
    if sums["graph.nq"] != bundle.manifest.canonical:
        found.append("graph.nq: không phải đồ thị trong bản kê / not the graph of the manifest")
    if sums["graph.jsonld"] != sums["graph.nq"]:
        found.append("graph.jsonld: khác graph.nq / differs from graph.nq")
    if sums["graph.ttl"] != flat:
        found.append("graph.ttl: khác graph.nq / differs from graph.nq")
    return found


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _found(archive: zipfile.ZipFile, name: str) -> Member:
    """A file of a ZIP, summed up; what the ZIP itself finds broken has a sum of nothing."""
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(name) as file:
            while chunk := file.read(export.CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return Member(name, size, "")
    return Member(name, size, digest.hexdigest())


def _public(key: Ed25519PublicKey) -> str:
    return base64.b64encode(key.public_bytes_raw()).decode()


def sums(bundle: Bundle) -> Sequence[str]:
    """Lines as ``sha256sum`` writes and checks them."""
    return [f"{member.sha256}  {member.name}" for member in bundle.manifest.files]
