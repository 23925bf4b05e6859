"""Synthetic graphs of any size, in the shape of the corpus and by its own names of terms.

Documents come in families.  A family starts with a resolution of the centre; below it stand
programmes of the Government and of provincial Party committees, plans of the provinces, of
their departments and districts, and of communes: five levels, fan-out from 2 to 12.  After every
10,000 documents comes a family that all provinces answer to, of 10,000 more.  One document in ten
implements a second one of the level above (so the lineage is no tree), some rest on decisions of
another family, and each cites a few more.  A document has chapters, points under them, and tasks
in the points; a task has agencies, years, an assignment and evidence.

Equal arguments give equal bytes.  Nothing is held in memory but one family's addresses.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from policygraph import iri
from policygraph.iri import Kind

SEED = 20261122
FAMILY, NATIONAL_FAMILY = 400, 10_000
"""Documents that descend from one resolution; the last family may be smaller."""
FAMILIES = 25
"""Families of the usual size before each of the national size."""
FAN_OUT = ((2, 4), (5, 12), (2, 6), (1, 4))
NATIONAL_FAN_OUT = ((2, 4), (40, 63), (10, 30), (1, 4))
"""Least and most documents that answer to one of a level, from the top down."""
_ROUND = FAMILIES * FAMILY + NATIONAL_FAMILY
TASKS_PER_POINT = 3
POINTS_PER_CHAPTER = 4
SECOND_PARENT, RESTS_ON, CITATIONS = 0.10, 0.30, 3
PROVINCES, AGENCIES = 63, 900

_LEVELS = (
    ("bct", "nq", "Directive"),
    ("cp", "nq", "Directive"),
    ("ubnd", "kh", "Plan"),
    ("so", "kh", "Plan"),
    ("xa", "kh", "Plan"),
)
_TYPES = {"nq": "nghi-quyet", "kh": "ke-hoach"}
_WORDS = """
chuyển đổi số phát triển kinh tế hạ tầng dữ liệu dùng chung hoàn thành trước năm nâng cao chất
lượng dịch vụ công trực tuyến cơ quan nhà nước người dân doanh nghiệp đào tạo nguồn nhân lực an
toàn thông tin mạng xây dựng triển khai tổ chức thực hiện rà soát báo cáo
"""
_SYLLABLES = tuple(_WORDS.split())
_RDF, _RDFS = iri.PREFIXES["rdf"], iri.PREFIXES["rdfs"]
_XSD, _DCTERMS = iri.PREFIXES["xsd"], iri.PREFIXES["dcterms"]
_TYPE, _LABEL = f"<{_RDF}type>", f"<{_RDFS}label>"
_TITLE, _ISSUED = f"<{_DCTERMS}title>", f"<{_DCTERMS}issued>"


@dataclass(frozen=True, slots=True)
class Graph:
    """One named graph: its local name and its triples as lines of N-Triples without the dot."""

    local: str
    triples: list[str]

    @property
    def iri(self) -> str:
        return iri.graph(self.local)


@dataclass(frozen=True, slots=True)
class _Place:
    """A document's place in its family; ``above`` are the local names of what it implements."""

    local: str
    number: str
    level: int
    above: tuple[str, ...]


def generate(
    directory: Path, *, documents: int, tasks_per_document: int = 12, seed: int = SEED
) -> int:
    """Write one Turtle file (in the form of N-Triples) for each graph, as ``store.build`` reads
    them; gives the number of triples."""
    directory.mkdir(parents=True, exist_ok=True)
    count = 0
    for graph in graphs(documents=documents, tasks_per_document=tasks_per_document, seed=seed):
        text = " .\n".join((*graph.triples, ""))
        (directory / f"{graph.local}.ttl").write_text(text, encoding="utf-8")
        count += len(graph.triples)
    return count


def generate_quads(
    path: Path,
    *,
    documents: int,
    tasks_per_document: int = 12,
    seed: int = SEED,
    only: frozenset[str] | None = None,
) -> int:
    """Write all graphs into one file of N-Quads, which an engine loads in one go; gives the
    number of quads.  ``only`` are the IRIs of the predicates that are kept, by default all."""
    kept = None if only is None else {f"<{predicate}>" for predicate in only}
    count = 0
    with path.open("w", encoding="utf-8") as out:
        for graph in graphs(documents=documents, tasks_per_document=tasks_per_document, seed=seed):
            triples = [t for t in graph.triples if kept is None or t.split(" ", 2)[1] in kept]
            out.write(f" <{graph.iri}> .\n".join((*triples, "")))
            count += len(triples)
    return count


def graphs(*, documents: int, tasks_per_document: int = 12, seed: int = SEED) -> Iterator[Graph]:
    """The register of agencies, then one graph for each document."""
    draw = random.Random(seed)
    yield Graph("register-agencies", list(_register()))
    for place in _places(documents, draw):
        yield Graph(place.local, list(_document(place, tasks_per_document, draw)))


