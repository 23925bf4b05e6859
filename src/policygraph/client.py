"""A thin client of the service, for scripts and notebooks.

    with Client("http://localhost:8000") as graph:
        graph.tasks(tracesTo="52-NQ/TW", place="Thanh Hóa").named().pandas()

Answers are plain records; ``Records`` hands them over to pandas or polars where they are installed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from types import TracebackType
from typing import Any, Self

import httpx

from policygraph.errors import PolicyGraphError, QueryError

SPARQL_JSON = "application/sparql-results+json"
_WHOLE, _REAL = frozenset({"integer", "int", "long"}), frozenset({"decimal", "double", "float"})

Given = str | int | float | bool | list[str] | None


class ServiceError(PolicyGraphError):
    """The service refused or failed; ``problem`` is what it said (RFC 9457)."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status, self.problem = status, problem
        title, detail = problem.get("title", status), problem.get("detail", "")
        super().__init__(f"{title}: {detail}")


class Records(list[dict[str, Any]]):
    """Rows of an answer; ``labels`` names the things that they mention, where the service does."""

    def __init__(
        self, rows: Iterable[Mapping[str, Any]] = (), labels: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(dict(row) for row in rows)
        self.labels = dict(labels or {})

    def named(self) -> Records:
        """The same rows with names in place of the IRIs that have one, but for the row's own."""
        return Records({k: v if k == "iri" else self._named(v) for k, v in r.items()} for r in self)

    def _named(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._named(one) for one in value]
        return self.labels.get(value, value) if isinstance(value, str) else value

    def pandas(self) -> Any:
        """A pandas DataFrame."""
        return _library("pandas").DataFrame(list(self))

    def polars(self) -> Any:
        """A polars DataFrame."""
        return _library("polars").DataFrame(list(self), infer_schema_length=None)


class Client:
    """One service; ``http`` takes a client of one's own (with a proxy, or for a test)."""

    def __init__(
        self, address: str = "http://localhost:8000", http: httpx.Client | None = None
    ) -> None:
        self._http = http or httpx.Client(base_url=address, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def documents(self, **wanted: Given) -> Records:
        """Documents: issuer, place, type, year, tracesTo; as all listings, id and lang."""
        return self.listing("documents", **wanted)

    def tasks(self, **wanted: Given) -> Records:
        """Tasks: document, agency, lead, place, year, tracesTo."""
        return self.listing("tasks", **wanted)

    def targets(self, **wanted: Given) -> Records:
        """Targets: document, indicator, place, year."""
        return self.listing("targets", **wanted)

    def listing(self, name: str, **wanted: Given) -> Records:
        """All pages of a collection."""
        labels: dict[str, str] = {}
        rows = list(self._pages(f"/api/{name}", {"limit": 200, **wanted}, labels))
        return Records(rows, labels)

    def lineage(self, thing: str, lang: str = "vi") -> Records:
        """The path of a thing upward, edge by edge, each with its quote."""
        return self.query("lineage-of", thing=thing, lang=lang)

    def query(self, name: str, **parameters: Given) -> Records:
        """A canned query."""
        return Records(self._get(f"/api/queries/{name}", parameters)["rows"])

    def search(self, question: str, **wanted: Given) -> Records:
        """The best things for a question, with or without diacritics: kind, document, limit."""
        return Records(self._get("/api/search", {"q": question, **wanted})["hits"])

    def sparql(self, query: str) -> Records:
        """Rows of a SELECT; numbers as numbers, all else as text, nothing as None."""
        answer = self._http.post("/sparql", data={"query": query}, headers={"Accept": SPARQL_JSON})
        found = self._checked(answer)
        if "results" not in found:
            raise QueryError("cần một câu SELECT / a SELECT query is needed here")
        names = found["head"]["vars"]
        return Records(
            {name: _plain(row.get(name)) for name in names} for row in found["results"]["bindings"]
        )

    def _pages(
        self, address: str, wanted: Mapping[str, Given], labels: dict[str, str]
    ) -> Iterator[dict[str, Any]]:
        """Items of all pages; what they name is added to ``labels``."""
        page = self._get(address, wanted)
        while True:
            labels |= page["labels"]
            yield from page["items"]
            if page["next"] is None:
                return
            page = self._get(page["next"], {})

    def _get(self, address: str, wanted: Mapping[str, Given]) -> dict[str, Any]:
        given = {name: _written(value) for name, value in wanted.items() if value is not None}
        return self._checked(self._http.get(address, params=given or None))

    def _checked(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            found = answer.json()
        except ValueError as error:
            raise ServiceError(answer.status_code, {"detail": answer.text[:200]}) from error
        if answer.status_code >= 400:
            raise ServiceError(answer.status_code, found)
        return dict(found)


def _written(value: Given) -> str | list[str]:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, list) else str(value)


def _plain(term: Mapping[str, str] | None) -> str | int | float | None:
    if term is None:
        return None
    datatype, value = term.get("datatype", "").rpartition("#")[2], term["value"]
    if datatype in _WHOLE:
        return int(value)
    return float(value) if datatype in _REAL else value


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise PolicyGraphError(f"chưa cài {name}: pip install {name} / not installed") from error
