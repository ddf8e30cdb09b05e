"""The build's small pieces: one template of many files, catalogues, zips."""

import gettext
import zipfile
from pathlib import Path

import pytest

from chalicelib.core.text import translations
from infra.build.archive import write_zip
from infra.build.catalogues import compile_all
from infra.build.template import load, merged, only_two_resources
from infra.steps import Trouble


def written(folder: Path, **files: str) -> list[Path]:
    paths = [folder / f"{name}.yaml" for name in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text, "utf-8")
    return paths


def test_files_by_concern_become_one_template(tmp_path: Path) -> None:
    files = written(
        tmp_path, a="Resources: {Table: {Type: T}}", b="Resources: {Bus: {Type: B}}\nOutputs: {X: {Value: 1}}"
    )

    assert merged(files) == {
        "Resources": {"Table": {"Type": "T"}, "Bus": {"Type": "B"}},
        "Outputs": {"X": {"Value": 1}},
    }


def test_one_name_in_two_files_is_refused(tmp_path: Path) -> None:
    files = written(tmp_path, a="Resources: {Bus: {Type: A}}", b="Resources: {Bus: {Type: B}}")

    with pytest.raises(Trouble, match=r"b\.yaml: Resources Bus stands in another file"):
        merged(files)


def test_one_name_twice_in_a_file_is_refused(tmp_path: Path) -> None:
    (file,) = written(tmp_path, a="Resources:\n  Bus: {Type: A}\n  Bus: {Type: B}")

    with pytest.raises(Trouble, match="twice in one mapping: Bus"):
        load(file)


def test_an_unknown_section_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="Resource is none of"):
        merged(written(tmp_path, a="Resource: {}"))


def test_the_api_keeps_its_root_and_one_catch_all() -> None:
    path = {"get": {"x-amazon-apigateway-integration": {"uri": "u"}}}
    api = {"DefinitionBody": {"paths": {"/{lang}/a": path, "/b": path}}}
    only_two_resources(api)

    assert list(api["DefinitionBody"]["paths"]) == ["/", "/{proxy+}"]
    assert set(api["DefinitionBody"]["paths"]["/"]) == {"get", "post", "put", "delete", "patch", "head", "options"}


def test_a_zip_depends_on_names_and_contents_alone(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "b.txt").write_text("b", "utf-8")
        (tmp_path / name / "a.txt").write_text("a", "utf-8")
        (tmp_path / name / "left").write_text("x", "utf-8")
        write_zip(tmp_path / name, tmp_path / f"{name}.zip", leave=("left",))

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert zipfile.ZipFile(tmp_path / "one.zip").namelist() == ["a.txt", "sub/b.txt"]


def test_a_zip_goes_on_from_another_without_changing_it(tmp_path: Path) -> None:
    for name in ("libraries", "code"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.py").write_text(name, "utf-8")
    write_zip(tmp_path / "libraries", tmp_path / "base.zip")
    before = (tmp_path / "base.zip").read_bytes()
    write_zip(tmp_path / "code", tmp_path / "whole.zip", base=tmp_path / "base.zip")

    assert zipfile.ZipFile(tmp_path / "whole.zip").namelist() == ["libraries.py", "code.py"]
    assert (tmp_path / "base.zip").read_bytes() == before


def test_catalogues_of_all_services_become_one(tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "id"
    folder.mkdir(parents=True)
    for service, (said, meant) in {"web": ("Home", "Beranda"), "alerts": ("Alerts", "Peringatan")}.items():
        head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
        (folder / f"{service}.po").write_text(f'{head}\nmsgid "{said}"\nmsgstr "{meant}"\n', "utf-8")
    (target,) = compile_all(tmp_path)

    with target.open("rb") as opened:
        words = gettext.GNUTranslations(opened)
    assert [words.gettext("Home"), words.gettext("Alerts")] == ["Beranda", "Peringatan"]


def test_indonesian_counts_in_indonesian(tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "id"
    folder.mkdir(parents=True)
    entry = 'msgid "%(n)s part"\nmsgid_plural "%(n)s parts"\nmsgstr[0] "%(n)s bagian"\n'
    (folder / "alerts.po").write_text(f'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n{entry}')
    compile_all(tmp_path)

    assert {translations("id", tmp_path).ngettext("%(n)s part", "%(n)s parts", n) for n in (1, 2)} == {"%(n)s bagian"}