def root_of(documents: int) -> str:
    """IRI of the first family's resolution, below which most of that family stands."""
    if documents < 1:
        raise ValueError("a graph without documents has no root")
    return iri.thing(Kind.DOCUMENT, _local(0, 0))


def last_task(documents: int, tasks_per_document: int = 12, seed: int = SEED) -> str:
    """IRI of the last task of the last document, which has a long way up."""
    last = ""
    draw = random.Random(seed)
    for place in _places(documents, draw):
        last = place.local
        draw = _skip(place, tasks_per_document, draw)
    return _thing(Kind.TASK, last, *_task_path(tasks_per_document - 1))[1:-1]


def _skip(place: _Place, tasks: int, draw: random.Random) -> random.Random:
    for _ in _document(place, tasks, draw):
        pass
    return draw


def _places(documents: int, draw: random.Random) -> Iterator[_Place]:
    """All documents, family by family."""
    family, first = 0, 0
    while first < documents:
        is_national = family % (FAMILIES + 1) == FAMILIES
        size = min(NATIONAL_FAMILY if is_national else FAMILY, documents - first)
        yield from _family(first, size, NATIONAL_FAN_OUT if is_national else FAN_OUT, draw)
        family, first = family + 1, first + size


def _first_of(family: int) -> int:
    """Number of the resolution that heads a family."""
    rounds, place = divmod(family, FAMILIES + 1)
    return rounds * _ROUND + place * FAMILY


