"""Alerts for machines: what is in force, and each alert that was ever issued. The shape: `docs/api/alerts.md`."""

from typing import Any

from chalicelib.alerts import reads
from chalicelib.alerts.model.alert import Alert, State
from chalicelib.alerts.model.ladder import RUNGS
from chalicelib.alerts.service import alerts
from chalicelib.core.clock import as_stamp
from chalicelib.core.text import Text
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.pages import Api, json_body
from chalicelib.core.web.visit import Visit

api = Api(__name__)


@api.get("/api/alerts", guard=anyone)
def list_alerts(visit: Visit) -> Answer:
    board = reads.board()
    return json_body({"active": [_short(one) for one in board.active], "ended": [_short(one) for one in board.ended]})


@api.get("/api/alerts/{id}", guard=anyone)
def show_alert(visit: Visit, id: str) -> Answer:
    return json_body(_whole(alerts().public(id)))


def _short(one: reads.Summary) -> dict[str, Any]:
    return {
        "id": one.id,
        "url": _in_languages(reads.address(one.id), toolbox().origin),
        "status": "actual",
        "state": one.state,
        "hazard": one.hazard,
        "level": one.level,
        "severity": RUNGS[one.level].severity,
        "areas": one.areas,
        "headline": _in_languages(one.headline),
        "instruction": _in_languages(one.instruction),
        "issued_at": as_stamp(one.issued_at),
        "updated_at": as_stamp(one.updated_at),
        "expires_at": as_stamp(one.expires_at),
    }


def _whole(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "url": _in_languages(reads.address(alert.id), toolbox().origin),
        "status": alert.status,
        "state": alert.public_state(toolbox().now()),
        "hazard": alert.hazard,
        "level": alert.level,
        "severity": RUNGS[alert.level].severity,
        "areas": alert.areas,
        "villages": alert.villages,
        "headline": _in_languages(alert.headline),
        "instruction": _in_languages(alert.instruction),
        "description": _in_languages(alert.description),
        "ending": _in_languages(alert.ending) if alert.ending and alert.state is State.CANCELLED else None,
        "issued_at": as_stamp(alert.issued_at) if alert.issued_at else None,
        "updated_at": as_stamp(alert.told_at),
        "expires_at": as_stamp(alert.expires_at),
        "ended_at": as_stamp(alert.ended_at) if alert.ended_at else None,
    }


def _in_languages(said: Text, before: str = "") -> dict[str, str]:
    return {"id": before + said.id, "en": before + said.en}
