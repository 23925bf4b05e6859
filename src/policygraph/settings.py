"""Settings of the service: from the environment (``POLICYGRAPH_STORE``, ``POLICYGRAPH_WORKERS`` …),
else from the TOML file that ``POLICYGRAPH_CONFIG`` names, else their defaults.

The port may also be given as plain ``PORT``, as hosting platforms do.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from policygraph import resources
from policygraph.errors import DataError

CONFIG = "POLICYGRAPH_CONFIG"


def default_store() -> Path:
    """``store/`` of the checkout, or of the working directory for an installed package."""
    return (resources.checkout() or Path.cwd()) / "store"


def default_imports() -> Path:
    """``imports/`` beside the store: what other offices sent."""
    return default_store().with_name("imports")


class Settings(BaseSettings):
    """What an operator may set; every field has a default that serves a laptop."""

    model_config = SettingsConfigDict(
        env_prefix="POLICYGRAPH_", frozen=True, populate_by_name=True, extra="ignore"
    )

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=8000,
        ge=0,
        le=65535,
        validation_alias=AliasChoices("POLICYGRAPH_PORT", "PORT"),
        description="Port to listen on; PORT is read too.",
    )
    store: Path = Field(
        default_factory=default_store,
        description="Root of the builds (with `current` inside), or a bare Oxigraph directory.",
    )
    queries: Path = Field(
        default_factory=lambda: resources.directory("queries"),
        description="Directory of the canned queries (*.rq).",
    )
    watch: float = Field(
        default=1.0, gt=0, description="Seconds between two looks at which build is current."
    )
    open_builds: int = Field(
        default=2,
        ge=0,
        description="Old builds kept open at once for `/build/<hash>/…`, each with its workers.",
    )
    workers: int = Field(
        default_factory=lambda: max(2, os.cpu_count() or 2),
        ge=1,
        le=256,
        description="Long queries that run at once; one worker more is kept for look-ups.",
    )
    timeout: float = Field(
        default=20.0, gt=0, description="Seconds of wall clock after which a query is killed."
    )
    queue: int = Field(
        default=256,
        ge=1,
        description="Queries that may run or wait at once; more are told to retry.",
    )
    patience: float = Field(
        default=30.0, gt=0, description="Seconds a query may wait before it is told to retry."
    )
    memory_mb: int = Field(
        default=2048,
        ge=256,
        description="Address space of one worker, in MB, beyond the store it opens.",
    )
    max_query_bytes: int = Field(
        default=65536, ge=1, description="Longest free query accepted, in bytes of UTF-8."
    )
    max_nesting: int = Field(
        default=64, ge=1, description="Deepest nesting of brackets accepted in a free query."
    )
    max_answer_mb: int = Field(default=64, ge=1, description="Largest answer to a query, in MB.")
    services: tuple[str, ...] = Field(
        default=(),
        description="Beginnings of IRIs that SERVICE may call, as a JSON list; else none. "
        "Such queries run in a worker that keeps the network.",
    )
    budget: float = Field(
        default=120.0, gt=0, description="Seconds of workers' time that one client may use up."
    )
    budget_period: float = Field(
        default=300.0, gt=0, description="Seconds in which a used-up budget is full again."
    )
    body_timeout: float = Field(
        default=10.0, gt=0, description="Seconds for a request's head, and again for its body."
    )
    send_timeout: float = Field(
        default=30.0, gt=0, description="Seconds a client may take nothing of an answer."
    )
    max_connections: int = Field(
        default=2000, ge=1, description="Connections beyond which requests are answered 503."
    )
    cache_mb: int = Field(default=64, ge=0, description="Results kept in memory, in MB.")
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Addresses, comma-separated, whose X-Forwarded-For names the client.",
    )
    admin_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Token of the operator; without one there are no /admin addresses.",
    )
    review: Path | None = Field(
        default=None,
        description="Directory of the reviewers' decisions (`data/review`); with it and the token "
        "of the operator, decisions are taken at /review.",
    )
    ttl: Path = Field(
        default_factory=lambda: resources.directory("data/ttl"),
        description="Directory of the Turtle that is under review.",
    )
    log: Literal["all", "work", "errors"] = Field(
        default="work",
        description="Requests that are logged: all, those that failed or took 0.1 s, or failed.",
    )
    engine_url: str = Field(
        default="",
        description="Query address of a SPARQL 1.1 server to use in place of the store.",
    )
    engine_update_url: str = Field(
        default="", description="Update address of that server, for loading."
    )
    engine_graphs_url: str = Field(
        default="", description="Graph Store address of that server, for loading."
    )
    engine_user: str = Field(default="", description="User at that server.")
    engine_password: SecretStr | None = Field(default=None, description="Password of that user.")
    engine_token: SecretStr | None = Field(
        default=None, description="Bearer token for that server, in place of a user."
    )
    engine_dialect: Literal["standard", "virtuoso"] = Field(
        default="standard", description="What that server needs said differently."
    )

    @property
    def is_reviewed(self) -> bool:
        """Whether decisions of reviewers are taken over HTTP."""
        return self.review is not None and self.admin_token is not None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        named = os.environ.get(CONFIG)
        if not named:
            return init_settings, env_settings
        if not Path(named).is_file():
            raise DataError(named, f"the file that {CONFIG} names is missing")
        return init_settings, env_settings, _read(Path(named), settings_cls)


def _read(path: Path, settings_cls: type[BaseSettings]) -> TomlConfigSettingsSource:
    try:
        source = TomlConfigSettingsSource(settings_cls, path)
    except tomllib.TOMLDecodeError as error:
        raise DataError(path, f"không phải TOML / not TOML: {error}") from error
    for name in source.toml_data:
        if name not in settings_cls.model_fields:
            raise DataError(path, f"không có cài đặt / no such setting: {name}")
    return source


def load(**given: object) -> Settings:
    """The settings, with what was said on the command line above all else.

    Raises DataError that names each that is wrong, and never shows its value: it may be a secret.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        wrong = "; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors(include_input=False))
    except SettingsError as error:
        wrong = str(error)
    raise DataError("cài đặt / settings", f"{wrong} (docs/settings.md)")


HEAD = """# Settings / Cài đặt

Generated from `src/policygraph/settings.py` by `python -m policygraph.settings`; the tests compare.

Each setting is an environment variable, or a key of the TOML file that `POLICYGRAPH_CONFIG` names
(the variable wins). / Mỗi cài đặt là một biến môi trường, hoặc một khóa của tệp TOML mà
`POLICYGRAPH_CONFIG` chỉ đến (biến môi trường thắng).

| Environment | Key in the file | Default | Meaning |
|---|---|---|---|
"""
_COMPUTED = {
    "store": "`store/`",
    "queries": "`queries/` of the package",
    "ttl": "`data/ttl` of the package",
    "workers": "cores, ≥ 2",
}


def page() -> str:
    """``docs/settings.md``."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = _COMPUTED.get(name) or (
            f"`{field.default}`" if field.default not in ("", None, ()) else "none"
        )
        rows.append(
            f"| `POLICYGRAPH_{name.upper()}` | `{name}` | {default} | {field.description} |\n"
        )
    return HEAD + "".join(rows)


if __name__ == "__main__":
    (Path(__file__).parents[2] / "docs" / "settings.md").write_text(page(), encoding="utf-8")
