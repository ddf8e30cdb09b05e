"""Telling the people who reported what became of it: one message for each report and decision."""

from collections.abc import Callable

from chalicelib.core.delivery import Channel, Deliveries
from chalicelib.core.events import Entry, fact_from
from chalicelib.core.post import Mail
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.core.vault import Sealed, Secret
from chalicelib.core.web.limits import too_many_texts
from chalicelib.incidents.events import IncidentFact, IncidentRejected, IncidentVerified
from chalicelib.incidents.letters import news_letter, news_text
from chalicelib.incidents.model import Incident, Report
from chalicelib.incidents.store import IncidentStore

DECISIONS: dict[str, type[IncidentFact]] = {fact.__name__: fact for fact in (IncidentVerified, IncidentRejected)}
# What `Deliveries.deliver` calls between the claim and the outcome: everything that may fail is done before.
Send = Callable[[str], str]


class News:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._store = IncidentStore(tools.store)
        self._deliveries = Deliveries(tools.store, tools.now)

    def tell(self, entry: Entry) -> None:
        """For IncidentVerified and IncidentRejected. Whoever was told by an earlier try of the message is not again."""
        incident = self._store.incident(fact_from(DECISIONS[entry.name], entry).incident_id)
        for report in self._store.reports(incident.reports):
            if report.contact is not None:
                self._tell_one(report, report.contact, incident)

    def _tell_one(self, report: Report, contact: Sealed, incident: Incident) -> None:
        to = self._tools.vault.open(contact, owner=report.reference)
        mailed = contact.secret is Secret.EMAIL
        self._deliveries.deliver(
            f"incident-{incident.id}-{incident.state}",
            report.reference,
            Channel.MAIL if mailed else Channel.PHONE,
            self._by_mail(to, report, incident) if mailed else self._by_text(to, report, incident),
            guard=lambda: None if mailed else too_many_texts(self._tools, to),
        )

    def _by_mail(self, to: str, report: Report, incident: Incident) -> Send:
        letter = news_letter(report, incident, origin=self._tools.origin)
        return lambda row: self._tools.mail.send(Mail(to=to, row=row, language=report.language, **vars(letter)))

    def _by_text(self, to: str, report: Report, incident: Incident) -> Send:
        words = news_text(report, incident, origin=self._tools.origin)
        return lambda _: self._tools.phones.text(to, words)


def news() -> News:
    return News(toolbox())
