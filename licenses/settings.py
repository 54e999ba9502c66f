"""What can be set about reading rights. What the specification fixes is not here."""

from pydantic import BaseModel, ConfigDict, Field


class RightsSettings(BaseModel):
    """How signals are read. Every field changes results, so it belongs to the digest of a recipe."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    product_token: str = Field(
        default="MalmoiBot",
        pattern=r"^[A-Za-z_-]+$",
        description="Our name in robots.txt, X-Robots-Tag and robots meta (RFC 9309, section 2.2.1).",
    )
    ugc_hosts: tuple[str, ...] = Field(
        default=(
            "blog.daum.net",
            "blog.naver.com",
            "brunch.co.kr",
            "cafe.daum.net",
            "cafe.naver.com",
            "clien.net",
            "dcinside.com",
            "egloos.com",
            "fmkorea.com",
            "kin.naver.com",
            "medium.com",
            "namu.wiki",
            "post.naver.com",
            "postype.com",
            "tistory.com",
            "velog.io",
        ),
        description="Hosts, with their subdomains, where users own the texts: a host's permission weighs less there.",
    )
    robots_max_bytes: int = Field(
        default=500 * 1024,
        ge=500 * 1024,
        description="Bytes of robots.txt that are read; the rest is ignored (RFC 9309, section 2.5: at least 500 KiB).",
    )
    notice_line_chars: int = Field(
        default=80, ge=1, description="Longest line near the end of a page that counts as a notice by itself."
    )
    notice_tail_share: float = Field(
        default=0.15, gt=0, le=1, description="Share of the text, from its end, that is 'near the end'."
    )
    notice_element_chars: int = Field(
        default=1000,
        ge=1,
        description="Longest text of an element that is a notice by its class or id; longer ones are page bodies.",
    )
    credit_chars: int = Field(
        default=120, ge=0, description="Characters before a licence link in which a picture or icon credit binds it."
    )
