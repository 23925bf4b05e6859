"""The operator's token: who may change what the service does, or what the graph says."""

from __future__ import annotations

import hmac

from pydantic import SecretStr


def is_right(secret: SecretStr | None, given: str) -> bool:
    """Whether a token was given that is the operator's, told in constant time."""
    if secret is None:
        return False
    expected = secret.get_secret_value().encode("utf-8")
    return hmac.compare_digest(given.strip().encode("utf-8"), expected)
