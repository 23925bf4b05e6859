"""The service: SPARQL, canned queries and a home page over one immutable build."""
