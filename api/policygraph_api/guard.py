"""Whether a free query reaches out to another server."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pyparsing import ParseBaseException
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from policygraph.sparql_text import bare, escape_dots

_SERVICE = re.compile(r"(?<![\w?$:.-])SERVICE(?![\w:.-])", re.IGNORECASE)


def calls_service(text: str) -> bool:
    """Whether the query has a SERVICE pattern.

    The word alone is no proof (it may stand in a string), so a text with it is parsed; where
    the parser gives up, the word outside strings and comments decides.  Slow, and for workers.
    """
    if "service" not in text.lower():
        return False
    try:
        return _has_service(parseQuery(escape_dots(text)))
    except (ParseBaseException, RecursionError, ValueError):
        return _SERVICE.search(bare(text)) is not None


def _has_service(parsed: object) -> bool:
    stack = [parsed]
    while stack:
        node = stack.pop()
        if isinstance(node, CompValue):
            if node.name == "ServiceGraphPattern":
                return True
            stack.extend(node.values())
        elif isinstance(node, Iterable) and not isinstance(node, str):
            stack.extend(node)
    return False
