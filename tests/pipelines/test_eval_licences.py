"""malmoi eval licences on a small archive."""

import json

from pipelines.evaluate.files import Page
from pipelines.evaluate.licences import evaluate_licences, expected_licence

BY = "https://creativecommons.org/licenses/by/4.0/"


def page(url, markup):
    return Page(url, f"<meta charset=utf-8>{markup}".encode(), "text/html; charset=utf-8", None)


def test_confusion_counts_every_page_once():
    pages = [
        page("https://e.kr/1", f'<a rel="license" href="{BY}">이 글의 라이선스</a>'),
        page("https://e.kr/2", f'<figure><a href="{BY}">사진</a></figure>'),
        page("https://e.kr/3", "<p>ⓒ 가나일보</p>"),
        page("https://e.kr/4", "<p>표가 없는 쪽</p>"),
        page("https://e.kr/1", "<p>같은 주소</p>"),
    ]
    labels = [
        {"url": "https://e.kr/1", "cc_links": "creativecommons.org/licenses/by/4.0"},
        {"url": "https://e.kr/2", "cc_links": "creativecommons.org/licenses/by/4.0"},
        {"url": "https://e.kr/3", "cc_links": ""},
        {"url": "https://e.kr/5", "cc_links": ""},
    ]
    report = json.loads(json.dumps(evaluate_licences(pages, labels)))
    assert report["pages"] == 3
    assert report["labels_without_page"] == 1
    assert (report["precision"], report["recall"]) == (1.0, 0.5)
    assert (report["wrongly_granted"], report["tags_without_evidence"]) == (0, 0)
    assert sum(row["pages"] for row in report["confusion"]) == 3
    assert report["differing"] == [{"url": "https://e.kr/2", "index": "CC-BY-4.0", "tagger": "none"}]


def test_what_an_index_names():
    assert expected_licence(
        {"cc_links": "creativecommons.org/licenses/by/4.0;creativecommons.org/licenses/by-nc/4.0"}
    ) == ("cc-unspecified")
    assert expected_licence({"cc_links": ";KOGL"}) == "KOGL"
    assert expected_licence({"cc_links": None}) == "none"
    assert expected_licence({"licence": "MIT"}) == "MIT"
