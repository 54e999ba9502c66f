import collections

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import ParagraphSettings, count_hangul, korean_part, paragraph_languages

ENGLISH = """When the autumn came the people of the village went out into the fields and began to cut the rice.
Towards sunset the children walked home along the paths between the fields, and their mothers had supper ready.
It had rained just enough that year and the grain had ripened well, so that neighbours came over to lend a hand."""
JAPANESE = """秋になると村の人々は田に出て稲を刈り始めた。
日が暮れるころ、子供たちはあぜ道を歩いて家に帰り、母親たちは夕飯を作って待っていた。
その年は雨がほどよく降ったので穀物がよく実り、隣の村からも手伝いに来た。夜が更けると部屋に集まって昔話をした。"""
CHINESE = """到了秋天，村里的人们都到田里去割稻子。太阳快下山的时候，孩子们沿着田埂走回家，母亲们做好晚饭等着他们。
那年雨水不多不少，庄稼长得很好，邻村的人也来帮忙，工钱用米来支付。夜深了，大家聚在屋里讲从前的故事，回忆去年夏天的洪水。"""
ITALIAN = """Quando venne l'autunno la gente del villaggio uscì nei campi e cominciò a mietere il riso;
verso il tramonto i bambini tornavano a casa lungo i sentieri fra i campi e le madri preparavano la cena;
quell'anno aveva piovuto il giusto e il grano era maturato bene, sicché i vicini vennero a dare una mano;"""
THAI = """เมื่อฤดูใบไม้ร่วงมาถึงชาวบ้านก็ออกไปเกี่ยวข้าวในทุ่งนา
ตอนพระอาทิตย์ตกเด็กๆเดินกลับบ้านตามคันนาและแม่ก็ทำอาหารเย็นรออยู่
ปีนั้นฝนตกพอดีข้าวจึงสุกดีและเพื่อนบ้านก็มาช่วยกันทำงาน"""
CODE = """def total(values: list[int]) -> int:
    # Add up all of the values that were handed over to this function by its caller.
    return sum(value for value in values if value > 0)
$ pip install --upgrade example && python -m example --help
Total: 1,234 items / 56.7 %"""


@pytest.mark.parametrize(
    ("foreign", "language"), [(ENGLISH, "en"), (JAPANESE, "ja"), (CHINESE, "zh"), (ITALIAN, "it"), (THAI, "th")]
)
def test_a_foreign_section_goes_and_the_korean_part_stays(foreign, language, prose):
    long = "\n".join([foreign] * 9)
    part = korean_part(f"{long}\n{prose}")
    assert part.text == prose
    assert part.removed == {language: (9 * len(foreign.split("\n")), len(long.replace("\n", "")))}
    assert part.syllables == count_hangul(prose.encode())
    assert korean_part(f"{prose}\n{long}\n{prose}").text == f"{prose}\n{prose}"


def test_a_translation_between_the_lines_of_its_original(prose):
    lines = [line for pair in zip(ENGLISH.split("\n") * 2, prose.split("\n"), strict=False) for line in pair]
    settings = ParagraphSettings(mixed_quotation_letters=60)
    assert korean_part("\n".join(lines), settings).text == prose


def test_short_quotations_terms_and_code_stay(prose):
    quoted = (
        f"{prose}\n{ENGLISH.splitlines()[0]}\n{CODE}\n{prose}\nSpring Boot 3.2 릴리스 노트\nReact, Vue, Svelte\n{prose}"
    )
    assert korean_part(quoted).text == quoted
    assert korean_part(quoted).removed == {}


def test_code_of_a_foreign_section_stays(prose):
    mixed = f"{prose}\n" + f"{ENGLISH}\n" * 6 + CODE
    part = korean_part(mixed)
    assert part.text == f"{prose}\n{CODE}"


def test_nothing_of_a_foreign_text_remains():
    part = korean_part(ENGLISH)
    assert (part.text, part.syllables, list(part.removed)) == ("", 0, ["en"])
    assert korean_part("") == ("", {}, 0)


def test_lines_have_languages(prose):
    first = prose.splitlines()[0]
    lines = [first, ENGLISH.splitlines()[0], JAPANESE.splitlines()[0], CHINESE.splitlines()[0], *CODE.splitlines(), ""]
    assert paragraph_languages("\n".join(lines)) == ["ko", "en", "ja", "zh", *["und"] * 6]


LINES = st.sampled_from(
    [
        *ENGLISH.splitlines(),
        *JAPANESE.splitlines(),
        *THAI.splitlines(),
        *CODE.splitlines(),
        "그해에는 비가 알맞게 내려 곡식이 잘 여물었다.",
        "이것은 table 의 column 이다.",
        "Introduction to the village",
        "- fix the built-in filter when the value is empty (thanks to a friend)",
        "",
        "BTS (방탄) is a South Korean boy band that was formed in the city of Seoul and sings about growing up.",
    ]
)


@given(st.lists(LINES, max_size=30).map("\n".join), st.integers(0, 400), st.floats(0, 1))
def test_whole_lines_go_once_and_korean_ones_never(text, letters, share):
    settings = ParagraphSettings(quotation_letters=letters, mixed_share=share)
    part = korean_part(text, settings)
    assert korean_part(part.text, settings) == (part.text, {}, part.syllables)
    before = collections.Counter(line for line in text.split("\n") if line)
    kept = collections.Counter(line for line in part.text.split("\n") if line)
    gone = before - kept
    assert kept <= before
    assert sum(gone.values()) == sum(count.paragraphs for count in part.removed.values())
    assert sum(len(line) * n for line, n in gone.items()) == sum(count.chars for count in part.removed.values())
    assert not any(line.endswith("다.") for line in gone)


def word_f1(one: str, other: str) -> float:
    a, b = collections.Counter(one.split()), collections.Counter(other.split())
    return 2 * (a & b).total() / max(1, a.total() + b.total())


def test_blogs_with_code_keep_their_text(rows):
    gold = [row["text"] for row in rows("pairs/dev-gold.jsonl.gz")]
    assert sum(word_f1(korean_part(text).text, text) for text in gold) >= 0.995 * len(gold)
