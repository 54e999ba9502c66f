import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from licenses import Withdrawal, WithdrawalKind, WithdrawalList, canonical_url


def asked(kind, target):
    return Withdrawal(kind=kind, target=target, reason="권리자 요청")


def listed(*pairs, scopes=None):
    return WithdrawalList([asked(kind, target) for kind, target in pairs], scopes)


@pytest.mark.parametrize(
    ("kind", "target", "canonical"),
    [
        ("host", "https://블로그.누리.kr/", "xn--2i0b10rqve.xn--od1b68l.kr"),
        ("host", "*.Example.KR.", "example.kr"),
        ("host", "example.kr:8080", "example.kr"),
        ("host", "10.0.0.1", "10.0.0.1"),
        ("url", "HTTP://누리.kr:80/글#끝", "http://xn--od1b68l.kr/%EA%B8%80"),
        ("doc", "AB" * 16, "ab" * 16),
        ("owner", " 홍길동 @블로그.kr", "홍길동@xn--2i0b10rqve.kr"),
    ],
)
def test_targets_have_one_form(kind, target, canonical):
    one = asked(kind, target)
    assert one.target == canonical
    assert asked(kind, canonical).withdrawal_id == one.withdrawal_id


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("host", "누리.kr/글"),
        ("host", "a b"),
        ("host", ""),
        ("url", "누리.kr"),
        ("doc", "12"),
        ("owner", "@누리.kr"),
        ("page", "x"),
    ],
)
def test_what_is_no_target_is_refused(kind, target):
    with pytest.raises((ValidationError, ValueError)):
        asked(kind, target)


def test_an_id_of_another_withdrawal_is_refused():
    with pytest.raises(ValidationError, match="is not the one of"):
        Withdrawal(withdrawal_id="w-0000000000000000", kind="host", target="누리.kr", reason="요청")


@pytest.mark.parametrize(
    ("url", "gone"),
    [
        ("https://누리.kr/", True),
        ("http://blog.NURI.누리.kr:8080/글", True),
        ("https://xn--od1b68l.kr/x", True),
        ("https://다른누리.kr/", False),
        ("https://누리.kr.example.com/", False),
    ],
)
def test_a_host_covers_what_is_below_it_and_nothing_beside_it(url, gone):
    assert bool(listed(("host", "누리.kr")).covers(url=url)) is gone


def test_a_url_is_compared_in_canonical_form_and_without_regard_to_tls():
    withdrawals = listed(("url", "https://누리.kr/글?쪽=1"))
    assert withdrawals.covers(url="http://xn--od1b68l.kr:80/%ea%b8%80?%EC%AA%BD=1#끝")
    assert not withdrawals.covers(url="https://누리.kr/글?쪽=2")
    assert not withdrawals.covers(url="https://누리.kr/글")


def test_an_owner_covers_the_scopes_of_its_contracts():
    scopes = {"한겨레": ["https://hani.kr/arti", "h21.kr"], "다른 신문": ["other.kr"]}
    withdrawals = listed(("owner", "㈜ 한겨레"), scopes=scopes)
    urls = {
        "https://hani.kr/arti/1": True,
        "http://hani.kr/arti": True,
        "https://hani.kr/article/1": False,
        "https://www.h21.kr/": True,
        "https://other.kr/": False,
    }
    table = pa.table({"url": list(urls)})
    assert withdrawals.covered(table).to_pylist() == list(urls.values())


def test_a_name_alone_is_no_author_but_a_name_with_a_host_is():
    documents = pa.table(
        {
            "url": ["https://n.누리.kr/1", "https://n.누리.kr/2", "https://다른.kr/1"],
            "author": ["홍길동 기자", "임꺽정", "홍길동"],
        }
    )
    assert listed(("owner", "홍길동")).covered(documents).to_pylist() == [False, False, False]
    assert listed(("owner", "홍길동@누리.kr")).covered(documents).to_pylist() == [True, False, False]


@pytest.mark.parametrize(
    ("notice", "named"),
    [
        ("저작권자 © 한겨레, 무단전재 및 재배포 금지", True),
        ("ⓒ 2020-2024 주식회사 한겨레 All rights reserved", True),
        ("Copyright (c) 2026 한 겨 레.", True),
        ("ⓒ 한겨레신문", False),
        ("한겨레에서 읽은 글입니다", False),
        ("저작권자 © 연합뉴스, 한겨레 제공", False),
    ],
)
def test_a_notice_names_its_holder(notice, named):
    assert bool(listed(("owner", "한겨레")).named_by([notice])) is named


def test_the_version_depends_on_what_is_listed_and_not_on_its_order():
    pairs = [("host", "누리.kr"), ("doc", "a" * 32), ("url", "https://x.kr/")]
    assert listed(*pairs).version == listed(*reversed(pairs)).version
    assert listed(*pairs).version != listed(*pairs[:2]).version


def test_an_empty_list_covers_nothing():
    assert listed().covered(pa.table({"doc_id": ["a" * 32], "url": ["https://누리.kr/"]})).to_pylist() == [False]


_HOSTS = ["누리.kr", "b.누리.kr", "xn--od1b68l.kr", "a.com", "x.a.com", "1.2.3.4"]
_URLS = st.builds(
    "{}://{}/{}".format, st.sampled_from(["http", "https"]), st.sampled_from(_HOSTS), st.sampled_from("가나a")
)
_PAIRS = st.one_of(
    st.tuples(st.just("host"), st.sampled_from(_HOSTS)),
    st.tuples(st.just("url"), _URLS),
    st.tuples(st.just("doc"), st.sampled_from(["a" * 32, "b" * 32])),
    st.tuples(st.just("owner"), st.sampled_from(["홍길동@a.com", "홍길동", "누리"])),
)


@given(
    st.lists(_PAIRS, max_size=5),
    st.lists(st.tuples(_URLS, st.sampled_from("abc"), st.sampled_from([None, "홍길동", "임꺽정"])), max_size=8),
    st.booleans(),
)
def test_a_table_is_judged_as_its_rows_are(pairs, rows, with_hosts):
    withdrawals = listed(*pairs, scopes={"누리": ["누리.kr"]})
    table = pa.table(
        {
            "doc_id": pa.array([letter * 32 for _, letter, _ in rows], pa.string()),
            "url": pa.array([url for url, _, _ in rows], pa.string()),
            "author": pa.array([author for _, _, author in rows], pa.string()),
        }
    )
    if with_hosts:
        hosts = [canonical_url(url).split("/")[2] for url, _, _ in rows]
        table = table.append_column("host", pa.array(hosts, pa.string()))
    one_by_one = [withdrawals.covers(url=url, doc_id=letter * 32, owner=author) for url, letter, author in rows]
    assert withdrawals.covered(table).to_pylist() == [one is not None for one in one_by_one]
    assert withdrawals.withdrawal_ids(table).to_pylist() == [one and one.withdrawal_id for one in one_by_one]


def test_a_row_of_the_table_comes_back():
    one = asked(WithdrawalKind.HOST, "누리.kr")
    row = {**one.model_dump(), "applied_at": None, "documents": 3}
    assert Withdrawal.from_row(row) == one
