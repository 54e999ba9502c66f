"""malmoi recipient, contract and gate: what changes a warehouse with the real command, the rest in this process."""

import hashlib
import json

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.errors import ConfigError
from tests.pipelines._rows import SAMPLE, cut, malmoi, run

KOREAN = ("--established-in", "KR", "--controlled-from", "KR", "--processed-in", "KR")
CONTRACT = (
    *("--owner", "누리신문", "--owner-proof", "법인 인감증명서", "--scope", "누리.kr", "--recipient", "kr-lab"),
    *("--purpose", "commercial_training", "--mode", "copy", "--from", "2026-01-01", "--until", "2036-01-01"),
)


def asked(*arguments, code=0):
    done = malmoi(*arguments, "--json")
    assert done.returncode == code, (done.stdout, done.stderr)
    (line,) = done.stdout.splitlines()
    return json.loads(line)


def here(*arguments):
    """What a command answers in this process."""
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert done.exit_code == 0, done.exception
    return json.loads(done.stdout)


def refused(*arguments):
    """The one line that a command ends with, which the real one prints and leaves with code 2."""
    done = CliRunner().invoke(app, [*map(str, arguments)])
    if isinstance(done.exception, ConfigError):
        return str(done.exception)
    assert done.exit_code == 2
    return done.output


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """A warehouse with a domestic and a foreign recipient."""
    folder = tmp_path_factory.mktemp("registries") / "창고"
    added = asked("recipient", "add", "kr-lab", "--name", "한국연구소", *KOREAN, "--warehouse", folder)
    assert added["recipient"]["domestic"] is True
    abroad = ("--processed-in", "US", "--contact", "rights@example.kr")
    added = asked("recipient", "add", "kr-gpu-abroad", "--name", "해외 GPU", *KOREAN, *abroad, "--warehouse", folder)
    assert (added["recipient"]["domestic"], added["recipient"]["standing"]) == (False, "foreign (processes in US)")
    return folder


def test_recipients_are_listed_and_shown(warehouse):
    listed = here("recipient", "list", "--warehouse", warehouse)["recipients"]
    assert [(one["recipient_id"], one["processed_in"]) for one in listed] == [
        ("kr-gpu-abroad", ["KR", "US"]),
        ("kr-lab", ["KR"]),
    ]
    shown = CliRunner().invoke(app, ["recipient", "show", "kr-gpu-abroad", "--warehouse", str(warehouse)])
    assert "foreign (processes in US)" in shown.stdout
    assert "rights@example.kr" in shown.stdout


def test_a_recipient_is_never_changed(warehouse):
    again = asked("recipient", "add", "kr-lab", "--name", "다른 곳", *KOREAN, "--warehouse", warehouse, code=2)
    assert again == {"ok": False, "error": "recipients has kr-lab already: nothing was changed"}
    assert here("recipient", "show", "kr-lab", "--warehouse", warehouse)["recipient"]["name"] == "한국연구소"


def test_wrong_records_are_refused_in_one_line_that_names_every_field(warehouse, tmp_path):
    (tmp_path / "key.pem").write_text("열쇠", "utf-8")
    wrong = ("--established-in", "Korea", "--public-key", tmp_path / "key.pem")
    error = refused("recipient", "add", "Lab!", "--name", "x", *wrong, "--warehouse", warehouse)
    for named in ("recipient-id", "established-in: no ISO 3166-1", "public-key: not a public key"):
        assert named in error
    assert "Lab!" not in [
        one["recipient_id"] for one in here("recipient", "list", "--warehouse", warehouse)["recipients"]
    ]


