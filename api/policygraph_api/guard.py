"""Whether a free query reaches out to another server, and to which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pyparsing import ParseBaseException
from rdflib import URIRef
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from policygraph.sparql_text import bare, escape_dots, unescape

UNREADABLE = "SERVICE"
_SERVICE = re.compile(r"(?<![\w?$:.-])SERVICE(?![\w:.-])", re.IGNORECASE)


def called_services(text: str) -> list[str]:
    """What the query's SERVICE patterns call: IRIs, or just "SERVICE" where the target is no
    full IRI or the query cannot be read.

    The word alone is no proof (it may stand in a string), so a text with it is parsed; where the
    parser gives up, the word outside strings and comments decides.  Slow, and for workers.
    """
    plain = unescape(text)
    if "service" not in plain.lower():
        return []
    try:
        targets = list(_services(parseQuery(escape_dots(plain))))
    except (ParseBaseException, RecursionError, ValueError):
        return [UNREADABLE] if _SERVICE.search(bare(plain)) else []
    return [str(target) if isinstance(target, URIRef) else UNREADABLE for target in targets]


def _services(parsed: object) -> Iterator[object]:
    """Targets of all SERVICE patterns; one by prefixed name or variable is no URIRef."""
    stack = [parsed]
    while stack:
        node = stack.pop()
        if isinstance(node, CompValue):
            if node.name == "ServiceGraphPattern":
                yield node.term
            stack.extend(node.values())
        elif isinstance(node, Iterable) and not isinstance(node, str):
            stack.extend(node)
