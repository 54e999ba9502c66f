import hashlib

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import DEFAULTS, FINGERPRINT_SCHEMA, DedupSettings, band_scheme, fingerprints, sketch


def _names(count, salt=""):
    return pa.array([hashlib.blake2b(f"{salt}{n}".encode(), digest_size=16).hexdigest() for n in range(count)])


def _prints(texts, *, urls=None, names=None, settings=DEFAULTS):
    sketches = sketch(texts, settings)
    url_keys = pa.array(urls or [None] * len(texts), pa.uint64())
    return fingerprints(names or _names(len(texts)), sketches["text_digest"], url_keys, sketches["signature"], settings)


def _keys(table, kind, row):
    return {one["key"] for one in table.to_pylist() if (one["kind"], one["row"]) == (kind, row)}


def test_every_document_has_its_keys():
    table = _prints(["나랏말싸미 듕귁에 달아", "", "다른 글"], urls=[7, None, 8])
    assert table.schema.equals(FINGERPRINT_SCHEMA)
    counts = {(kind, row): len(_keys(table, kind, row)) for kind in ("page", "text", "url", "band") for row in range(3)}
    bands = DEFAULTS.bands
    assert counts == {
        **{("page", row): 1 for row in range(3)},
        ("text", 0): 1,
        ("text", 1): 0,
        ("text", 2): 1,
        ("url", 0): 1,
        ("url", 1): 0,
        ("url", 2): 1,
        ("band", 0): bands,
        ("band", 1): 0,
        ("band", 2): bands,
    }


def test_equal_things_have_equal_keys_and_kinds_never_meet():
    text = "훈민정음은 백성을 가르치는 바른 소리라는 뜻이다."
    table = _prints([text, text.replace(" ", "  "), "아주 다른 이야기"], urls=[5, 6, 5], names=_names(3))
    assert _keys(table, "text", 0) == _keys(table, "text", 1) != _keys(table, "text", 2)
    assert _keys(table, "band", 0) == _keys(table, "band", 1)
    assert not _keys(table, "band", 0) & _keys(table, "band", 2)
    assert _keys(table, "url", 0) == _keys(table, "url", 2) != _keys(table, "url", 1)
    # The digest of a text as the name of a page is another key.
    digest = sketch([text])["text_digest"].combine_chunks()
    crossed = fingerprints(digest, digest, pa.array([None], pa.uint64()), sketch([text])["signature"])
    assert len(set(crossed["key"].to_pylist())) == crossed.num_rows


@pytest.mark.parametrize("other", [{"bands": 9, "rows": 7}, {"seed": 2}, {"shingle_width": 4}, {"threshold": 0.6}])
def test_bands_of_other_settings_have_other_keys(other):
    texts = ["하나의 긴 문장이 여기에 있고 그 뒤에 또 다른 문장이 이어진다."]
    changed = DedupSettings(**other)
    mine, theirs = _prints(texts), _prints(texts, settings=changed)
    assert not _keys(mine, "band", 0) & _keys(theirs, "band", 0)
    assert _keys(mine, "text", 0) == _keys(theirs, "text", 0)
    assert band_scheme(changed) != band_scheme()


def test_keys_stay_the_same():
    # Warehouses hold them: another value here makes documents unknown.
    table = _prints(["나랏말싸미 듕귁에 달아 문자와로 서르 사맛디 아니할쎄"], urls=[2**64 - 1])
    digest = hashlib.blake2b(np.asarray(table["key"]).tobytes(), digest_size=8).hexdigest()
    assert (table.num_rows, digest) == (21, "6e6d111c7170a8b8")


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=30, unique=True))
@settings(max_examples=40, deadline=None)
def test_url_keys_are_told_apart_signed_or_not(urls):
    empty = pa.nulls(len(urls), pa.string())
    none = pa.nulls(len(urls), pa.binary(512))
    unsigned = pa.array(urls, pa.uint64())
    tables = [
        fingerprints(_names(len(urls)), empty, keys, none)
        for keys in (unsigned, pa.array(np.asarray(unsigned).view(np.int64)))
    ]
    assert tables[0].equals(tables[1])
    assert len({key for row in range(len(urls)) for key in _keys(tables[0], "url", row)}) == len(urls)


@pytest.mark.parametrize("name", ["", "g" * 32, "0" * 31, "한" * 32])
def test_names_that_are_no_digests_are_refused(name):
    with pytest.raises(ValueError, match="32 hex digits"):
        _prints(["글"], names=pa.array([name]))


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="length"):
        _prints(["글", "말"], names=_names(3))


def test_pieces_of_columns_give_the_same_keys():
    texts = [f"{n}번째 글은 이러하다" for n in range(7)]
    whole = sketch(texts)
    names = _names(9).slice(1, 7)
    urls = pa.array(range(7), pa.uint64())
    columns = [names, whole["text_digest"].combine_chunks(), urls, whole["signature"].combine_chunks()]
    cut = [pa.chunked_array([column.slice(0, 3), column.slice(3, 0), column.slice(3)]) for column in columns]
    assert fingerprints(*columns).equals(fingerprints(*cut))
