"""Variants of a page have one key; what may be another page has another."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import url_keys
from dedup.urls import url_variant

_SAME = {
    "scheme, www and mobile hosts": [
        "http://www.hani.co.kr/arti/society/1051234.html",
        "https://hani.co.kr/arti/society/1051234.html",
        "https://m.hani.co.kr/arti/society/1051234.html",
        "https://mobile.hani.co.kr/arti/society/1051234.html?utm_source=kakao&fbclid=IwAR0",
        "https://www.hani.co.kr/arti/society/1051234.html?_fr=mt2",
    ],
    "index pages, slashes, fragments, ports": [
        "https://www.korea.kr/",
        "https://www.korea.kr/index.do",
        "http://korea.kr:80/index.html#menu",
    ],
    "order, sessions, campaigns of Naver advertising": [
        "https://shop.example.kr/goods.php?b=2&a=1",
        "https://shop.example.kr/goods.php;jsessionid=0A1B?a=1&b=2&PHPSESSID=77",
        "https://shop.example.kr/goods.php?a=1&n_media=27758&n_query=%EC%B1%85&NaPm=ct%3D1&b=2&ASPSESSIONIDQQ=1",
        "https://shop.example.kr/goods.php?a=1&amp;b=2",
    ],
    "AMP and print views": [
        "https://example.kr/2024/05/20240501-1234",
        "https://example.kr/2024/05/20240501-1234/amp/",
        "https://amp.example.kr/2024/05/20240501-1234",
        "https://example.kr/2024/05/20240501-1234?print=1",
        "https://example.kr/2024/05/20240501-1234?outputType=amp",
        "https://example.kr/amp/2024/05/20240501-1234",
    ],
    "Naver blog": [
        "https://blog.naver.com/hangul_nal/221457492352",
        "https://m.blog.naver.com/hangul_nal/221457492352?trackingCode=rss",
        "https://blog.naver.com/PostView.nhn?blogId=hangul_nal&logNo=221457492352&categoryNo=3&parentCategoryNo=0",
        "https://m.blog.naver.com/PostView.naver?isHttpsRedirect=true&blogId=hangul_nal&logNo=221457492352",
        "https://blog.naver.com/hangul_nal?Redirect=Log&logNo=221457492352&from=postView",
        "http://hangul_nal.blog.me/221457492352",
    ],
    "Naver news": [
        "https://news.naver.com/main/read.nhn?mode=LSD&mid=shm&sid1=102&oid=001&aid=0014123951",
        "https://n.news.naver.com/mnews/article/001/0014123951?sid=102",
        "https://n.news.naver.com/article/001/0014123951",
        "https://m.news.naver.com/read.nhn?oid=001&aid=0014123951&sid1=102",
        "https://sports.news.naver.com/news.nhn?oid=001&aid=0014123951",
        "https://m.entertain.naver.com/article/001/0014123951",
        "https://finance.naver.com/item/news_read.naver?article_id=0014123951&office_id=001&code=005930",
    ],
    "Naver cafe by name": [
        "https://cafe.naver.com/hangulsarang/12345",
        "https://m.cafe.naver.com/hangulsarang/12345?art=aW50",
    ],
    "Naver cafe by number": [
        "https://cafe.naver.com/ca-fe/web/cafes/10026855/articles/99999?menuid=9",
        "https://m.cafe.naver.com/ca-fe/web/cafes/10026855/articles/99999",
        "https://cafe.naver.com/f-e/cafes/10026855/articles/99999",
        "https://cafe.naver.com/ArticleRead.nhn?clubid=10026855&articleid=99999&page=3",
        "https://cafe.naver.com/hangulsarang?iframe_url=/ArticleRead.nhn%3Fclubid=10026855%26page=1%26articleid=99999",
        "https://cafe.naver.com/hangulsarang?iframe_url=%2FArticleRead.nhn%3Fclubid%3D10026855%26articleid%3D99999",
    ],
    "Daum": [
        "https://v.daum.net/v/20230924051025609",
        "https://news.v.daum.net/v/20230924051025609?f=o",
        "http://v.media.daum.net/v/20230924051025609",
    ],
    "Daum blog": [
        "http://blog.daum.net/_blog/BlogTypeView.do?blogid=0Xrxs&articleno=41",
        "http://m.blog.daum.net/_blog/BlogTypeView.do?blogid=0Xrxs&articleno=41&categoryId=7&regdt=20161224170447",
    ],
    "Tistory": [
        "https://hangul.tistory.com/95",
        "https://hangul.tistory.com/m/95",
        "https://hangul.tistory.com/95?category=796152",
    ],
    "newspapers": [
        "http://www.economytalk.kr/news/articleView.html?idxno=181959",
        "https://m.economytalk.kr/news/articleView.html?idxno=181959&page=2&total=4021",
        "https://www.economytalk.kr/news/articleViewAmp.html?idxno=181959",
        "https://www.economytalk.kr/news/articlePrint.html?idxno=181959",
    ],
    "boards": [
        "https://www.example.or.kr/bbs/board.php?bo_table=free&wr_id=31",
        "https://example.or.kr/bbs/board.php?page=4&bo_table=free&wr_id=31&sst=wr_hit&sod=desc",
    ],
    "XpressEngine": [
        "https://example.kr/index.php?mid=notice&document_srl=123&page=2",
        "https://www.example.kr/?document_srl=123",
    ],
    "DC Inside": [
        "https://gall.dcinside.com/board/view/?id=hangul&no=7579554&page=2",
        "https://gall.dcinside.com/mgallery/board/view/?id=hangul&no=7579554",
        "https://m.dcinside.com/board/hangul/7579554",
    ],
    "Wikipedia": [
        "https://ko.wikipedia.org/wiki/%ED%95%9C%EA%B8%80",
        "https://ko.m.wikipedia.org/wiki/%ED%95%9C%EA%B8%80",
    ],
}

_OTHER = [
    ("https://example.kr/news?id=1", "https://example.kr/news?id=2"),
    ("https://example.kr/news?id=1", "https://example.kr/news"),
    ("https://example.kr/news?page=1", "https://example.kr/news?page=2"),
    ("https://example.kr/bbs/board.php?bo_table=free&page=1", "https://example.kr/bbs/board.php?bo_table=free&page=2"),
    ("https://example.kr/bbs/board.php?bo_table=free&wr_id=1", "https://example.kr/bbs/board.php?bo_table=qa&wr_id=1"),
    ("https://a.example.kr/bbs/board.php?bo_table=q&wr_id=1", "https://example.kr/bbs/board.php?bo_table=q&wr_id=1"),
    ("https://example.kr/?document_srl=1&act=dispBoardWrite", "https://example.kr/?document_srl=1"),
    ("https://example.kr/?document_srl=1&document_srl=2", "https://example.kr/?document_srl=1"),
    ("https://blog.naver.com/hangul_nal/221457492352", "https://blog.naver.com/hangul_nal/221457492353"),
    ("https://blog.naver.com/hangul_nal/221457492352", "https://blog.naver.com/hangul/221457492352"),
    ("https://n.news.naver.com/article/001/0014123951", "https://n.news.naver.com/article/comment/001/0014123951"),
    ("https://n.news.naver.com/article/001/0014123951", "https://n.news.naver.com/article/002/0014123951"),
    ("https://hangul.tistory.com/95", "https://malmoi.tistory.com/95"),
    ("https://ko.wikipedia.org/wiki/%ED%95%9C%EA%B8%80?oldid=3", "https://ko.wikipedia.org/wiki/%ED%95%9C%EA%B8%80"),
    ("https://ko.wikipedia.org/wiki/A", "https://en.wikipedia.org/wiki/A"),
    ("https://m.co.kr/1", "https://co.kr/1"),
    ("https://example.kr:8080/1", "https://example.kr/1"),
    ("https://audio.example.kr/shop/amp", "https://audio.example.kr/shop"),
    ("https://example.kr/a.do?a=1&a=2", "https://example.kr/a.do?a=2&a=1"),
    ("https://example.kr/n_address?n_address=1", "https://example.kr/n_address?n_address=2"),
    ("https://example.kr/A", "https://example.kr/a"),
    ("ftp://example.kr/a", "http://example.kr/a"),
    ("urn:hangul:1", "urn:hangul:2"),
]


@pytest.mark.parametrize("urls", _SAME.values(), ids=_SAME)
def test_variants_of_a_page_have_one_key(urls: list[str]) -> None:
    assert {url_variant(url) for url in urls} == {url_variant(urls[0])}
    assert len(set(url_keys(pa.array(urls)).to_pylist())) == 1


def test_pages_have_keys_of_their_own() -> None:
    assert len({url_variant(urls[0]) for urls in _SAME.values()}) == len(_SAME)


@pytest.mark.parametrize(("one", "other"), _OTHER)
def test_what_may_be_another_page_has_another_key(one: str, other: str) -> None:
    assert url_variant(one) != url_variant(other)
    assert len(set(url_keys(pa.array([one, other])).to_pylist())) == 2


def test_keys_are_unsigned_numbers_in_order_and_null_where_there_is_no_url() -> None:
    keys = url_keys(pa.chunked_array([["https://example.kr/1", None], ["http://www.example.kr/1"]]))
    assert keys.type == pa.uint64()
    assert keys.to_pylist() == [keys[0].as_py(), None, keys[0].as_py()]
    assert keys[0].as_py() == 15724301329536675888


_name = st.from_regex(r"[a-z]{1,3}", fullmatch=True).filter(lambda name: name != "amp")
_value = st.from_regex(r"[0-9a-z]{0,3}", fullmatch=True).filter(lambda value: value != "amp")
_query = st.lists(st.tuples(_name, _value), max_size=4, unique_by=lambda pair: pair[0])
_path = (
    st.lists(st.from_regex(r"[a-z0-9%A-F_-]{1,5}", fullmatch=True), max_size=4)
    .filter(lambda parts: "amp" not in parts)
    .map(lambda parts: "/" + "/".join(parts))
)


def _url(scheme: str, host: str, path: str, query: list[tuple[str, str]]) -> str:
    text = "&".join(f"{name}={value}" for name, value in query)
    return f"{scheme}://{host}{path}" + (f"?{text}" if text else "")


@given(path=_path, query=_query, data=st.data())
def test_what_carries_no_content_never_changes_a_key(
    path: str, query: list[tuple[str, str]], data: st.DataObject
) -> None:
    noise = data.draw(
        st.lists(st.sampled_from([("utm_term", "x"), ("gclid", "7"), ("JSESSIONID", "A"), ("NaPm", "ct")]))
    )
    shown = data.draw(st.permutations(query + noise))
    scheme = data.draw(st.sampled_from(["http", "https"]))
    host = data.draw(st.sampled_from(["example.kr", "www.example.kr", "m.example.kr", "www.m.example.kr"]))
    slash = data.draw(st.sampled_from(["", "/", "/index.html"]))
    one = _url("https", "example.kr", path, query)
    assert url_variant(_url(scheme, host, path.rstrip("/") + slash, shown)) == url_variant(one)


@given(one=st.tuples(_path, _query), other=st.tuples(_path, _query))
def test_pages_that_differ_in_path_or_parameters_never_meet(
    one: tuple[str, list[tuple[str, str]]], other: tuple[str, list[tuple[str, str]]]
) -> None:
    same = one[0] == other[0] and sorted(one[1]) == sorted(other[1])
    variants = [url_variant(_url("https", "example.kr", path, query)) for path, query in (one, other)]
    assert (variants[0] == variants[1]) == same
