"""``/static``: scripts, styles and pictures under names that hold a hash of their content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from policygraph.errors import DataError
from policygraph_api.problems import ProblemError

FOLDER = Path(__file__).parent / "static"
MANIFEST = "manifest.json"
MEDIA_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
"""Not left to the machine's own table: a script of another type would not run."""
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent; ``packed`` is the same in Brotli where that is worth it."""

    media_type: str
    body: bytes
    packed: bytes | None


class Assets:
    """What ``web/build.py`` made, read once.  Raises DataError where it has not been run."""

    def __init__(self, folder: Path = FOLDER) -> None:
        manifest = folder / MANIFEST
        if not manifest.is_file():
            raise DataError(manifest, "the explorer is not built; run `make setup`")
        content = manifest.read_bytes()
        self.names: Mapping[str, str] = json.loads(content)
        self.digest = hashlib.sha256(content).hexdigest()
        self._files = {
            path.name: _read(path)
            for path in folder.iterdir()
            if path.name != MANIFEST and path.suffix != ".br"
        }

    def path(self, name: str) -> str:
        """Address of a source's output ("site.css"); raises DataError where nothing made it."""
        if name not in self.names:
            raise DataError(MANIFEST, f"nothing made {name}; run `make setup`")
        return f"/static/{self.names[name]}"

    def router(self) -> APIRouter:
        routes = APIRouter(prefix="/static")

        @routes.get("/{name}", include_in_schema=False)
        def asset(request: Request, name: str) -> Response:
            found = self._files.get(name)
            if found is None:
                raise ProblemError("not-found", f"Không có tệp {name}.", f"No file {name}.")
            headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
            body = found.body
            if found.packed and "br" in request.headers.get("accept-encoding", ""):
                headers["Content-Encoding"] = "br"
                body = found.packed
            return Response(body, media_type=found.media_type, headers=headers)

        return routes


def _read(path: Path) -> Asset:
    packed = path.with_name(f"{path.name}.br")
    return Asset(
        MEDIA_TYPES[path.suffix],
        path.read_bytes(),
        packed.read_bytes() if packed.is_file() else None,
    )
