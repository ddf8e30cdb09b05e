"""Secrets Manager: one JSON document per secret, read when it is needed and never logged."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.core.aws.calls import repeated


def read_secret(client: Any, name: str) -> Mapping[str, Any]:
    """The newest version. Raises Unavailable when nobody answers, ClientError when there is none or it is not ours."""
    found = repeated(lambda: client.get_secret_value(SecretId=name))
    secret: Mapping[str, Any] = json.loads(found["SecretString"])
    return secret
