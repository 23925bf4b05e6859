"""Logs as lines of JSON.  A query is named by a hash of its text; neither the client's address
nor what was asked is written."""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from datetime import UTC, datetime
from urllib.parse import parse_qs

from starlette.types import Scope

from policygraph_api.served import Served

requests = logging.getLogger("policygraph.requests")
_FAILED = 400
NOTEWORTHY = 0.1
"""Seconds from which an answer is work worth a line; look-ups are counted in the metrics."""


class Lines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        entry.update(getattr(record, "fields", {}))
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def set_up() -> None:
    """Send everything to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # httpx tells of every request it makes, with its address.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def request(wanted: str, scope: Scope, status: int, seconds: float, served: Served) -> None:
    """Tell of one request that was evaluated; ``wanted`` is the setting ``log``."""
    is_quiet = status < _FAILED and (wanted == "errors" or seconds < NOTEWORTHY)
    if is_quiet and wanted != "all":
        return
    if not requests.isEnabledFor(logging.INFO):
        return
    fields: dict[str, object] = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "ms": round(seconds * 1000, 2),
        "build": served.name,
    }
    if scope["path"].rstrip("/") == "/sparql":
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("query")
        if asked:
            fields["query"] = query_hash(asked[0])
    requests.info("request", extra={"fields": fields})


def query_hash(text: str) -> str:
    """A short name by which one query is known again in the logs."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
