"""tdmrep.json, ai.txt and trust.txt."""

import datetime as dt
import hashlib
import json

import pytest

from licenses import Axis, RightsSettings, SiteFile, prepare, resolve, site_signals

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
ORIGIN = "https://example.kr"
NAMES = {"tdmrep": "/.well-known/tdmrep.json", "ai_txt": "/ai.txt", "trust_txt": "/trust.txt"}


def train(kind, body, path="/글", status=200):
    octets = body.encode()
    file = SiteFile(kind, ORIGIN + NAMES[kind], ORIGIN, NOW, status, octets, hashlib.sha256(octets).hexdigest())
    return resolve(site_signals(file, ORIGIN + path, RightsSettings())).axes[Axis.TRAIN_DOM]


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        ([{"location": "/", "tdm-reservation": 1}], "/글", "deny"),
        ([{"location": "/a", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}], "/a/b", "allow"),
        ([{"location": "/", "tdm-reservation": 1}, {"location": "/a", "tdm-reservation": 0}], "/a/b", "deny"),
        ([{"location": "/*.pdf$", "tdm-reservation": 1}], "/a.pdf?x", "unknown"),
        ([{"location": "/글/*", "tdm-reservation": 1}], "/%EA%B8%80/1", "deny"),
        ([{"location": "/A", "tdm-reservation": 1}], "/a", "unknown"),
        ([{"location": "/a", "tdm-reservation": 2}, {"location": "/", "tdm-reservation": 1}], "/a", "unknown"),
        ([{"location": "/", "tdm-reservation": True}], "/a", "unknown"),
        ([{"location": 3, "tdm-reservation": 1}, "x"], "/a", "unknown"),
    ],
)
def test_tdmrep_file(rules, path, expected):
    assert train("tdmrep", json.dumps(rules), path) == expected


@pytest.mark.parametrize("body", ["", "{", "[[[", "null", "<html>", '"x"'])
def test_broken_tdmrep_says_nothing(body):
    assert train("tdmrep", body) == "unknown"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("Disallow: /", "deny"),
        ("Disallow: *", "deny"),
        ("Disallow: *.txt", "deny"),
        ("Disallow: *.html\nAllow: *.py", "deny"),
        ("Disallow: *.jpg\nDisallow: *.mp3\nDisallow: *.py", "unknown"),
        ("Disallow: *.jpg\nAllow: *.txt", "unknown"),
        ("Allow: /", "unknown"),
    ],
)
def test_ai_txt(lines, expected):
    assert train("ai_txt", f"# Spawning AI\nUser-Agent: *\n{lines}\n") == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("datatrainingallowed=no", "deny"),
        ("member=https://example.kr\r\nDataTrainingAllowed = NO\r\n", "deny"),
        ("datatrainingallowed=yes", "allow"),
        ("datatrainingallowed=yes\ndatatrainingallowed=no", "deny"),
        ("datatrainingallowed=maybe", "unknown"),
        ("# datatrainingallowed=no", "unknown"),
    ],
)
def test_trust_txt(body, expected):
    assert train("trust_txt", body) == expected


@pytest.mark.parametrize("kind", sorted(NAMES))
def test_a_file_that_was_not_served_says_nothing(kind):
    body = {"tdmrep": '[{"location": "/", "tdm-reservation": 1}]', "trust_txt": "datatrainingallowed=no"}
    assert train(kind, body.get(kind, "User-Agent: *\nDisallow: /"), status=404) == "unknown"


def test_other_kinds_are_refused():
    with pytest.raises(ValueError, match="humans"):
        prepare(SiteFile("humans", ORIGIN, ORIGIN, NOW, 200, b"", ""), RightsSettings())
