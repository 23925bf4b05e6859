"""Where pages are: their addresses, in which language, and the page of each thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.requests import Request

from policygraph import iri

ENGLISH = "/en"
OWN_PAGES: Mapping[str, str] = {
    iri.Kind.DOCUMENT: "documents",
    iri.Kind.TASK: "tasks",
    iri.Kind.AGENCY: "agencies",
    iri.Kind.INDICATOR: "indicators",
}
"""Kinds of things with a page of their own; the others have the page of linked data."""


@dataclass(frozen=True, slots=True)
class Here:
    """Where a page stands: its language, the prefix of its build, its path and query."""

    lang: str
    prefix: str
    path: str
    query: str

    def url(self, path: str, **query: object) -> str:
        """A page's address in the language of this one; what is None is left out."""
        return self.service((ENGLISH if self.lang == "en" else "") + path, **query)

    def service(self, path: str, **query: object) -> str:
        """An address that has no language: the API, downloads."""
        kept = {name: value for name, value in query.items() if value is not None}
        return self.prefix + path + ("?" + urlencode(kept, doseq=True) if kept else "")

    def other(self, lang: str) -> str:
        """This page in another language."""
        path = self.prefix + (ENGLISH if lang == "en" else "") + quote(self.path)
        return f"{path}?{self.query}" if self.query else path

    def href(self, address: str) -> str:
        """Where an IRI leads: its page here, or the address itself elsewhere; what is no web
        address becomes no link."""
        if address.startswith(iri.THINGS):
            kind, _, local = address.removeprefix(iri.THINGS).partition("/")
            if kind == iri.Kind.PART:
                *document, part = local.split(".", iri.DOCUMENT_PARTS)
                return self.url(f"/documents/{'.'.join(document)}/text") + f"#p-{part}"
            page = OWN_PAGES.get(kind)
            return self.url(f"/{page}/{local}" if page else f"/data/id/{kind}/{local}.html")
        if address.startswith(iri.ONTOLOGY.rstrip("#")):
            _, hash_sign, term = address.partition("#")
            return self.url("/ontology.html") + hash_sign + term
        if address.startswith(iri.BASE):
            return self.url(f"/data/{address.removeprefix(iri.BASE)}.html")
        return address if address.startswith(("https://", "http://")) else "#"


def here(request: Request) -> Here:
    """Where a request's page stands."""
    path = request.scope["path"]
    lang = "vi"
    if path == ENGLISH or path.startswith(ENGLISH + "/"):
        lang, path = "en", path.removeprefix(ENGLISH) or "/"
    prefix = request.scope.get("policygraph.prefix", "")
    return Here(lang, prefix, path, request.scope["query_string"].decode("latin-1"))
