"""Immutable builds of the graph, and reading them.

    <root>/current          symbolic link to the build that is served
    <root>/builds/<hash>/   an Oxigraph store and ``build.json``; never written after its rename
    <root>/builds/<hash>/*.sqlite   what is made of the store and read with it (``beside``)
    <root>/builds/<hash>/texts/<SHA-256 of the source file>.txt   its characters, in NFC
    <root>/builds/<hash>.part/   a build that is under way, or that was killed
    <root>/lock             held while building

The hash covers the names and bytes of all Turtle and texts that go in, so equal input is built
once, and a build shows its sentences wherever it is copied to.
A build appears under its name only when it is complete, and ``current`` moves last: whatever
kills a build, the previous one stays served.

    answers    answers as bytes
    snapshot   a store that does not change
    kept       which builds are kept, and which is served
    building   from Turtle to a build
"""

from policygraph.store.answers import (
    GRAPH_FORMATS,
    RESULT_FORMATS,
    Writable,
    convert,
    media_types,
    serialize,
    to_bytes,
)
from policygraph.store.building import (
    DERIVED,
    ONTOLOGY,
    SCHEMA,
    Build,
    Derived,
    Progress,
    Triple,
    build,
)
from policygraph.store.kept import (
    KEPT_BUILDS,
    KeptBuild,
    builds,
    current_hash,
    find_build,
    kept_builds,
    open_read_only,
    prune,
    roll_back,
    switch,
)
from policygraph.store.snapshot import MANIFEST, Draft, Snapshot

__all__ = [
    "DERIVED",
    "GRAPH_FORMATS",
    "KEPT_BUILDS",
    "MANIFEST",
    "ONTOLOGY",
    "RESULT_FORMATS",
    "SCHEMA",
    "Build",
    "Derived",
    "Draft",
    "KeptBuild",
    "Progress",
    "Snapshot",
    "Triple",
    "Writable",
    "build",
    "builds",
    "convert",
    "current_hash",
    "find_build",
    "kept_builds",
    "media_types",
    "open_read_only",
    "prune",
    "roll_back",
    "serialize",
    "switch",
    "to_bytes",
]