def _family_of(number: int) -> int:
    """The family in which a document stands."""
    rounds, place = divmod(number, _ROUND)
    return rounds * (FAMILIES + 1) + min(place // FAMILY, FAMILIES)


def _family(
    first: int, size: int, fan_out: Sequence[tuple[int, int]], draw: random.Random
) -> Iterator[_Place]:
    """Documents of one family from the top down, each after what it implements."""
    above: list[str] = []
    row = [_Place(_local(first, 0), _number(first, 0), 0, ())]
    made = 1
    yield row[0]
    level = 0
    while made < size:
        level = min(level + 1, len(_LEVELS) - 1)
        least, most = fan_out[level - 1]
        above = [place.local for place in row]
        below = []
        for upper in above:
            for _ in range(draw.randint(least, most)):
                if made == size:
                    break
                parents = [upper]
                other = draw.choice(above)
                if draw.random() < SECOND_PARENT and other != upper:
                    parents.append(other)
                number = first + made
                place = _Place(_local(number, level), _number(number, level), level, tuple(parents))
                below.append(place)
                yield place
                made += 1
        row = below


def _local(number: int, level: int) -> str:
    issuer, kind, _ = _LEVELS[level]
    jurisdiction = "vn" if level < 2 else f"vn-{number % PROVINCES + 1:02d}"
    return f"{jurisdiction}.{issuer}.{kind}.{2016 + number % 10}.{number}"


def _number(number: int, level: int) -> str:
    issuer, kind, _ = _LEVELS[level]
    return f"{number}/{kind.upper()}-{issuer.upper()}"


def _register() -> Iterator[str]:
    for number in range(AGENCIES):
        agency = _thing(Kind.AGENCY, f"vn-{number % PROVINCES + 1:02d}", f"so-{number}")
        yield f"{agency} {_TYPE} {_pg('Agency')}"
        yield f'{agency} <{iri.PREFIXES["skos"]}prefLabel> "Sở số {number}"@vi'


def _document(place: _Place, tasks: int, draw: random.Random) -> Iterator[str]:
    document = _thing(Kind.DOCUMENT, place.local)
    _, kind, kind_class = _LEVELS[place.level]
    year = int(place.local.split(".")[3])
    for class_name in ("PolicyDocument", kind_class):
        yield f"{document} {_TYPE} {_pg(class_name)}"
    yield f'{document} {_pg("documentNumber")} "{place.number}"'
    yield f'{document} {_LABEL} "{kind.upper()} {place.number}"@vi'
    yield f'{document} {_TITLE} "{_words(draw, 12)}"@vi'
    yield f'{document} {_ISSUED} "{year}-{draw.randint(1, 12):02d}-15"^^<{_XSD}date>'
    yield f"{document} {_pg('issuer')} {_agency(draw)}"
    yield f"{document} {_pg('documentType')} <{iri.concept('document-type', _TYPES[kind])}>"
    for upper in place.above:
        yield f"{document} {_pg('implements')} {_thing(Kind.DOCUMENT, upper)}"
        yield from _citation(place, upper, "implements", draw)
    if place.above and draw.random() < RESTS_ON:
        yield f"{document} {_pg('basedOn')} {_thing(Kind.DOCUMENT, _elsewhere(place, draw))}"
    for _ in range(CITATIONS if place.above else 0):
        yield from _citation(place, draw.choice(place.above), "cites", draw)
    yield from _parts(place, document, tasks)
    for order in range(tasks):
        yield from _task(place, document, order, year, draw)


def _elsewhere(place: _Place, draw: random.Random) -> str:
    """A resolution that heads some family made before, or this one."""
    number = int(place.local.rpartition(".")[2])
    return _local(_first_of(draw.randrange(_family_of(number) + 1)), 0)


def _citation(place: _Place, cited: str, relation: str, draw: random.Random) -> Iterator[str]:
    start = draw.randrange(1_000_000)
    citation = _thing(Kind.CITATION, place.local, f"{start}-{start + 40}")
    yield f"{citation} {_TYPE} {_pg('Citation')}"
    yield f"{citation} {_pg('inDocument')} {_thing(Kind.DOCUMENT, place.local)}"
    yield f"{citation} {_pg('citedDocument')} {_thing(Kind.DOCUMENT, cited)}"
    yield f"{citation} {_pg('citingSubject')} {_thing(Kind.DOCUMENT, place.local)}"
    yield f"{citation} {_pg('relation')} {_pg(relation)}"
    yield f"{citation} {_pg('evidenceClass')} <{iri.concept('evidence-class', 'body')}>"
    yield from _evidence(citation, place.local, start, "Thực hiện " + _words(draw, 8))


def _parts(place: _Place, document: str, tasks: int) -> Iterator[str]:
    points = -(-tasks // TASKS_PER_POINT)
    for point in range(points):
        chapter = _thing(Kind.PART, place.local, str(point // POINTS_PER_CHAPTER + 1))
        if point % POINTS_PER_CHAPTER == 0:
            yield f"{chapter} {_TYPE} {_pg('DocumentPart')}"
            yield f"{chapter} {_pg('partOf')} {document}"
            yield f"{chapter} {_pg('inDocument')} {document}"
        path = _point_path(point)
        part = _thing(Kind.PART, place.local, *path)
        yield f"{part} {_TYPE} {_pg('DocumentPart')}"
        yield f"{part} {_pg('partOf')} {chapter}"
        yield f"{part} {_pg('inDocument')} {document}"
        yield f'{part} {_pg("path")} "{"/".join(path)}"'


def _point_path(point: int) -> tuple[str, str]:
    return str(point // POINTS_PER_CHAPTER + 1), str(point % POINTS_PER_CHAPTER + 1)


def _task_path(order: int) -> tuple[str, str, str]:
    return *_point_path(order // TASKS_PER_POINT), str(order % TASKS_PER_POINT + 1)


def _task(
    place: _Place, document: str, order: int, year: int, draw: random.Random
) -> Iterator[str]:
    path = _task_path(order)
    task = _thing(Kind.TASK, place.local, *path)
    text = _words(draw, 25)
    lead = _agency(draw)
    yield f"{task} {_TYPE} {_pg('Task')}"
    yield f"{task} {_pg('stipulatedIn')} {_thing(Kind.PART, place.local, *path[:2])}"
    yield f"{task} {_pg('inDocument')} {document}"
    yield f'{task} {_pg("text")} "{text}"@vi'
    yield f'{task} {_LABEL} "{text[:60]}…"@vi'
    yield f'{task} {_pg("startYear")} "{year}"^^<{_XSD}gYear>'
    yield f'{task} {_pg("endYear")} "{year + draw.randint(1, 5)}"^^<{_XSD}gYear>'
    yield f"{task} {_pg('leadAgency')} {lead}"
    assignment = _thing(Kind.ASSIGNMENT, place.local, *path, "lead")
    yield f"{assignment} {_TYPE} {_pg('Assignment')}"
    yield f"{assignment} {_pg('assigns')} {task}"
    yield f"{assignment} {_pg('agency')} {lead}"
    yield f"{assignment} {_pg('role')} <{iri.concept('role', 'lead')}>"
    yield f"{assignment} {_pg('inDocument')} {document}"
    start = 1_000_000 + order * 1000
    yield from _evidence(task, place.local, start, text)


def _evidence(subject: str, local: str, start: int, quote: str) -> Iterator[str]:
    end = start + len(quote)
    evidence = _thing(Kind.EVIDENCE, local, f"{start}-{end}")
    yield f"{subject} {_pg('evidence')} {evidence}"
    yield f"{evidence} {_TYPE} {_pg('Evidence')}"
    yield f'{evidence} {_pg("quote")} "{quote}"'
    yield f'{evidence} {_pg("sourceFile")} "{local}.txt"'
    yield f'{evidence} {_pg("start")} "{start}"^^<{_XSD}integer>'
    yield f'{evidence} {_pg("end")} "{end}"^^<{_XSD}integer>'


def _agency(draw: random.Random) -> str:
    number = draw.randrange(AGENCIES)
    return _thing(Kind.AGENCY, f"vn-{number % PROVINCES + 1:02d}", f"so-{number}")


def _words(draw: random.Random, count: int) -> str:
    return " ".join(draw.choices(_SYLLABLES, k=count))


def _pg(name: str) -> str:
    return f"<{iri.ONTOLOGY}{name}>"


def _thing(kind: Kind, *parts: str) -> str:
    return f"<{iri.THINGS}{kind.value}/{'.'.join(parts)}>"
