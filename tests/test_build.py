"""The zip and the template that are deployed: the same bytes every time, whole by themselves, and nothing too much."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra import prepare
from infra.build.__main__ import build, make
from infra.build.paths import Artefacts
from infra.build.template import handlers, load, merged, parts
from infra.steps import ROOT

pytestmark = pytest.mark.stack

# Too slow to start, or for one page only: they are imported where they are used.
LAZY = ("boto3", "botocore", "stripe", "typst", "pyhanko", "PIL", "authlib", "aws_encryption_sdk", "holidays")
# Half of Chalice is a command-line tool, and its needs are heavy.
NEVER_SHIPPED = ("chalice/cli", "chalice/deploy", "chalice/local.py", "pip/", "setuptools/", "inquirer/", "click/")

IMPORT = """
module, function = sys.argv[2].rsplit(".", 1)
handler = getattr(__import__(module, fromlist=[function]), function)
assert callable(handler)
places = {name: getattr(one, "__file__", None) or "" for name, one in sys.modules.items()}
print(__import__("json").dumps(places))
"""


@dataclass(frozen=True)
class Built:
    artefacts: Artefacts
    unpacked: Path

    def said(self, program: str, *arguments: str) -> str:
        """What a bare interpreter prints that has nothing but the zip."""
        start = "import sys; sys.path.insert(0, sys.argv[1])\n"
        call = [sys.executable, "-I", "-S", "-c", start + program, str(self.unpacked), *arguments]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def imported(self, handler: str) -> dict[str, str]:
        """The modules that are loaded after importing the handler, with their files."""
        places: dict[str, str] = json.loads(self.said(IMPORT, handler))
        return places


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    prepare.make("assets")
    artefacts = build("local")
    unpacked = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(artefacts.zip) as archive:
        archive.extractall(unpacked)
    return Built(artefacts, unpacked)


def made(sources: Path, home: Path) -> Artefacts:
    """A build of these sources in a place of its own."""

    class Elsewhere(Artefacts):
        @property
        def home(self) -> Path:
            return home

    artefacts = Elsewhere("local")
    make(artefacts, sources)
    return artefacts


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_two_builds_of_the_same_sources_are_the_same_bytes(tmp_path: Path) -> None:
    prepare.make("assets")
    # A copy, so that nobody edits between the two.
    for name in ("chalicelib", "templates", "locale", "data", ".chalice", "infra"):
        shutil.copytree(ROOT / name, tmp_path / "sources" / name)
    shutil.copyfile(ROOT / "app.py", tmp_path / "sources" / "app.py")
    one, two = (made(tmp_path / "sources", tmp_path / name) for name in ("one", "two"))

    assert digest(one.zip) == digest(two.zip)
    assert digest(one.template) == digest(two.template)


def test_every_handler_imports_from_the_zip_alone(built: Built) -> None:
    wanted = handlers(json.loads(built.artefacts.template.read_text("utf-8")))
    for handler in wanted.values():
        places = built.imported(handler)
        foreign = [place for place in places.values() if "site-packages" in place]
        assert foreign == []
        assert places[handler.rsplit(".", 1)[0]].startswith(str(built.unpacked))


def test_every_function_that_infra_names_is_registered(built: Built) -> None:
    named = {
        name
        for name, resource in merged(parts())["Resources"].items()
        if "Type" not in resource and "FunctionName" in resource["Properties"]
    }
    assert set(handlers(json.loads(built.artefacts.template.read_text("utf-8")))) == named


def test_the_web_starts_without_what_only_some_pages_need(built: Built) -> None:
    loaded = {name.partition(".")[0] for name in built.imported("app.app")}

    assert loaded.isdisjoint(LAZY)


def test_every_aws_service_that_is_called_is_described_in_the_zip(built: Built) -> None:
    makes = "import boto3\nfor name in sys.argv[2:]: print(boto3.client(name, region_name='ap-southeast-3'))"
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "chalicelib" / "core" / "aws").glob("*.py"))
    called = set(re.findall(r'client\(\s*"([a-z0-9-]+)"', code))

    assert called
    assert built.said(makes, *sorted(called)).count("object at") == len(called)


def test_the_holidays_of_indonesia_are_in_the_zip_in_both_languages(built: Built) -> None:
    asks = "import holidays\nprint([holidays.country_holidays('ID', years=2027, language=one).get('2027-08-17')"
    asks += " for one in ('id', 'en_US')])"

    assert built.said(asks).strip() == "['Hari Kemerdekaan Republik Indonesia', 'Independence Day']"


def test_the_provider_of_payments_works_from_the_zip(built: Built) -> None:
    asks = """
from chalicelib.payments.gateway.port import ForgedNotice, ProviderDown
from chalicelib.payments.gateway.stripe import StripeProvider
provider = StripeProvider("sk_test_1", ["whsec_1"], "http://127.0.0.1:1")
for ask in (provider.balance, lambda: provider.notice(b"", ""), lambda: list(provider.refunds("pi_1"))):
    try:
        ask()
    except (ProviderDown, ForgedNotice) as refusal:
        print(type(refusal).__name__)
"""

    assert built.said(asks).split() == ["ProviderDown", "ForgedNotice", "ProviderDown"]


def test_the_zip_holds_no_command_line_tools_and_no_sources_of_pages(built: Built) -> None:
    with zipfile.ZipFile(built.artefacts.zip) as archive:
        names = archive.namelist()

    assert not [name for name in names if name.startswith((*NEVER_SHIPPED, "templates/", ".chalice/"))]
    assert not [name for name in names if name.endswith(".po")]
    assert {"app.py", "assets.json", "locale/id/messages.mo", "chalice/app.py", "boto3/__init__.py"} <= set(names)
    assert len(names) == len(set(names))


def test_every_module_is_shipped_compiled(built: Built) -> None:
    sources = [path for path in built.unpacked.rglob("*.py") if "lib2to3" not in path.parts]
    tag = sys.implementation.cache_tag
    missing = [one for one in sources if not (one.parent / "__pycache__" / f"{one.stem}.{tag}.pyc").is_file()]

    assert missing == []


def test_what_is_unzipped_fits_into_lambda(built: Built) -> None:
    with zipfile.ZipFile(built.artefacts.zip) as archive:
        assert sum(entry.file_size for entry in archive.infolist()) < 200 * 1024 * 1024


def test_every_function_has_the_same_settings(built: Built) -> None:
    template = json.loads(built.artefacts.template.read_text("utf-8"))
    settings = load(ROOT / "infra" / "environment.yaml")
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            assert resource["Properties"]["Environment"]["Variables"] == settings
