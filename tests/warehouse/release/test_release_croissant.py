import json

import mlcroissant
import pytest

from warehouse.release.attribution import licence_url
from warehouse.release.reader import open_release
from warehouse.release.rows import RELEASE_SCHEMA

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib", "ignore::DeprecationWarning:mlcroissant")


@pytest.fixture(params=["plain", "sealed"])
def described(request):
    released = request.getfixturevalue(request.param)
    return released, json.loads((released.folder / "croissant.json").read_bytes())


def test_mlcroissant_finds_no_fault(described, monkeypatch):
    released, _ = described
    monkeypatch.chdir(released.folder)
    found = mlcroissant.Dataset(jsonld=str(released.folder / "croissant.json")).metadata
    assert found.ctx.issues.errors == set()
    assert found.ctx.issues.warnings == set()
    assert [field.name for field in found.record_sets[0].fields] == RELEASE_SCHEMA.names


def test_mlcroissant_reads_the_rows(plain, monkeypatch):
    monkeypatch.chdir(plain.folder)
    dataset = mlcroissant.Dataset(jsonld=str(plain.folder / "croissant.json"))
    texts = {row["documents/text"].decode() for row in dataset.records("documents")}
    wanted = {row["text"] for row in open_release(plain.folder).documents.to_table().to_pylist()}
    assert texts == wanted


def test_the_offer_forbids_before_it_permits(described):
    released, croissant = described
    offer = croissant["usageInfo"]
    assert "odrl:Offer" in offer["@type"]
    assert offer["odrl:conflict"] == {"@id": "odrl:prohibit"}
    assert offer["odrl:assignee"].endswith(released.manifest["recipient_id"])
    constraints = {
        one["odrl:leftOperand"]["@id"]: one["odrl:rightOperand"] for one in offer["odrl:permission"]["odrl:constraint"]
    }
    if released.manifest["restricted"]:
        assert constraints["odrl:spatial"] == ["urn:iso:3166:KR"]
        assert {"@id": "odrl:distribute"} in [one["odrl:action"] for one in offer["odrl:prohibition"]]
    else:
        assert "odrl:spatial" not in constraints
    assert croissant["conformsTo"] == "http://mlcommons.org/croissant/1.1"


@pytest.mark.parametrize(
    ("licence", "url"),
    [
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("CC-BY-NC-SA-4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/"),
        ("LicenseRef-CC-BY-2.0-KR", "https://creativecommons.org/licenses/by/2.0/kr/"),
        ("LicenseRef-KOGL-1", "https://www.kogl.or.kr/info/license.do"),
        ("MIT", "https://spdx.org/licenses/MIT.html"),
        ("all-rights-reserved-default", ""),
        ("LicenseRef-contract-언론사", ""),
    ],
)
def test_licences_have_addresses(licence, url):
    assert licence_url(licence) == url
