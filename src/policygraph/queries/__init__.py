"""Canned queries: a file ``NAME.rq`` is the whole interface of one question.

Its header, in comments:

    # summary-vi: …
    # summary-en: …
    # param NAME TYPE required|optional|default=VALUE: tiếng Việt | English
      (TYPE ``text:role`` is a concept of the scheme ``role`` by its sign or short name)
    # walk up|down NAME
    # example: document=52-NQ/TW

and some lines in its body:

    # bind NAME         becomes ``VALUES ?NAME { term }``, or nothing where NAME is not given
    # if NAME … # end   is kept only where the optional NAME is given
    # sure NAME         keeps only the assertions ?NAME that are sure enough
    # edges A R B [E]   becomes the edges of the walk: ?A leads by ?R up to ?B; ?E says whether the
                        walk comes there only over facts from outside the texts
    # page              becomes ``LIMIT`` with the number of rows up to the end of the page
    # found A B … # shown   between them the answer's ?A are found, and ?B …; all other columns are
                        what is shown of each ?A, which a build may keep ready (``cards``)

How sure an assertion must be is asked by two parameters that every query with such lines has,
``confidence`` and ``accepted``; where neither is, the lines become nothing, and ``# if limited``
keeps nothing.  The derived closures do not know which edge is how sure, so a query over them says
from where to walk, ``# walk up thing`` or ``# walk down document``: where it is asked, the edges
that are sure enough are walked before the query runs (``edges``), and it reads them as data.

Whoever asks for a page gets it by LIMIT and OFFSET behind the query, and every row is made before
one is left out.  A query whose rows are dear says between ``# if paged`` and ``# end`` which they
are: a sub-select in the order of the answer, each row of which makes at least one of the answer's,
with ``# page`` as its last line.

A file is therefore SPARQL as it stands.  Values become RDF terms first and are written by
Oxigraph's own serialiser into a VALUES block: data, never text of the query.  (Oxigraph's
``substitutions`` bind after planning: on 200,000 tasks the same look-up took 198 ms with
them and 0.3 ms with VALUES; VALUES also works on any other engine.)

    parameters    what can be asked for
    filling       a file's lines become SPARQL
    files         reading and checking a file
    binding       a query with its values
    records       answers as rows
"""

from policygraph.queries.binding import MAX_VALUE, Bound, bind
from policygraph.queries.files import TRIPLE, CannedQuery, load, parse
from policygraph.queries.parameters import LOOKED_UP, Parameter, Type
from policygraph.queries.records import (
    Record,
    Value,
    records,
    rows,
    run,
    text_in,
    whole_in,
    write_records,
)

__all__ = [
    "LOOKED_UP",
    "MAX_VALUE",
    "TRIPLE",
    "Bound",
    "CannedQuery",
    "Parameter",
    "Record",
    "Type",
    "Value",
    "bind",
    "load",
    "parse",
    "records",
    "rows",
    "run",
    "text_in",
    "whole_in",
    "write_records",
]
