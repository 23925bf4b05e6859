"""Facts and registers as RDF: one field, one term."""
