"""The same artefacts to any home: upload by content, one change set, the stack's outputs.

`python -m infra.deploy STAGE [--dry-run]` for an AWS account (credentials as boto3 finds them);
`make run` calls `deploy` for the embedded cloud.
"""

import argparse
import copy
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError, NoCredentialsError, WaiterError

from infra.build.__main__ import build
from infra.build.paths import STATIC, Artefacts
from infra.steps import ROOT, Trouble, files_under, or_exit, say

REGION = "ap-southeast-3"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
# The build's fingerprint, kept on the stack itself, so that a stack that was lost is made again.
FINGERPRINT = "sewaka:build"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
TYPES |= {".png": "image/png", ".webp": "image/webp", ".ico": "image/x-icon", ".json": "application/json"}


@dataclass(frozen=True)
class Home:
    """One account of one cloud: how its clients are made and how patient its waits are (seconds)."""

    client: Callable[[str], Any]
    delay: float = 5

    def account(self) -> str:
        return str(self.client("sts").get_caller_identity()["Account"])


@dataclass(frozen=True)
class Release:
    """What is put where: one stage's artefacts with the values that differ between stages."""

    artefacts: Artefacts
    parameters: Mapping[str, str]

    @property
    def stack(self) -> str:
        return f"sewaka-{self.artefacts.stage}"


def deploy(home: Home, release: Release, dry_run: bool = False) -> dict[str, str]:
    """Answers the stack's outputs. Trouble, with the first reasons, when CloudFormation refuses.

    dry_run: uploads the artefacts, since a change set needs them, shows it, and answers nothing.
    """
    bucket = f"{release.stack}-artefacts-{home.account()}"
    template, mark = _prepared(release, bucket)
    if not dry_run and _deployed(home, release.stack) == mark:
        return outputs(home, release.stack)
    _bucket(home, bucket)
    _put_once(
        home, bucket, f"functions/{_hash(release.artefacts.zip.read_bytes())}.zip", release.artefacts.zip.read_bytes()
    )
    key = f"templates/{mark}.json"
    _put_once(home, bucket, key, template)
    url = f"{home.client('s3').meta.endpoint_url}/{bucket}/{key}"
    _change(home, release, url, mark, dry_run)
    return {} if dry_run else outputs(home, release.stack)


def _prepared(release: Release, bucket: str) -> tuple[bytes, str]:
    """The template with the zip's place in it, and a fingerprint over all that the stack is made of."""
    template = json.loads(release.artefacts.template.read_text("utf-8"))
    place = {"Bucket": bucket, "Key": f"functions/{_hash(release.artefacts.zip.read_bytes())}.zip"}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = copy.copy(place)
    body = json.dumps(template, sort_keys=True).encode()
    return body, _hash(body + json.dumps(dict(release.parameters), sort_keys=True).encode())


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _bucket(home: Home, name: str) -> None:
    s3 = home.client("s3")
    try:
        s3.head_bucket(Bucket=name)
    except ClientError:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        shut = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(shut, True))


def _put_once(home: Home, bucket: str, key: str, body: bytes) -> None:
    s3 = home.client("s3")
    if not s3.list_objects_v2(Bucket=bucket, Prefix=key).get("KeyCount"):
        s3.put_object(Bucket=bucket, Key=key, Body=body)


def _stack(home: Home, name: str) -> dict[str, Any] | None:
    try:
        stack: dict[str, Any] = home.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as refused:
        if "does not exist" in str(refused):
            return None
        raise
    return stack


def _deployed(home: Home, name: str) -> str | None:
    """The fingerprint of a stack that is whole, else None."""
    stack = _stack(home, name)
    if stack is None or stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return None
    return next((tag["Value"] for tag in stack.get("Tags", []) if tag["Key"] == FINGERPRINT), None)


def outputs(home: Home, name: str) -> dict[str, str]:
    """The outputs of a deployed stack; Trouble when there is none."""
    stack = _stack(home, name)
    if stack is None:
        raise Trouble(f"there is no stack {name}")
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _change(home: Home, release: Release, url: str, mark: str, dry_run: bool) -> None:
    stack = _stack(home, release.stack)
    kind = "CREATE" if stack is None or stack["StackStatus"] == "REVIEW_IN_PROGRESS" else "UPDATE"
    made = _change_set(home, release, url, mark, kind)
    if made and dry_run:
        _show(home, release.stack, made)
        _take_back(home, release.stack, kind, made)
    elif made:
        _execute(home, release.stack, kind, made)


