"""Whoever changes the past is named: journal against archive."""

from dataclasses import replace

import pytest

from chalicelib.core.events import Entry, Poisoned, ascii_json
from infra.verify import report, verified
from tests.spine.city import Spine
from tests.spine.verified import findings_of
from tests.twins.clock import START


@pytest.fixture
def spine() -> Spine:
    return Spine()


@pytest.fixture
def entries(spine: Spine) -> list[Entry]:
    """A record with four facts, all of them sent and archived, beside two others."""
    found = spine.commit(facts=4)
    spine.relay.send([*found, *spine.commit(), *spine.commit(facts=2)])
    return found


def keep(spine: Spine, *entries: Entry) -> None:
    for entry in entries:
        spine.store.entries[entry.key, entry.sort_key] = entry


def named(spine: Spine) -> list[tuple[str, str]]:
    return [(finding.what, finding.place.rpartition("#")[2].lstrip("0")) for finding in findings_of(spine)]


def test_a_city_that_nobody_touched_is_clean(spine: Spine, entries: list[Entry]) -> None:
    verdict = verified(spine.store, spine.archive.versions())

    assert verdict.findings == ()
    assert (verdict.facts, verdict.records) == (7, 3)


@pytest.mark.parametrize(
    "change", [{"data": {"permit": "x"}}, {"actor": "officer:9"}, {"at": START.replace(year=2020)}, {"schema": 2}]
)
def test_an_altered_line_is_named(spine: Spine, entries: list[Entry], change: dict[str, object]) -> None:
    keep(spine, replace(entries[1], **change))  # type: ignore[arg-type]

    assert named(spine) == [("altered", "2")]
    assert findings_of(spine)[0].why.endswith(next(iter(change)))


def test_a_dropped_line_is_named(spine: Spine, entries: list[Entry]) -> None:
    del spine.store.entries[entries[1].key, entries[1].sort_key]

    assert named(spine) == [("missing", "2")]


def test_a_cut_tail_is_named(spine: Spine, entries: list[Entry]) -> None:
    for entry in entries[2:]:
        del spine.store.entries[entry.key, entry.sort_key]

    assert named(spine) == [("missing", "3"), ("missing", "4")]


def test_a_line_that_was_cut_before_it_was_archived_is_missed_by_its_record(spine: Spine, entries: list[Entry]) -> None:
    thing = spine.store.rows[next(key for key in spine.store.rows if key.pk == entries[0].key)].record
    (late,) = spine.commit(thing=thing)
    del spine.store.entries[late.key, late.sort_key]

    (finding,) = findings_of(spine)

    assert (finding.what, finding.place) == ("missing", late.key)
    assert "1 more facts" in finding.why


def test_swapped_lines_are_named(spine: Spine, entries: list[Entry]) -> None:
    one, two = entries[1], entries[2]
    keep(spine, replace(one, version=two.version), replace(two, version=one.version))

    assert named(spine) == [("reordered", "2"), ("reordered", "3")]


def test_swapped_contents_are_named(spine: Spine, entries: list[Entry]) -> None:
    one, two = entries[1], replace(entries[2], data={"permit": "other"})
    keep(spine, replace(one, data=two.data), replace(entries[2], name="PermitSealed"))

    assert named(spine) == [("altered", "2"), ("altered", "3")]


def test_a_forged_line_is_named(spine: Spine, entries: list[Entry]) -> None:
    keep(spine, replace(entries[3], id="forged", version=5))

    assert ("extra", "5") in named(spine)


def test_a_line_that_nobody_can_read_is_named(spine: Spine, entries: list[Entry]) -> None:
    place = (entries[1].key, entries[1].sort_key)
    spine.store.entries[place] = Poisoned(key=place[0], sort_key=place[1], reason="KeyError: 'id'")

    assert named(spine) == [("altered", "2"), ("missing", "2")]


def test_a_record_set_back_is_named(spine: Spine, entries: list[Entry]) -> None:
    key = next(key for key in spine.store.rows if key.pk == entries[0].key)
    spine.store.rows[key] = replace(spine.store.rows[key], version=2)

    assert [finding.what for finding in findings_of(spine)] == ["rolled back"]


def test_a_version_put_over_an_archived_fact_is_named_and_the_oldest_stays_the_truth(
    spine: Spine, entries: list[Entry]
) -> None:
    forged = replace(entries[1], actor="officer:9")
    keep(spine, forged)
    spine.archive.objects[forged.id].append(ascii_json(forged.archived()).encode())
    spine.archive.objects[entries[2].id].append(None)

    assert sorted(finding.what for finding in findings_of(spine)) == ["altered", "overwritten", "overwritten"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"id": "x"}'])
def test_an_archived_object_that_is_no_fact_is_named(spine: Spine, entries: list[Entry], content: bytes) -> None:
    spine.archive.objects["f0"] = [content]

    assert [(finding.what, finding.place) for finding in findings_of(spine)] == [("unreadable", "facts/f0")]


def test_a_fact_archived_under_a_foreign_name_is_named(spine: Spine, entries: list[Entry]) -> None:
    spine.archive.objects["f0"] = spine.archive.objects[entries[0].id]

    assert [(finding.what, finding.place) for finding in findings_of(spine)] == [("unreadable", "facts/f0")]


def test_what_still_waits_for_the_relay_is_counted_and_not_accused(spine: Spine, entries: list[Entry]) -> None:
    thing = spine.store.rows[next(key for key in spine.store.rows if key.pk == entries[0].key)].record
    spine.commit(thing=thing, facts=2)

    verdict = verified(spine.store, spine.archive.versions())

    assert (verdict.findings, verdict.waiting) == ((), 2)


def test_the_command_prints_each_finding_and_fails(
    spine: Spine, entries: list[Entry], capsys: pytest.CaptureFixture[str]
) -> None:
    codes = [report(verified(spine.store, spine.archive.versions()))]
    keep(spine, replace(entries[1], actor="officer:9"))
    codes.append(report(verified(spine.store, spine.archive.versions())))

    clean, finding, total = capsys.readouterr().out.splitlines()
    assert codes == [0, 1]
    assert clean == "7 archived facts of 3 records, 0 waiting, 0 findings"
    assert finding.split()[:2] == ["altered", entries[1].key]
    assert total.endswith("1 findings")
