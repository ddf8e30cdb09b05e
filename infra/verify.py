"""Compares the journal with the object-locked archive and names every entry that does not fit: `make verify`.

The oldest version of each archived object is what the relay wrote, and nobody can change it. From there each record's
journal is read and compared line by line. So it sees

* altered     a line that says something else than the archive (or cannot be read any more)
* missing     an archived fact that is gone from the journal; also the cut tail, and a line that was cut before it came
              into the archive: each record counts its own facts
* reordered   a fact that stands at another version than when it was archived
* extra       a line that was never archived although it is marked as sent
* rolled back a record whose version is older than its last fact
* overwritten an archived object that got a newer version, or that somebody tried to delete
* unreadable  an archived object that is no fact, or another fact than its name says

and exits with 1 when it finds any. Lines that still wait for the relay are counted, not accused.

It cannot see a record that was never archived at all (no table is scanned: it starts from the archive), a journal and
its record's count changed together within the seconds before the relay archived them, and whether the body of a record
fits its facts. A record that has expired or been erased has no count any more; its facts are still compared.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from chalicelib.core.aws.archive import S3Archive
from chalicelib.core.aws.store import DynamoStore
from chalicelib.core.clock import utc_now
from chalicelib.core.events import Entry, Poisoned, entry_from
from chalicelib.core.store import Head, Line

Versions = Sequence[bytes | None]


class Finding(NamedTuple):
    """`what` is one of the words above; `place` is the record's key and the fact's version, or the archived object."""

    what: str
    place: str
    why: str


class Journal(Protocol):
    """What is read of the store."""

    def lines(self, pk: str) -> list[Entry | Poisoned]: ...

    def head(self, pk: str) -> Head | None: ...

    def still_unsent(self, lines: Sequence[Line]) -> Sequence[Line]: ...


@dataclass(frozen=True)
class Verdict:
    findings: tuple[Finding, ...]
    facts: int = 0
    records: int = 0
    waiting: int = 0


def verified(journal: Journal, archive: Iterable[tuple[str, Versions]]) -> Verdict:
    findings: list[Finding] = []
    archived: dict[str, list[Entry]] = defaultdict(list)
    for id_, versions in archive:
        findings += _overwritten(id_, versions)
        entry = _oldest(id_, versions)
        if isinstance(entry, Finding):
            findings.append(entry)
        else:
            archived[entry.key].append(entry)
    waiting = 0
    for key, entries in sorted(archived.items()):
        found, still = _compared(journal, key, entries)
        findings += found
        waiting += still
    return Verdict(tuple(findings), sum(map(len, archived.values())), len(archived), waiting)


def _overwritten(id_: str, versions: Versions) -> Iterator[Finding]:
    for newer in versions[1:]:
        yield Finding("overwritten", f"facts/{id_}", "deleted" if newer is None else "a newer version was put over it")


def _oldest(id_: str, versions: Versions) -> Entry | Finding:
    try:
        entry = entry_from(json.loads(versions[0] or b""))
    except (KeyError, TypeError, ValueError) as problem:
        return Finding("unreadable", f"facts/{id_}", type(problem).__name__)
    if entry.id != id_:
        return Finding("unreadable", f"facts/{id_}", f"it holds the fact {entry.id}")
    return entry


def _compared(journal: Journal, key: str, archived: Sequence[Entry]) -> tuple[list[Finding], int]:
    """What is wrong with one record's journal, and how many of its lines still wait."""
    lines = journal.lines(key)
    entries = [line for line in lines if isinstance(line, Entry)]
    known = {entry.id for entry in archived}
    strangers = [entry for entry in entries if entry.id not in known]
    waiting = _waiting(journal, strangers)
    by_id = {entry.id: entry for entry in entries}
    return [
        *(Finding("altered", f"{key} {line.sort_key}", line.reason) for line in lines if isinstance(line, Poisoned)),
        *(finding for entry in archived if (finding := _against(entry, by_id.get(entry.id)))),
        *(_finding("extra", entry, "never archived") for entry in strangers if entry not in waiting),
        *_against_head(key, entries, archived, journal.head(key)),
    ], len(waiting)


def _waiting(journal: Journal, entries: Sequence[Entry]) -> list[Entry]:
    chunks = (entries[start : start + 100] for start in range(0, len(entries), 100))
    return [entry for chunk in chunks for entry in journal.still_unsent(chunk)]


def _against(archived: Entry, entry: Entry | None) -> Finding | None:
    if entry is None:
        return _finding("missing", archived, "archived, but not in the journal")
    if entry.version != archived.version:
        return _finding("reordered", archived, f"it stands at version {entry.version}")
    changed = sorted(name for name, value in archived.archived().items() if entry.archived()[name] != value)
    return _finding("altered", archived, ", ".join(changed)) if changed else None


def _against_head(
    key: str, entries: Sequence[Entry], archived: Sequence[Entry], head: Head | None
) -> Iterator[Finding]:
    """The record's own count knows of lines that never came into the archive."""
    if head is None:
        return
    last = max((entry.version for entry in [*entries, *archived]), default=0)
    if head.version < last:
        yield Finding("rolled back", key, f"version {head.version} is older than its fact {last}")
    gone = head.facts - len({entry.id for entry in [*entries, *archived]})
    if gone > 0:
        yield Finding("missing", key, f"{gone} more facts than the journal holds, the last at version {head.last_fact}")


def _finding(what: str, entry: Entry, why: str) -> Finding:
    return Finding(what, f"{entry.key} {entry.sort_key}", f"{entry.name} {entry.id}: {why}")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.verify", description="Compare the journal with the archive")
    parser.add_argument("stage", nargs="?", default="local", choices=["local", "staging", "prod"])
    # A local city that is not the usual one is named as for `python -m infra.local`.
    asked, city = parser.parse_known_args(arguments)
    stage = asked.stage
    dynamodb, s3, sts = _clients(stage, city)
    bucket = f"sewaka-{stage}-archive-{sts.get_caller_identity()['Account']}"
    return report(verified(DynamoStore(dynamodb, f"sewaka-{stage}", utc_now), S3Archive(s3, bucket).versions()))


def report(verdict: Verdict) -> int:
    """Prints every finding and a sum; the exit code."""
    for finding in verdict.findings:
        print(f"{finding.what:12} {finding.place}  {finding.why}")
    found = len(verdict.findings)
    print(f"{verdict.facts} archived facts of {verdict.records} records, {verdict.waiting} waiting, {found} findings")
    return 1 if found else 0


def _clients(stage: str, city: Sequence[str]) -> list[Any]:
    if stage == "local":
        from infra.local.city import read_city
        from infra.local.clients import client

        return [client(read_city(list(city)), service) for service in ("dynamodb", "s3", "sts")]
    import boto3

    return [boto3.client(service) for service in ("dynamodb", "s3", "sts")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
