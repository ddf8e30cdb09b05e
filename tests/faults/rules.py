"""The rules of `infra/events.yaml` as EventBridge reads them, so that twins route by the real template."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from infra.build.template import load
from infra.steps import ROOT

Event = Mapping[str, Any]


@cache
def resources() -> dict[str, Any]:
    found: dict[str, Any] = load(ROOT / "infra" / "events.yaml")["Resources"]
    return found


def hearers(event: Event) -> list[str]:
    """Logical ids of the queues that an event reaches, through topics too."""
    return [queue for rule in _of("AWS::Events::Rule") if matches(rule["EventPattern"], event) for queue in _ends(rule)]


def _of(kind: str) -> list[Any]:
    return [one["Properties"] for one in resources().values() if one["Type"] == kind]


def _ends(rule: Any) -> Iterator[str]:
    for target in rule["Targets"]:
        if "Ref" in target["Arn"]:
            yield from (queue for topic, queue in _subscriptions() if topic == target["Arn"]["Ref"])
        else:
            yield target["Arn"]["Fn::GetAtt"][0]


def _subscriptions() -> list[tuple[str, str]]:
    """(topic, queue) of every subscription."""
    return [
        (one["TopicArn"]["Ref"], one["Endpoint"]["Fn::GetAtt"][0])
        for one in _of("AWS::SNS::Subscription")
        if one["Protocol"] == "sqs"
    ]


def matches(pattern: Mapping[str, Any], event: Event) -> bool:
    """EventBridge's own words, as far as our rules use them: exact values and `exists`."""
    return all(_fits(wanted, event.get(name)) for name, wanted in pattern.items())


def _fits(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and matches(wanted, value)
    return any(_one(choice, value) for choice in wanted)


def _one(choice: Any, value: Any) -> bool:
    if isinstance(choice, Mapping):
        assert set(choice) == {"exists"}, f"this twin does not know {choice}"
        return bool((value is not None) == choice["exists"])
    return bool(choice == value)