def _change_set(home: Home, release: Release, url: str, mark: str, kind: str) -> str:
    """The id of a change set that is ready, or empty when nothing would change."""
    cloudformation = home.client("cloudformation")
    made: str = cloudformation.create_change_set(
        StackName=release.stack,
        ChangeSetName=f"build-{mark[:16]}",
        ChangeSetType=kind,
        TemplateURL=url,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in release.parameters.items()],
        Capabilities=CAPABILITIES,
        Tags=[{"Key": FINGERPRINT, "Value": mark}],
    )["Id"]
    try:
        _wait(home, "change_set_create_complete", StackName=release.stack, ChangeSetName=made)
    except WaiterError as refused:
        reason = str(refused.last_response.get("StatusReason", refused))
        if "didn't contain changes" in reason or "No updates" in reason:
            return ""
        raise Trouble(f"CloudFormation refused the change to {release.stack}: {reason}") from refused
    return made


def _wait(home: Home, state: str, **what: str) -> None:
    patience = {"Delay": home.delay, "MaxAttempts": int(1800 / home.delay)}
    home.client("cloudformation").get_waiter(state).wait(**what, WaiterConfig=patience)


def _execute(home: Home, stack: str, kind: str, made: str) -> None:
    home.client("cloudformation").execute_change_set(ChangeSetName=made, StackName=stack)
    try:
        _wait(home, f"stack_{kind.lower()}_complete", StackName=stack)
    except WaiterError as failed:
        raise Trouble(f"deploying {stack} failed:\n{_reasons(home, stack)}") from failed


def _reasons(home: Home, stack: str) -> str:
    events = home.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in events if "FAILED" in event["ResourceStatus"]]
    lines = [f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed]
    return "\n".join(lines[-5:])


def _show(home: Home, stack: str, made: str) -> None:
    """Prints what the change set would do."""
    cloudformation = home.client("cloudformation")
    pages = cloudformation.get_paginator("describe_change_set").paginate(StackName=stack, ChangeSetName=made)
    for change in (change["ResourceChange"] for page in pages for change in page["Changes"]):
        say(f"  {change['Action']:<8} {change['ResourceType']:<40} {change['LogicalResourceId']}")


def _take_back(home: Home, stack: str, kind: str, made: str) -> None:
    """A change set for a new stack leaves an empty stack behind, unless both go."""
    cloudformation = home.client("cloudformation")
    cloudformation.delete_change_set(StackName=stack, ChangeSetName=made)
    if kind == "CREATE":
        cloudformation.delete_stack(StackName=stack)


def upload_assets(home: Home, bucket: str) -> None:
    """Puts the built files under static/, each once: its name carries the hash of its content."""
    s3 = home.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="static/")
    there = {found["Key"] for page in pages for found in page.get("Contents", [])}
    for file in files_under(STATIC):
        key = f"static/{file.relative_to(STATIC).as_posix()}"
        if key not in there:
            kind = TYPES.get(file.suffix, "application/octet-stream")
            forever = "public, max-age=31536000, immutable"
            s3.put_object(Bucket=bucket, Key=key, Body=file.read_bytes(), ContentType=kind, CacheControl=forever)
    # The edge shows it when nobody answers, and knows it by this name (infra/edge.yaml).
    page = (ROOT / "infra" / "unavailable.html").read_bytes()
    told = {"ContentType": "text/html; charset=utf-8", "CacheControl": "public, max-age=300"}
    s3.put_object(Bucket=bucket, Key="static/unavailable.html", Body=page, **told)


def parameters(stage: str) -> dict[str, str]:
    """The stage's own values, from infra/stages.json."""
    known: dict[str, dict[str, str]] = json.loads((ROOT / "infra" / "stages.json").read_text("utf-8"))
    if stage not in known:
        raise Trouble(f"infra/stages.json knows {', '.join(known)}, not {stage}")
    return {"Stage": stage, **known[stage]}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("stage")
    asked.add_argument("--dry-run", action="store_true", help="show the change set, change nothing")
    wish = asked.parse_args()
    values = parameters(wish.stage)
    home = Home(lambda service: boto3.client(service, region_name=REGION))
    try:
        told = deploy(home, Release(build(wish.stage), values), wish.dry_run)
    except ClientError as refused:
        raise Trouble(f"AWS refuses: {refused}") from refused
    except NoCredentialsError as nobody:
        raise Trouble("no AWS credentials: set AWS_PROFILE, or log in (docs/running.md)") from nobody
    if told:
        upload_assets(home, told["AssetBucketName"])
    for name, value in sorted(told.items()):
        say(f"{name:<24} {value}")


if __name__ == "__main__":
    or_exit(main)
