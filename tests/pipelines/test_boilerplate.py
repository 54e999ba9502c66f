"""Lines that the pages of a host share, over parts on disk."""

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import BoilerplateSettings, DedupSettings, sketch, sketch_schema
from pipelines.group.boilerplate import strip_boilerplate

PROMOTION = "▶ 우리신문 채널을 구독하고 새 소식을 먼저 받아 보세요"
MENU = "전체 기사 목록과 지면 안내는 여기를 누르세요"
_NOUNS = "마을 학교 시장 바다 들판 도서관 나루 고개 느티나무 정류장 우체국 논밭 장터 포구 골목 다리".split()
_VERBS = "열었다 고쳤다 옮겼다 살폈다 넓혔다 지켰다 가꾸었다 알렸다 모았다 나누었다".split()
SCHEMA = pa.schema(
    [
        ("doc_id", pa.string()),
        ("host", pa.string()),
        ("site", pa.string()),
        ("fetched_at", pa.timestamp("us", tz="UTC")),
        ("text", pa.large_string()),
        ("n_chars", pa.int64()),
        ("boilerplate_lines", pa.int32()),
        *sketch_schema(DedupSettings()),
    ]
)


def article(seed: int, lines: int = 8) -> list[str]:
    """Lines of an article that no other seed has."""
    draw = random.Random(seed)
    return [
        f"{draw.choice(_NOUNS)} 사람들이 {draw.choice(_NOUNS)} 앞 {draw.choice(_NOUNS)}을 {draw.randint(2, 99)}년 만에 "
        f"{draw.choice(_VERBS)} {draw.choice(_NOUNS)} {draw.randint(100, 999)}곳도 {draw.choice(_VERBS)}."
        for _ in range(lines)
    ]


def documents(texts: Iterable[str], host: str = "news.example.kr", day: int = 1) -> list[dict[str, object]]:
    return [
        {
            "doc_id": f"{host}-{day}-{number}",
            "host": host,
            "site": "example.kr",
            "fetched_at": dt.datetime(2026, 3, day, 9, tzinfo=dt.UTC),
            "text": text,
            "n_chars": len(text),
            "boilerplate_lines": 0,
        }
        for number, text in enumerate(texts)
    ]


def part(folder: Path, name: str, rows: Sequence[dict[str, object]]) -> Path:
    target = folder / name
    target.mkdir(parents=True)
    prints = sketch(pa.array([row["text"] for row in rows], pa.large_string())).to_pylist()
    table = pa.Table.from_pylist([row | found for row, found in zip(rows, prints, strict=True)], schema=SCHEMA)
    pq.write_table(table, target / "documents.parquet")
    pq.write_table(pa.table({"doc_id": ["x"]}), target / "drops.parquet")
    (target / "part.json").write_text("{}", encoding="utf-8")
    return target


def strip(
    folder: Path, parts: Sequence[Path], chosen: BoilerplateSettings | None = None, memory: int = 1 << 30
) -> list[Path]:
    dedup = DedupSettings().model_copy(update={"memory": memory})
    return strip_boilerplate(parts, chosen or BoilerplateSettings(), dedup, folder / "scratch")


def texts(parts: Sequence[Path]) -> list[str]:
    return [text for path in parts for text in pq.read_table(path / "documents.parquet")["text"].to_pylist()]


def stripped(folder: Path, rows: Sequence[dict[str, object]], chosen: BoilerplateSettings | None = None) -> list[str]:
    return texts(strip(folder, [part(folder, "p", rows)], chosen))


def test_lines_of_the_template_go_and_what_follows_from_a_text_is_made_anew(tmp_path):
    articles = [article(seed) for seed in range(10)]
    before = part(tmp_path, "p", documents("\n".join([MENU, *lines, "", PROMOTION]) for lines in articles))
    (after,) = strip(tmp_path, [before])
    found = pq.read_table(after / "documents.parquet")
    assert found.schema == pq.read_schema(before / "documents.parquet")
    assert found["text"].to_pylist() == ["\n".join(lines) for lines in articles]
    assert found["boilerplate_lines"].to_pylist() == [2] * 10
    assert found["n_chars"].to_pylist() == [len("\n".join(lines)) for lines in articles]
    assert found.select(sketch(found["text"]).column_names).to_pylist() == sketch(found["text"]).to_pylist()
    assert pq.read_table(after / "drops.parquet") == pq.read_table(before / "drops.parquet")
    assert sorted(path.name for path in after.iterdir()) == ["documents.parquet", "drops.parquet"]


def test_parts_in_which_nothing_goes_are_returned_as_they_are(tmp_path):
    shared = part(tmp_path, "a", documents("\n".join([*article(seed), PROMOTION]) for seed in range(10)))
    other = part(tmp_path, "b", documents(("\n".join(article(seed)) for seed in range(9)), host="other.kr"))
    after = strip(tmp_path, [shared, other])
    assert after[1] == other
    assert after[0] != shared
    assert strip(tmp_path, [shared, other], BoilerplateSettings(enabled=False)) == [shared, other]
    assert strip(tmp_path, []) == []


