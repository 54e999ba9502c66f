"""Names of captures."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.ingest import bad_record_id, canonical_url, document_id, host_of, site_of

URL_CHARACTERS = "aZ09-._~:/?#[]@!$&'()*+,;=%가é \\\"<>^`{|}"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://WWW.Example.CO.KR:80", "http://www.example.co.kr/"),
        ("https://example.kr:443/a", "https://example.kr/a"),
        ("https://example.kr:8443/a", "https://example.kr:8443/a"),
        ("https://example.kr./a", "https://example.kr/a"),
        ("https://한국.kr/글", "https://xn--3e0b707e.kr/%EA%B8%80"),
        ("https://example.kr/%ea%b8%80", "https://example.kr/%EA%B8%80"),
        ("https://example.kr/%7Euser/%2f", "https://example.kr/~user/%2F"),
        ("https://example.kr/a/./b/../c", "https://example.kr/a/c"),
        ("https://example.kr/a/..", "https://example.kr/"),
        ("https://example.kr/%2E%2e/a", "https://example.kr/a"),
        ("https://example.kr/.well-known/x", "https://example.kr/.well-known/x"),
        ("https://example.kr/a//b/", "https://example.kr/a//b/"),
        ("https://example.kr/?b=2&a=1#top", "https://example.kr/?b=2&a=1"),
        ("https://example.kr/?q=한 글", "https://example.kr/?q=%ED%95%9C%20%EA%B8%80"),
        ("https://example.kr/?utm_source=x", "https://example.kr/?utm_source=x"),
        (" https://example.kr/a ", "https://example.kr/a"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
        ("dns:example.kr", "dns:example.kr"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_canonical_urls(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@given(st.text(URL_CHARACTERS, max_size=40) | st.text(max_size=30))
@example("ss.kr/%25%32%65")
@example("A:80/%2e./%2E")
@example("\x80")
def test_a_canonical_url_is_its_own(rest: str) -> None:
    for prefix in ("http://", "HTTPS://예.kr/", "https://a.kr/?", ""):
        once = canonical_url(prefix + rest)
        assert canonical_url(once) == once


@given(st.text(URL_CHARACTERS, max_size=40))
def test_the_host_of_a_canonical_url_is_lower_case(rest: str) -> None:
    host = host_of(canonical_url("https://Blog.Example.kr/" + rest))
    assert host == "blog.example.kr"


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.naver.com", "naver.com"),
        ("a.b.hani.co.kr", "hani.co.kr"),
        ("www.korea.go.kr", "korea.go.kr"),
        ("xn--3e0b707e.kr", "xn--3e0b707e.kr"),
        ("someone.tistory.com", "tistory.com"),
        ("someone.github.io", "github.io"),
        ("co.kr", "co.kr"),
        ("192.0.2.1", "192.0.2.1"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_sites(host: str, site: str) -> None:
    assert site_of(host) == site


def test_ids_are_stable() -> None:
    """The values are sha256sum's, so that anyone can follow an id with a shell."""
    assert document_id("https://example.kr/", "0" * 64) == "3b6000c8946624e28ee061097d43ebab"
    assert bad_record_id("a.warc", 1) == "d4c66ec616c05478b8daf96ea7fbf9c9"


def test_ids_differ_by_each_part() -> None:
    ids = {document_id("https://a.kr/", "1"), document_id("https://a.kr/", "2"), document_id("https://b.kr/", "1")}
    ids |= {bad_record_id("a", 1), bad_record_id("a", 2), bad_record_id("b", 1), bad_record_id("a", 1, 5)}
    assert len(ids) == 7
    assert all(len(found) == 32 for found in ids)