def test_what_is_not_there(warehouse, tmp_path):
    assert "no recipient nobody" in refused("recipient", "show", "nobody", "--warehouse", warehouse)
    assert "no contract none" in refused("contract", "show", "none", "--warehouse", warehouse)
    assert "there is no warehouse" in refused("recipient", "list", "--warehouse", tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_contracts(warehouse, tmp_path):
    document = tmp_path / "계약서.pdf"
    document.write_bytes(b"signed")
    terms = (
        "--document",
        document,
        *CONTRACT,
        "--allow",
        "train_dom",
        "--cond",
        "redist",
        "--condition",
        "attribution",
    )
    added = asked("contract", "add", "nuri-2026", *terms, "--warehouse", warehouse)["contract"]
    assert added["document_digest"] == hashlib.sha256(b"signed").hexdigest()
    assert added["scope"] == ["xn--od1b68l.kr"]
    assert (added["axes"], added["in_force"]) == ({"train_dom": "allow", "redist": "cond"}, True)
    # A day is a day in Korea.
    assert added["expires_at"] == "2036-01-01T00:00:00+09:00"
    assert "contracts has nuri-2026 already" in refused(
        "contract", "add", "nuri-2026", *terms, "--warehouse", warehouse
    )
    (listed,) = here("contract", "list", "--warehouse", warehouse)["contracts"]
    assert listed["expires_at"] == "2035-12-31T15:00:00Z"
    assert here("contract", "show", "nuri-2026", "--warehouse", warehouse)["contract"]["owner"] == "누리신문"
    wrong = (
        (("--allow", "train_dom", "--deny", "train_dom"), "named twice"),
        (("--allow", "train_dom", "--recipient", "nobody"), "no such recipients: nobody"),
        (("--allow", "train_dom", "--scope", "co.kr"), "suffix of everybody"),
        (("--allow", "train_dom", "--until", "내년"), "no day or time"),
        (("--allow", "train"), "train"),
        (("--cond", "train_dom"), "conditions belong"),
    )
    for options, message in wrong:
        given = ("contract", "add", "wrong", "--document", document, *CONTRACT, *options, "--warehouse", warehouse)
        assert message in refused(*given)


def test_the_gate_is_asked_without_a_release(warehouse, tmp_path):
    run(cut(SAMPLE, tmp_path / "part.warc.gz", 6), warehouse)
    request = ("--purpose", "noncommercial_training", "--mode", "copy", "--warehouse", warehouse)
    at_home = asked("gate", "check", "--recipient", "kr-lab", *request)
    assert at_home["documents"] == sum(at_home["by_code"].values()) > 0
    assert at_home["released"] == at_home["by_code"]["RELEASE"] > 0
    assert at_home["held_back"]["train_dom unknown"] > 0
    by = {tuple(one["missing"]): one["documents"] for one in at_home["held_back_by"]}
    assert sum(by.values()) == at_home["documents"] - at_home["released"]
    classes = here("gate", "table", "--recipient", "kr-lab", *request)["classes"]
    assert sum(one["documents"] for one in classes) == at_home["documents"]
    assert sum(one["documents"] for one in classes if one["code"] == "RELEASE") == at_home["released"]
    policy = tmp_path / "policy.toml"
    policy.write_text('[foreign]\nmodes = ["in_place"]\n', "utf-8")
    abroad = here("gate", "check", "--recipient", "kr-gpu-abroad", *request, "--policy", policy)
    assert abroad["released"] == 0
    assert abroad["by_code"]["BLOCK_ORGANISATION:modes"] > 0
    policy.write_text("[foreign]\nleast_confidence = 0.1\n", "utf-8")
    looser = refused("gate", "check", "--recipient", "kr-gpu-abroad", *request, "--policy", policy)
    assert "foreign.least_confidence: 0.1 would loosen" in looser


def test_the_rules_are_exported():
    done = CliRunner().invoke(app, ["gate", "export", "--format", "cedar"])
    assert '@id("05 BLOCK_FOREIGN_DENY")' in done.stdout
    assert "entity Recipient" in CliRunner().invoke(app, ["gate", "export", "--schema"]).stdout
    assert "unknown format 'rego'" in refused("gate", "export", "--format", "rego")
