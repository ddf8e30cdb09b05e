"""What the API function costs before its first answer, from the built zip, beside what every AWS function pays."""

import json
import os
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chalicelib.core.settings import Settings
from infra.build.__main__ import build
from tests.bench.test_requests import asked
from tests.bench.timing import Goal, fresh_milliseconds, isolated, judge, table

pytestmark = pytest.mark.bench

PYTHON, CLIENT, IMPORT = "python alone", "import boto3, one DynamoDB client", "import app"
PAGE, JSON = "import app, answer the home page", "import app, answer /health"
# What only workers, logins and payments may load, each where it is used.
HEAVY = (
    *("aws_encryption_sdk", "aws_lambda_powertools", "authlib", "boto3", "botocore", "cryptography"),
    *("email_validator", "holidays", "joserfc", "phonenumbers", "pydantic", "stdnum", "stripe", "typst", "xlsxwriter"),
)
LISTED = "import app, sys, json; print(json.dumps(sorted(sys.modules)))"


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip as Lambda unpacks it."""
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(build("local").zip) as archive:
        archive.extractall(folder)
    return folder


class EmptyTable(BaseHTTPRequestHandler):
    """Answers every call to DynamoDB as an empty table does."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), EmptyTable) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = {name.upper(): "x" for name in Settings.__dataclass_fields__}
        keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "ap-southeast-3"}
        yield {
            **settings,
            **keys,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
            "PATH": os.environ["PATH"],
        }
        server.shutdown()


def answering(path: str) -> str:
    event = json.dumps(asked(path))
    return f"import json\nfrom app import app\nassert app(json.loads({event!r}), None)['statusCode'] == 200"


PROGRAMS = {
    PYTHON: "",
    CLIENT: "import boto3\nboto3.client('dynamodb')",
    IMPORT: "import app",
    JSON: answering("/health"),
    PAGE: answering("/id/"),
}


def test_the_first_answer_costs_little_more_than_boto3_with_one_client(
    functions: Path, environment: dict[str, str]
) -> None:
    spent = fresh_milliseconds(PROGRAMS, functions, environment)
    rows = [[name, f"{ms:.0f}", f"{ms / spent[CLIENT]:.2f}"] for name, ms in spent.items()]
    table("A fresh interpreter on the built zip, median CPU time", ["", "ms", "x boto3"], rows)
    judge(
        Goal("import app beside boto3 and a client", spent[IMPORT] / spent[CLIENT], 1.35),
        # Boto3, the client and the page come on top of our own modules; kept from growing (docs/decisions/0009).
        Goal("import app and the first page beside boto3 and a client", spent[PAGE] / spent[CLIENT], 1.70),
    )


def test_the_pages_load_nothing_that_only_others_need(functions: Path) -> None:
    told = subprocess.run(isolated(LISTED, functions), env={}, check=True, capture_output=True, text=True).stdout
    modules: list[str] = json.loads(told)
    ours = [name for name in modules if name.split(".")[0] in ("app", "chalicelib")]
    top = sorted({name.split(".")[0] for name in modules} & packages(functions))

    print(f"\n  import app: {len(modules)} modules, {len(ours)} of them ours; libraries: {', '.join(top)}")
    assert [name for name in HEAVY if name in top] == []


def packages(functions: Path) -> set[str]:
    return {path.stem for path in functions.iterdir()} - {"app", "chalicelib"}
