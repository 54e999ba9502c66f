"""How markup becomes text: what is a line, what stays as it is, what no reader sees."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract import ExtractSettings, extract_article

SENTENCE = "말모이는 우리말을 모으고 지키려던 사람들이 남긴 첫 국어사전 원고의 이름이다."

KATEX = (
    "<span class='katex'><span class='katex-mathml'><math><semantics><mi>x</mi>"
    "<annotation encoding='application/x-tex'>x^2</annotation></semantics></math></span>"
    "<span class='katex-html'>x2</span></span>"
)


def text_of(markup: str, **settings) -> str:
    html = f"<html><body><article><p>{SENTENCE}</p>{markup}</article></body></html>"
    text = extract_article(html, "https://example.kr/", None, ExtractSettings(**settings)).text
    return text.removeprefix(SENTENCE).removeprefix("\n")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>한 <b>낱</b>말<i>은</i> 붙는다.</p>", "한 낱말은 붙는다."),
        ("<p>여러\n   줄에  걸친&nbsp;글</p>", "여러 줄에 걸친 글"),
        ("<p>첫 줄<br>둘째 줄</p>", "첫 줄\n둘째 줄"),
        ("<h2>소제목</h2><p>본문이다.</p>", "소제목\n본문이다."),
        ("<ul><li>하나</li><li>둘<ul><li>둘의 하나</li></ul></li></ul>", "하나\n둘\n둘의 하나"),
        ("<dl><dt>말모이</dt><dd>말을 모은 것</dd></dl>", "말모이\n말을 모은 것"),
        ("<table><tr><th>낱말</th><th>뜻</th></tr><tr><td>가람</td><td>강</td></tr></table>", "낱말\t뜻\n가람\t강"),
        ("<p>10<sup>9</sup>개, H<sub>2</sub>O</p>", "10^9개, H2O"),
        ("<p>제로\u200b폭 글\u00ad자</p>", "제로폭 글자"),
        (f"<p>수식 {KATEX} 이다.</p>", "수식 $x^2$ 이다."),
        ("<h2>차례<a class='headerlink' href='#x'>¶</a></h2>", "차례"),
        ("<h2><a class='anchor' href='#x'>차례와 찾아보기</a></h2>", "차례와 찾아보기"),
        ("<p>보이는 글<span style='display: none'>안 보이는 글</span></p>", "보이는 글"),
        ("<div style='display:none'>안 보이는 글</div><p hidden>이것도</p><p>보이는 글</p>", "보이는 글"),
        ("<script>var 글 = 1</script><style>p{}</style><noscript>글</noscript><template>글</template>끝.", "끝."),
        (
            "<h3><button>자주 묻는 질문인가?</button></h3><button>복사</button><p>그렇다.</p>",
            "자주 묻는 질문인가?\n그렇다.",
        ),
    ],
)
def test_markup(markup, text):
    assert text_of(markup) == text


CODE = "def 셈(수들):\n    합 = 0\n\n    for 수 in 수들:\n\t합 += 수  # 더한다\n    return 합"
NUMBERS = "<pre>1\n2\n3\n4\n5\n6</pre>"


@pytest.mark.parametrize(
    "markup",
    [
        f"<pre><code>{CODE}</code></pre>",
        "<pre>" + "<br>".join(f"<span>{line}</span>" for line in CODE.split("\n")) + "</pre>",
        f"<figure><table><tr><td class='gutter'>{NUMBERS}</td><td><pre>{CODE}</pre></td></tr></table>",
        f"<table><tr><td>{NUMBERS}</td><td><pre>{CODE}</pre></td></tr></table>",
        f"<div class='code-header'><button class='copy'>복사</button></div><pre class='line-numbers'>{CODE}</pre>",
    ],
)
def test_listings_stay_verbatim_and_line_numbers_go(markup):
    assert text_of(markup) == CODE


def test_numbers_in_a_listing_of_their_own_stay():
    assert text_of("<p>결과는 이렇다.</p><pre>1\n2\n3</pre>") == "결과는 이렇다.\n1\n2\n3"


def test_a_comment_that_is_never_closed_hides_nothing():
    assert text_of("<!-- 번역 시작 <p>닫지 않은 주석 뒤의 글도 보여야 한다.</p>").endswith("뒤의 글도 보여야 한다.")


def test_a_comment_that_is_closed_hides_its_text():
    text = text_of("<!-- 숨긴 글 --><p>보이는 글</p><!-- 닫지 않은 글 <!-- 또 하나")
    assert "숨긴" not in text
    assert text.startswith("보이는 글")


def test_nesting_deeper_than_python_recurses():
    depth = 20_000
    assert text_of("<div>" * depth + "깊은 곳의 글" + "</div>" * depth) == "깊은 곳의 글"


def test_a_page_that_scripts_show_is_read():
    body = "".join(f"<p>{SENTENCE} {number}</p>" for number in range(6))
    html = f"<body><div id='app' style='display:none'><main>{body}</main></div><p>불러오는 중</p></body>"
    assert extract_article(html, "https://example.kr/", None, ExtractSettings()).text.count(SENTENCE) == 6


def test_names_lie_and_prose_decides():
    long = "".join(f"<p>{SENTENCE} {number}</p>" for number in range(8))
    html = (
        f"<body><div class='has-sidebar menu-open'>{long}</div><div class='sidebar'><a href='/'>처음</a></div></body>"
    )
    text = extract_article(html, "https://example.kr/", None, ExtractSettings()).text
    assert text.count(SENTENCE) == 8
    assert "처음" not in text


@pytest.mark.parametrize("extractor", ["trafilatura", "resiliparse"])
def test_references_stay_selectable(extractor):
    html = f"<html><body><article>{''.join(f'<p>{SENTENCE}</p>' for _ in range(5))}</article></body></html>"
    found = extract_article(html, "https://example.kr/", None, ExtractSettings(extractor=extractor))
    assert SENTENCE in found.text
    assert found.extractor == extractor


_WORDS = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=8)


@given(st.lists(st.lists(_WORDS, min_size=6, max_size=12), min_size=1, max_size=6))
def test_every_paragraph_of_the_article_comes_out_whole_and_in_order(paragraphs):
    lines = [" ".join(words) + "." for words in paragraphs]
    body = "".join(f"<div><p>{unicodedata.normalize('NFD', line)}</p></div>" for line in lines)
    html = f"<body><nav><a href='/'>처음</a></nav><main><article>{body}</article></main><footer>끝</footer></body>"
    assert extract_article(html, "https://example.kr/", None, ExtractSettings()).text.split("\n") == lines
