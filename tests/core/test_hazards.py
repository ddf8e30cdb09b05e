"""What the city warns of: one list, named in both languages."""

from chalicelib.core.hazards import hazards

# CAP 1.2, element `category`.
CATEGORIES = {"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE"}


def test_every_hazard_has_its_code_a_name_in_both_languages_and_a_category_of_cap() -> None:
    assert {"flood", "fire", "earthquake"} <= hazards().keys()
    for code, one in hazards().items():
        assert one.code == code
        assert one.name.id
        assert one.name.en
        assert one.category in CATEGORIES | {"Other"}


def test_names_and_codes_are_told_apart() -> None:
    for names in ({one.name.id for one in hazards().values()}, {one.name.en for one in hazards().values()}):
        assert len(names) == len(hazards())
