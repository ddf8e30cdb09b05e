"""What the city writes to somebody who reported: an e-mail, or a text of one part."""

from typing import Final

from chalicelib.core.messages import Letter, letter
from chalicelib.core.text import Text
from chalicelib.incidents.model import Incident, IncidentState, Report, kinds

SUBJECTS: Final = {
    IncidentState.VERIFIED: Text(id="Laporan {reference}: terkonfirmasi", en="Report {reference}: confirmed"),
    IncidentState.REJECTED: Text(id="Laporan {reference}: tidak terkonfirmasi", en="Report {reference}: not confirmed"),
}
WORDS: Final = {
    IncidentState.VERIFIED: Text(
        id="Kejadian yang Anda laporkan ({kind}) sudah dipastikan dan sedang ditangani. Terima kasih.",
        en="The incident that you reported ({kind}) is confirmed and the city is acting on it. Thank you.",
    ),
    IncidentState.REJECTED: Text(
        id="Kejadian yang Anda laporkan ({kind}) tidak dapat dipastikan. Alasannya ada di halaman laporan Anda.",
        en="The incident that you reported ({kind}) could not be confirmed. The reason is on your report's page.",
    ),
}
BUTTON: Final = Text(id="Lihat laporan saya", en="See my report")
WHY: Final = Text(
    id="Anda menerima pesan ini karena alamat ini diisikan pada laporan {reference}.",
    en="You get this message because this address was given with report {reference}.",
)


def news_letter(report: Report, incident: Incident, *, origin: str) -> Letter:
    subject = SUBJECTS[incident.state].format(reference=report.reference)
    return letter(
        "email",
        report.language,
        subject=subject,
        heading=subject,
        paragraphs=[WORDS[incident.state].format(kind=kinds()[incident.kind].name)],
        link={"url": page_of(report, origin), "words": BUTTON},
        reason=WHY.format(reference=report.reference),
        origin=origin,
    )


def news_text(report: Report, incident: Incident, *, origin: str) -> str:
    subject = SUBJECTS[incident.state].format(reference=report.reference).in_(report.language)
    return f"{subject}. {page_of(report, origin)}"


def page_of(report: Report, origin: str) -> str:
    return f"{origin}/{report.language}/reports/{report.reference}"
