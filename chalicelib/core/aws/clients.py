"""boto3 clients, made at first use and kept: each costs tens of milliseconds of a cold start.

Calls are short and are tried once: whoever calls knows what may be repeated, and one layer of retries is enough.
"""

import functools
from typing import Any

CONNECT_SECONDS = 1
READ_SECONDS = 2


@functools.cache
def client(service: str, *, attempts: int = 1, read_seconds: float = READ_SECONDS) -> Any:
    """The client of one AWS service; endpoint, region and keys come from the environment."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        tcp_keepalive=True,
        max_pool_connections=16,
    )
    return boto3.client(service, config=config)
