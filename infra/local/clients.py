"""AWS clients of one local city, as its root."""

import functools
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.deploy import Home
from infra.local.city import KEYS, REGION, STAGE, City

# A cloud that is stopping or starting is asked again soon by whoever cares; nobody waits for long retries.
QUICK = Config(connect_timeout=2, read_timeout=60, retries={"max_attempts": 2}, s3={"addressing_style": "path"})


@functools.cache
def client(city: City, service: str) -> Any:
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=city.endpoint,
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        config=QUICK,
    )


def home(city: City) -> Home:
    return Home(lambda service: client(city, service), delay=0.2)


def last_lines(city: City, function: str, most: int = 15) -> str:
    """The end of a function's log, or a word on why there is none."""
    try:
        found = client(city, "logs").filter_log_events(logGroupName=f"/aws/lambda/sewaka-{STAGE}-{function}")
    except ClientError as refused:
        return str(refused)
    return "\n".join(event["message"].rstrip() for event in found["events"][-most:])
