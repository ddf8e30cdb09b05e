"""Alerts for tests: builders that show only what matters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.alerts.model.alert import Alert, Content, Hand, drafted
from chalicelib.alerts.model.ladder import Level, Status
from chalicelib.core.text import Text

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
AYU, MADE, KOMANG = Hand(id="ayu", name="Ayu"), Hand(id="made", name="Made"), Hand(id="komang", name="Komang")
DAUH_PURI_KAUH, PEMOGAN = "51.71.03.2003", "51.71.01.2008"


def content(**changes: Any) -> Content:
    written = Content(
        status=Status.ACTUAL,
        hazard="flood",
        level=Level.SIAGA,
        areas=(DAUH_PURI_KAUH,),
        headline=Text(id="Banjir di Dauh Puri Kauh", en="Flood in Dauh Puri Kauh"),
        description=Text(id="Air naik di tepi Tukad Badung", en="The Badung river is rising"),
        instruction=Text(id="Jauhi bantaran sungai", en="Keep away from the river banks"),
        expires_at=NOW + timedelta(hours=6),
    )
    return replace(written, **changes)


def draft(**changes: Any) -> Alert:
    return drafted("PD-K7MH-K52N-FTR8", content(**changes), AYU, NOW)


def issued(**changes: Any) -> Alert:
    return draft(**changes).submitted(NOW, 1).approved(MADE, NOW, 1)
