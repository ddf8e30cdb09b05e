"""A receipt as a page and as a document."""

from chalicelib.core.web.answers import Answer, Body, Page, Redirect
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit
from chalicelib.payments.pages.onward import known
from chalicelib.payments.service.receipts import receipts, shown

pages = Pages(__name__)

ENDING = ".pdf"


@pages.get("/{lang}/pay/receipts/{reference}", guard=anyone)
def show_receipt(visit: Visit, reference: str) -> Answer:
    if reference.endswith(ENDING):
        return _document(visit, known(reference.removesuffix(ENDING)))
    order, receipt = receipts().of(known(reference))
    told = {"order": order, "receipt": receipt, "shown": shown(receipt, order, visit.language)}
    return Page("payments/receipt.html", told)


def _document(visit: Visit, reference: str) -> Answer:
    """The page says so while the document is being made."""
    _, receipt = receipts().of(reference)
    if not receipt.drawn:
        return Redirect(f"/{visit.language}/pay/receipts/{reference}")
    file = receipts().document(reference, visit.language)
    name = f'attachment; filename="{reference}.pdf"'
    return Body(file.content, file.type, headers={"Content-Disposition": name})
