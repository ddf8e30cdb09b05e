"""The gate's script reads and refuses the same tokens as the server, with the same WebCrypto that browsers have."""

import json
import subprocess
from pathlib import Path

from chalicelib.core import ROOT
from chalicelib.core.signing import key_id_of
from chalicelib.payments.model.gate import digest
from infra import prepare

TABLE = Path(__file__).with_name("tokens.json")
PROGRAM = """
import { tokenIn, verified } from "./assets/scripts/gate/token.js";
import { digest } from "./assets/scripts/gate/judge.js";
const { keys, tokens } = JSON.parse(process.argv[1]);
const said = [];
for (const token of tokens) {
  try { said.push(await verified(token, keys)); } catch (refusal) { said.push(refusal.name); }
}
const digests = await Promise.all(said.filter((one) => one.voucher).map((one) => digest(one.voucher)));
const found = ["HTTPS://A.B/V/XY", " XY\\r\\n", "http://127.0.0.1:8000/v/XY"].map(tokenIn);
console.log(JSON.stringify({ said, digests, found }));
"""


def test_the_script_says_of_every_token_what_the_server_says() -> None:
    table = json.loads(TABLE.read_text("utf-8"))
    keys = {key_id_of(key): key for key in table["keys"]}
    tokens = [one["token"] for one in (*table["good"], *table["bad"])]
    answer = run({"keys": keys, "tokens": tokens})
    claims = [{name: one[name] for name in ("voucher", "scheme", "item", "from", "until")} for one in table["good"]]

    assert answer["said"] == [*claims, *(one["why"] for one in table["bad"])]
    assert answer["digests"] == [digest(one["voucher"]) for one in table["good"]]
    assert answer["found"] == ["XY"] * 3


def run(given: object) -> dict[str, list[object]]:
    node, _ = prepare.node()
    program = [str(node), "--input-type=module", "--eval", PROGRAM, json.dumps(given)]
    told = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, check=True).stdout
    answer: dict[str, list[object]] = json.loads(told)
    return answer
