"""The real commands: a run over the sample, three recipients, a release to each, read with plain pyarrow and polars."""

import json

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pipelines.masking import MUST_MASK, unmasked
from tests.pipelines._rows import SAMPLE, cut, malmoi, run
from warehouse.catalog import Warehouse
from warehouse.keys import private_pem, public_pem

RECIPIENTS = {"dom": ("KR", "KR", "KR"), "foreign": ("US", "US", "US"), "gpu-abroad": ("KR", "KR", "US")}
PRIVATE = X25519PrivateKey.generate()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    (folder / "public.pem").write_text(public_pem(PRIVATE.public_key()))
    (folder / "private.pem").write_text(private_pem(PRIVATE))
    (folder / "stranger.pem").write_text(private_pem(X25519PrivateKey.generate()))
    run(cut(SAMPLE, folder / "sample.warc.gz", 4), folder / "wh", "--workers", "1")
    for name, (established, controlled, processed) in RECIPIENTS.items():
        done = malmoi(
            *("recipient", "add", name, "--name", "받는 곳", "--established-in", established),
            *("--controlled-from", controlled, "--processed-in", processed),
            *("--public-key", folder / "public.pem", "--warehouse", folder / "wh"),
        )
        assert done.returncode == 0, done.stderr
    (folder / "malmoi.pem").write_text(malmoi("release", "public-key", "--warehouse", folder / "wh").stdout)
    return folder


def release(place, recipient, out, *options):
    return malmoi(
        *("release", "--recipient", recipient, "--purpose", "noncommercial_training", "--mode", "copy"),
        *("--out", place / out, "--warehouse", place / "wh", "--json", *options),
    )


@pytest.fixture(scope="module")
def releases(place):
    done = {
        name: release(place, name, name, *(("--encrypt", "always") if name == "dom" else ())) for name in RECIPIENTS
    }
    for name, process in done.items():
        assert process.returncode == 0, (name, process.stderr)
    return {name: json.loads(process.stdout) for name, process in done.items()}


def open_plain(place, name):
    done = malmoi("release", "open", place / name, "--key", place / "private.pem", "--out", place / f"{name}-open")
    assert done.returncode == 0, done.stderr
    return pl.read_parquet(place / f"{name}-open" / "*.parquet")


@pytest.mark.slow
def test_counts_add_up_to_the_documents(releases, place):
    with Warehouse.open(str(place / "wh"), create=False) as store:
        documents = store.scan("documents", columns=("doc_id",)).num_rows
    for answer in releases.values():
        assert sum(answer["counts"]["by_code"].values()) == answer["counts"]["documents"] == documents
        assert 0 < answer["counts"]["released"] < documents
    assert [answer["domestic"] for answer in releases.values()] == [True, False, False]


@pytest.mark.slow
def test_no_refused_class_is_in_any_file(releases, place):
    for name in RECIPIENTS:
        manifest = json.loads((place / name / "manifest.json").read_bytes())
        refused = {one["policy_class_id"] for one in manifest["counts"]["by_class"] if not one["allowed"]}
        frame = open_plain(place, name) if name == "dom" else pl.read_parquet(place / name / "shards" / "*.parquet")
        assert refused
        assert not refused & set(frame["policy_class_id"])
        assert frame.filter(~pl.col("synthetic")).height == manifest["counts"]["released"]
        if name != "dom":
            table = pa.concat_tables([pq.read_table(path) for path in (place / name / "shards").glob("*.parquet")])
            assert not refused & set(table["policy_class_id"].to_pylist())


@pytest.mark.slow
def test_without_the_key_the_encrypted_one_cannot_be_read(releases, place):
    for path in (place / "dom" / "shards").glob("*.parquet"):
        with pytest.raises((OSError, pa.ArrowException)):
            pq.read_table(path)
        with pytest.raises(pl.exceptions.ComputeError):
            pl.read_parquet(path)
    for key in ((), ("--key", place / "stranger.pem")):
        assert malmoi("release", "open", place / "dom", *key).returncode == 1


@pytest.mark.slow
def test_releases_verify_with_the_public_key_alone(releases, place):
    for name in RECIPIENTS:
        done = malmoi("verify", place / name, "--public-key", place / "malmoi.pem", "--json")
        assert (done.returncode, json.loads(done.stdout)["faults"]) == (0, []), done.stderr
    whole = malmoi("verify", place / "dom", "--warehouse", place / "wh", "--json")
    assert (whole.returncode, json.loads(whole.stdout)["rows_checked"]) == (0, True)


@pytest.mark.slow
def test_a_changed_release_is_named_with_exit_code_three(releases, place):
    path = place / "gpu-abroad" / "attribution.txt"
    path.write_bytes(path.read_bytes().replace(b"CC", b"CD", 1))
    done = malmoi("verify", place / "gpu-abroad", "--public-key", place / "malmoi.pem")
    assert done.returncode == 3
    assert "attribution.txt: was changed" in done.stdout


@pytest.mark.slow
def test_a_leaked_file_is_traced(releases, place):
    done = malmoi(
        "release", "identify", *(place / "foreign" / "shards").glob("*.parquet"), "--warehouse", place / "wh", "--json"
    )
    first = json.loads(done.stdout)["matches"][0]
    assert (first["recipient_id"], first["canaries"] > 0, first["missing"]) == ("foreign", True, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--recipient", "nobody"), "no recipient nobody"),
        (("--recipient", "dom", "--agreement", "verbatim"), "verbatim"),
        (("--recipient", "dom", "--shard", "many"), "shard"),
        ((), "needs --recipient"),
    ],
)
def test_wrong_usage_is_one_line(place, arguments, says):
    done = malmoi(
        "release", "--purpose", "commercial_training", "--mode", "copy", "--out", place / "wrong", *arguments,
        "--warehouse", place / "wh",
    )  # fmt: skip
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert says in done.stderr
    assert not (place / "wrong").exists()


@pytest.mark.slow
def test_an_existing_folder_is_refused(releases, place):
    assert release(place, "foreign", "foreign").returncode == 2


@pytest.mark.slow
def test_nothing_to_release_is_exit_code_three(place):
    recipe = place / "policy.toml"
    recipe.write_text('name = "연구소"\n[every]\nleast_confidence = 1.0\n', "utf-8")
    done = release(place, "foreign", "refused", "--policy", recipe)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["ok"]) == (3, False)
    assert "BLOCK_ORGANISATION:least_confidence" in answer["counts"]["by_code"]
    assert not (place / "refused").exists()


@pytest.mark.parametrize(
    ("pii", "left"),
    [
        ("{}", frozenset()),
        ('{"threshold": 0.4}', frozenset()),
        ('{"threshold": 0.6}', None),
        ('{"enabled": false}', None),
        ('{"mask": []}', frozenset(entity.value for entity in MUST_MASK)),
        ('{"colour": 1}', None),
        ("3", None),
    ],
)
def test_what_runs_left_unmasked(pii, left):
    assert unmasked(f'{{"pii": {pii}}}') == left


def test_a_recipe_that_cannot_be_read_counts_as_unmasked():
    assert unmasked("[quality]") is None
    assert unmasked("{}") is None
