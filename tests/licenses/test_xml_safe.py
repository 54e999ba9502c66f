"""XML and JSON of strangers: bombs, depths, sizes, encodings and garbage end in one exception with a reason."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenses.json_safe import JsonError, parse_json
from licenses.structured import NotADictionaryError, tokens_of_dictionary
from licenses.xml_safe import MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, XmlError, parse_xml

LAUGHS = (
    "<!DOCTYPE z [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
    + "]><z>&j;</z>"
)


def reason(body) -> str:
    with pytest.raises(XmlError) as error:
        parse_xml(body if isinstance(body, bytes) else body.encode())
    return error.value.reason


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (LAUGHS, "dtd"),
        ("<!DOCTYPE a><a/>", "dtd"),
        ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "dtd"),
        ("<!DOCTYPE a PUBLIC '-//a' 'http://169.254.169.254/'><a/>", "dtd"),
        ("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>", "dtd"),
        ("<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://a.kr/p.dtd'>%p;]><a/>", "dtd"),
        ("<!DOCTYPE a [<!ATTLIST a b CDATA 'ai-train'>]><a/>", "dtd"),
        ("<a>&unknown;</a>", "malformed"),
        ("<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1), "too_deep"),
        ("<a>" * 1_000_000, "too_deep"),
        ("<a>" + "<b/>" * MAX_ELEMENTS + "</a>", "too_many_elements"),
        (b"<a>" + b" " * MAX_BYTES + b"</a>", "too_large"),
        (b"\x00" * (50 * 1024 * 1024), "too_large"),
        ("", "malformed"),
        ("   ", "malformed"),
        ("한글", "malformed"),
        ("<a>", "malformed"),
        ("<a></b>", "malformed"),
        ("<a/><b/>", "malformed"),
        ("<a b=1/>", "malformed"),
        ("<a b='1' b='2'/>", "malformed"),
        ("<x:a/>", "malformed"),
        ("<a>\x00</a>", "malformed"),
        ("<a>&#0;</a>", "malformed"),
        ("<!-- <a/>", "malformed"),
        ("<a><![CDATA[</a>", "malformed"),
        ("<?xml version='1.0' encoding='UTF-8'?><a>한</a>".encode("cp949"), "encoding"),
        ("<?xml version='1.0' encoding='EUC-KR'?><a>한</a>", "encoding"),
        ("<?xml version='1.0' encoding='zlib'?><a/>", "encoding"),
        ("<?xml version='1.0' encoding='idna'?><a/>", "encoding"),
        ("<?xml version='1.0' encoding='unicode_escape'?><a/>", "encoding"),
        ("<?xml version='1.0' encoding='utf-7'?><a/>", "encoding"),
        ("<?xml version='1.0' encoding='no-such'?><a/>", "encoding"),
        (b"<a>\xff</a>", "encoding"),
        (b"\xff\xfe<\x00a", "encoding"),
        (b"\xef\xbb\xbf", "malformed"),
        (b"\x89PNG\r\n\x1a\n", "encoding"),
        (b"\x1f\x8b\x08\x00", "encoding"),
        (b"%PDF-1.7", "malformed"),
    ],
)
def test_a_reason_for_everything_that_is_not_read(body, wanted):
    assert reason(body) == wanted


TEXT = "<a><b c='뭐'>똠방각하<d/> 펲시</b></a>"


@pytest.mark.parametrize(
    "body",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        b"\n  " + TEXT.encode() + b"\n",
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        f"<?xml version='1.0' encoding='utf-16'?>{TEXT}".encode("utf-16"),
        f'<?xml version="1.0" encoding="EUC-KR"?>\n{TEXT}'.encode("cp949"),
        f"<?xml version='1.0' encoding='ks_c_5601-1987'?>{TEXT}".encode("cp949"),
        f"<?xml version='1.0' encoding='windows-949' standalone='yes'?>{TEXT}".encode("cp949"),
        f"<?xml version='1.0'?><!-- 약관 --><?x y?>{TEXT}".encode(),
    ],
)
def test_korean_documents_in_their_encodings(body):
    root = parse_xml(body)
    (inner,) = root.children
    assert (root.tag, inner.tag, inner.attributes, inner.text) == ("a", "b", {"c": "뭐"}, "똠방각하 펲시")
    assert inner.literal == "<b c='뭐'>똠방각하<d/> 펲시</b>"
    assert [node.literal for node in inner.children] == ["<d/>"]
    assert [node.name for node in root.walk()] == ["a", "b", "d"]


def test_namespaces_are_told_from_names():
    root = parse_xml(b"<r:a xmlns:r='urn:r' xmlns='urn:d'><b/><r:c xmlns:r='urn:s'/></r:a>")
    assert [(node.namespace, node.name) for node in root.walk()] == [("urn:r", "a"), ("urn:d", "b"), ("urn:s", "c")]


def test_limits_are_reached_before_they_are_passed():
    assert parse_xml(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH).name == "a"
    assert len(parse_xml(b"<a>" + b"<b/>" * (MAX_ELEMENTS - 1) + b"</a>").children) == MAX_ELEMENTS - 1


@settings(max_examples=400)
@given(st.binary(max_size=200) | st.text("<>/&;!-[]?='\" abx:한\x00\ufeff", max_size=60).map(str.encode))
def test_xml_or_an_error_with_a_reason(body):
    try:
        found = parse_xml(body).literal
    except XmlError as error:
        found = error.reason
    assert found.startswith("<") or found in {"malformed", "dtd", "entities", "encoding", "too_deep"}


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"", "malformed"),
        (b"{", "malformed"),
        (b"{'a': 1}", "malformed"),
        (b"[1,]", "malformed"),
        (b"1" * 10_000, "malformed"),
        (b"[" * 1_000_000, "too_deep"),
        (b'{"a":' * 500_000, "too_deep"),
        (b" " * (4 * 1024 * 1024 + 1), "too_large"),
        (b"[" + b"0," * (25 * 1024 * 1024) + b"0]", "too_large"),
        ('"한글"'.encode("cp949"), "encoding"),
        ('"한글"'.encode("utf-16"), "encoding"),
        (b"\x1f\x8b\x08", "encoding"),
        (b"<html>", "malformed"),
    ],
)
def test_json_that_is_not_read(body, wanted):
    with pytest.raises(JsonError) as error:
        parse_json(body)
    assert error.value.reason == wanted


def test_json_with_a_byte_order_mark():
    assert parse_json(b"\xef\xbb\xbf" + '{"위치": "/"}'.encode()) == {"위치": "/"}


@given(st.binary(max_size=100))
def test_json_or_an_error(body):
    try:
        value = parse_json(body)
    except JsonError:
        return
    assert json.dumps(value) is not None


KEYS = st.from_regex(r"[a-z*][a-z0-9_.*-]{0,6}", fullmatch=True)
TOKENS = st.from_regex(r"[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]{0,6}", fullmatch=True)
OTHERS = st.sampled_from(['"n"', "1", "-1.5", "?1", ":bg==:", "(a b)", "()", '("x" 1);q', "@1", '%"f%c3%bc"', ""])
PARAMETERS = st.sampled_from(["", ";a", ";a=1", '; a="x";b=?0', ";a=t"])


@given(
    st.lists(st.tuples(KEYS, TOKENS | OTHERS.map(lambda text: (text,)), PARAMETERS), max_size=5),
    st.sampled_from([",", ", ", "\t,\t", " , "]),
)
def test_tokens_of_a_dictionary(members, comma):
    """RFC 9651: whatever else a member holds, and how it is spaced; the last of equal keys counts."""
    wanted, parts = {}, []
    for key, value, parameters in members:
        token = value if isinstance(value, str) else None
        text = token if token is not None else value[0]
        parts.append(f"{key}={text}{parameters}" if text else f"{key}{parameters}")
        wanted.pop(key, None)
        wanted[key] = token
    assert tokens_of_dictionary(f" {comma.join(parts)} ") == wanted


@given(st.text('abtrainy-=,; \t"():?1.@%*A_/é', max_size=30))
def test_a_field_that_is_no_dictionary_is_one_error(value):
    try:
        found = tokens_of_dictionary(value)
    except NotADictionaryError:
        return
    # What parses can be written again, and then says the same.
    written = ", ".join(key if token is None else f"{key}={token}" for key, token in found.items())
    again = tokens_of_dictionary(written)
    assert {key: token for key, token in again.items() if token} == {
        key: token for key, token in found.items() if token
    }


@pytest.mark.parametrize(
    "value",
    [
        *(
            "Train-AI=n",
            "train-ai=n,",
            ",train-ai=n",
            "train-ai=n search=y",
            "train-ai=n;",
            "train-ai= n",
            "train-ai =n",
        ),
        *("train-ai='n'", 'train-ai="n', "train-ai=(n", "train-ai=n, =y", "train-ai=엔", "train-ai=n\r\nx=y", "1a=n"),
    ],
)
def test_one_fault_spoils_the_field(value):
    with pytest.raises(NotADictionaryError):
        tokens_of_dictionary(value)
