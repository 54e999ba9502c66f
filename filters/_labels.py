"""Encoding labels as the web means them (WHATWG Encoding Standard, section 4.2), mapped to Python's codecs.

Python's own names differ where it matters: its `euc_kr` lacks 8,822 syllables every browser reads, so all Korean
labels are cp949.
"""

import codecs
import re

_WEB: dict[str, tuple[str, ...]] = {
    "cp949": (
        *(
            "euc-kr",
            "cseuckr",
            "csksc56011987",
            "iso-ir-149",
            "korean",
            "ks_c_5601-1987",
            "ks_c_5601-1989",
            "ksc5601",
            "ksc_5601",
        ),
        *("windows-949", "cp949", "ms949", "uhc", "x-windows-949", "euckr", "ks_c_5601", "ks-c-5601-1987", "x-euc-kr"),
    ),
    "iso2022_kr": ("iso-2022-kr", "csiso2022kr"),
    "johab": ("johab", "x-johab", "ms1361"),
    "utf-8": ("utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"),
    "utf-16-le": ("utf-16le", "utf-16", "unicode", "ucs-2", "iso-10646-ucs-2", "csunicode", "unicodefeff"),
    "utf-16-be": ("utf-16be", "unicodefffe"),
    "gb18030": (
        "gb2312",
        "gbk",
        "gb18030",
        "gb_2312",
        "gb_2312-80",
        "chinese",
        "csgb2312",
        "csiso58gb231280",
        "iso-ir-58",
        "x-gbk",
    ),
    "big5hkscs": ("big5", "big5-hkscs", "cn-big5", "csbig5", "x-x-big5"),
    "cp932": ("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "ms932", "windows-31j", "csshiftjis"),
    "euc_jp": ("euc-jp", "cseucpkdfmtjapanese", "x-euc-jp"),
    "iso2022_jp": ("iso-2022-jp", "csiso2022jp"),
    "cp1252": (
        *(
            "ascii",
            "us-ascii",
            "ansi_x3.4-1968",
            "iso-8859-1",
            "iso8859-1",
            "iso88591",
            "iso_8859-1",
            "iso_8859-1:1987",
            "iso-ir-100",
        ),
        *("latin1", "l1", "cp819", "ibm819", "csisolatin1", "windows-1252", "cp1252", "x-cp1252"),
    ),
    "cp1254": ("iso-8859-9", "iso8859-9", "iso_8859-9", "latin5", "l5", "windows-1254", "cp1254"),
    "cp874": ("iso-8859-11", "iso8859-11", "tis-620", "windows-874", "dos-874"),
}
_BY_LABEL = {label: codec for codec, labels in _WEB.items() for label in labels}
# Single-byte encodings Python names as the web does; nothing else (utf-7, unicode_escape ...) may be chosen by a page.
_SAFE = re.compile(r"(iso8859-\d+|cp125\d|cp866|koi8-[ru]|mac-(roman|cyrillic))")


def codec(label: str) -> str | None:
    """Return the Python codec a web label stands for, or None for a label no browser knows."""
    label = label.strip(" \t\r\n\f\"'").lower()
    if label in _BY_LABEL:
        return _BY_LABEL[label]
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):  # ValueError: a NUL in the label
        return None
    return name if _SAFE.fullmatch(name) else None
