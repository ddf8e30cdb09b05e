"""Finding services: Indonesian words, their stems, their synonyms and slips of the keys."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.permits import reads
from chalicelib.permits.model.search import LONGEST_QUERY, MOST_FOUND, Entry, built, search, slips, stems, words_of

KNOWN = {one.code for one in reads.everything()}


@pytest.mark.parametrize(
    "typed", ["pesta", "upacara", "tutup jalan", "Tutup  JALAN!", "penutupan jalan", "menutup jalan"]
)
def test_party_ceremony_and_closed_road_find_the_event_permit(typed: str) -> None:
    assert "event" in reads.search(typed)[:3]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("meninggal", "death-benefit"),
        ("santunan", "death-benefit"),
        ("santunann", "death-benefit"),
        ("kematin", "death-benefit"),
        ("ahli waris", "death-benefit"),
        ("kuburan", "cemetery"),
        ("pemakaman", "cemetery"),
        ("drone", "filming"),
        ("syuting", "filming"),
        ("filming permit", "filming"),
        ("reklme", "advertising"),
        ("baliho", "advertising"),
        ("spanduk toko", "advertising"),
        ("skripsi", "research"),
        ("penelitan", "research"),
        ("lapangan puputan", "square"),
        ("konser", "event"),
        ("konsr", "event"),
        ("road closure", "road-ceremony"),
        ("ngaben", "road-ceremony"),
        ("ktp", "civil-registry"),
        ("bayi lahir", "civil-registry"),
        ("visa", "stay-permit"),
        ("nib", "business-licence"),
        ("imb", "building-approval"),
        ("tourist levy", "levy"),
        ("saya mau bikin pesta ulang tahun anak", "event"),
    ],
)
def test_what_people_type_finds_what_they_mean(typed: str, first: str) -> None:
    assert reads.search(typed)[0] == first


@pytest.mark.parametrize("typed", ["", "   ", "xyzzy", "dan untuk", "??", "q"])
def test_nothing_is_found_for_words_that_nobody_knows(typed: str) -> None:
    assert reads.search(typed) == ()


@given(st.text(max_size=200))
def test_whatever_is_typed_is_answered_with_known_services_each_once(typed: str) -> None:
    found = reads.search(typed)

    assert len(found) == len(set(found)) <= MOST_FOUND
    assert set(found) <= KNOWN


@pytest.mark.parametrize("one", reads.everything(), ids=lambda one: str(one.code))
@pytest.mark.parametrize("language", ["id", "en"])
def test_its_own_name_finds_a_service(one: reads.Service | reads.Signpost, language: str) -> None:
    assert one.code in reads.search(one.name.in_(language))[:3]


names = st.text(string.ascii_lowercase, min_size=6, max_size=12)


@given(st.lists(names, min_size=1, max_size=8, unique=True), st.data())
def test_one_slip_still_finds_a_word(words: list[str], data: st.DataObject) -> None:
    index = built([Entry(word, word, (), "") for word in words], [])
    word = data.draw(st.sampled_from(words))
    at = data.draw(st.integers(1, len(word) - 2))
    slip = data.draw(
        st.sampled_from([word[:at] + word[at + 1 :], word[:at] + word[at + 1] + word[at] + word[at + 2 :]])
    )

    assert slips(word, slip, 1) <= 1
    # Short words share few pairs of letters after a swap: what is promised is a word of eight or a letter left out.
    if len(word) >= 8 and not set(stems(slip)) & index.postings.keys():
        assert word in search(index, slip)


@given(st.text("abcd", max_size=7), st.text("abcd", max_size=7))
def test_slips_are_as_many_from_either_side(one: str, other: str) -> None:
    assert slips(one, other, 20) == slips(other, one, 20)
    assert (slips(one, other, 20) == 0) == (one == other)


@pytest.mark.parametrize(
    ("one", "other", "many"),
    [("reklame", "reklme", 1), ("pesta", "petsa", 1), ("film", "filem", 1), ("abc", "xyz", 3), ("", "abc", 3)],
)
def test_slips_are_counted(one: str, other: str, many: int) -> None:
    assert slips(one, other, 3) == many


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("penutupan", "tutup"),
        ("menutup", "tutup"),
        ("pemakaman", "makam"),
        ("kematian", "mati"),
        ("memakai", "pakai"),
        ("menyewa", "sewa"),
        ("dibuka", "buka"),
        ("izinnya", "izin"),
        ("weddings", "wedding"),
        ("filming", "film"),
    ],
)
def test_a_word_is_known_by_its_stem(word: str, stem: str) -> None:
    assert stem in stems(word)


def test_only_the_beginning_of_a_long_query_is_read() -> None:
    assert words_of("a" * 500) == ("a" * LONGEST_QUERY,)


def test_the_same_entries_make_the_same_index() -> None:
    entries = [Entry("a", "Pesta rakyat", ("hajatan",), "Untuk warga"), Entry("b", "Tutup jalan", (), "Sementara")]
    groups = [("pesta", "acara", "hajatan"), ("jalan", "road")]

    assert built(entries, groups) == built(entries, groups)
    assert search(built(entries, groups), "acara") == ("a",)
    assert search(built(entries, groups), "road") == ("b",)
