"""Whatever is sent to any route of the OpenAPI document, the service does not fail."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

EXAMPLES = 6
SENT = ("params", "headers", "json", "data", "content")


def test_no_request_makes_the_service_fail(client):
    """Statuses are the document's business; 500 and a broken answer are never right."""
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 15
    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        @given(operation.as_strategy())
        def send(case):
            made = case.as_transport_kwargs(base_url="http://testserver")
            given = {name: made[name] for name in SENT if made.get(name) is not None}
            answer = client.request(made["method"], made["url"], **given)
            assert answer.status_code != 500, (case.method, case.path, answer.text)
            if answer.status_code >= 400:
                assert answer.json()["type"], answer.text

        send()
