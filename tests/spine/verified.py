"""What `make verify` says about the city in memory."""

from infra.verify import Finding, verified
from tests.spine.city import Spine


def findings_of(spine: Spine) -> list[Finding]:
    return list(verified(spine.store, spine.archive.versions()).findings)