def test_versions_of_one_page_say_nothing_of_a_template(tmp_path):
    page = [*article(1, 30), PROMOTION]
    versions = ["\n".join([*page[:10], f"{number}번째로 고쳐 썼다.", *page[10:]]) for number in range(12)]
    rows = documents(versions)
    assert stripped(tmp_path, rows) == versions


def test_a_headline_in_the_lists_of_other_pages_stays_the_title_of_its_own(tmp_path):
    title = "느티나무 정류장, 서른 해 만에 새 단장"
    pages = ["\n".join([title, *article(0)]), *("\n".join([*article(seed), title]) for seed in range(1, 12))]
    found = stripped(tmp_path, documents(pages))
    assert found[0] == pages[0]
    assert all(title not in text for text in found[1:])


@pytest.mark.parametrize(
    "line",
    [
        "이 법은 공포 후 여섯 달이 지난 날부터 시행한다.",
        "제2장 국민의 자유와 권리와 의무에 관한 규정",
        "for (하나 in 여러 마을 소식) { 알린다(하나) }",
        "| 마을 이름과 소식 | 날짜와 시간 |",
        "Share this story with all of your friends",
        "요약과 참고",
    ],
)
def test_sentences_of_prose_statutes_code_tables_and_short_headings_stay(tmp_path, line):
    pages = ["\n".join([line, *article(seed), line]) for seed in range(10)]
    assert stripped(tmp_path, documents(pages)) == pages


def test_in_the_middle_of_a_text_a_line_goes_when_half_of_the_pages_have_it(tmp_path):
    def pages(shared: int) -> list[str]:
        lines = [article(seed, 20) for seed in range(20)]
        return [
            "\n".join([*each[:10], *([PROMOTION] if seed < shared else []), *each[10:]])
            for seed, each in enumerate(lines)
        ]

    assert stripped(tmp_path / "few", documents(pages(8))) == pages(8)
    assert stripped(tmp_path / "many", documents(pages(12))) == pages(0)


def test_a_line_on_few_pages_stays(tmp_path):
    pages = ["\n".join([*article(seed), *([PROMOTION] if seed < 5 else [])]) for seed in range(40)]
    assert stripped(tmp_path / "share", documents(pages)) == pages
    pages = ["\n".join([*article(seed), PROMOTION]) for seed in range(7)]
    assert stripped(tmp_path / "number", documents(pages)) == pages


def test_days_and_hosts_are_learned_by_themselves(tmp_path):
    pages = ["\n".join([*article(seed), PROMOTION]) for seed in range(8)]
    rows = documents(pages[:4], day=1) + documents(pages[4:], day=2)
    assert stripped(tmp_path / "day", rows) == pages
    assert all(PROMOTION not in text for text in stripped(tmp_path / "run", rows, BoilerplateSettings(window="run")))
    rows = documents(pages[:4], host="a.github.io") + documents(pages[4:], host="b.github.io")
    assert stripped(tmp_path / "host", rows) == pages


def test_a_text_of_nothing_else_is_left_empty(tmp_path):
    pages = [f"{MENU}\n{PROMOTION}", *("\n".join([MENU, *article(seed), PROMOTION]) for seed in range(8))]
    (after,) = strip(tmp_path, [part(tmp_path, "p", documents(pages))])
    row = pq.read_table(after / "documents.parquet").to_pylist()[0]
    assert (row["text"], row["n_chars"], row["text_digest"], row["boilerplate_lines"]) == ("", 0, None, 2)


def _site(seed: int) -> list[dict[str, object]]:
    draw = random.Random(seed)
    found = []
    for host in ("a.kr", "b.kr", "c.kr"):
        template = [f"{host} 소식지의 {draw.choice(_NOUNS)} 안내 {number}번 창구를 이용하세요" for number in range(4)]
        for day in (1, 2):
            pages = [
                "\n".join(
                    [
                        *template[: draw.randint(0, 2)],
                        *article(draw.randint(0, 10**9), 5),
                        *template[draw.randint(1, 4) :],
                    ]
                )
                for _ in range(draw.randint(3, 20))
            ]
            found += documents(pages, host, day)
    return found


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    cuts=st.lists(st.integers(1, 40), max_size=4),
    memory=st.sampled_from([1 << 17, 1 << 30]),
)
def test_what_goes_depends_neither_on_parts_nor_on_memory(tmp_path_factory, seed, cuts, memory):
    folder = tmp_path_factory.mktemp("cut")
    rows = _site(seed)
    whole = strip(folder / "whole", [part(folder / "whole", "p", rows)])
    bounds = sorted({0, *(cut for cut in cuts if cut < len(rows)), len(rows)})
    pieces = [rows[low:high] for low, high in pairwise(bounds)]
    cut = strip(
        folder / "cut", [part(folder / "cut", str(number), each) for number, each in enumerate(pieces)], memory=memory
    )
    assert texts(cut) == texts(whole)
    by_day = [[row for row in rows if row["fetched_at"].day == day] for day in (1, 2)]
    daily = [strip(folder / str(day), [part(folder / str(day), "p", each)]) for day, each in enumerate(by_day)]
    expected = dict(zip((row["doc_id"] for row in rows), texts(whole), strict=True))
    assert [text for day in daily for text in texts(day)] == [
        expected[row["doc_id"]] for each in by_day for row in each
    ]
