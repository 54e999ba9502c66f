"""The text a reader of the page sees: what the language of a page is judged on, before any extraction."""

from resiliparse.extract.html2text import extract_plain_text


def visible_text(html: str) -> str:
    """Return all visible text of an HTML page, one block per line, menus and comments included.

    Scripts, styles, alternative texts, link targets and form fields are left out.
    """
    text: str = extract_plain_text(
        html, preserve_formatting=True, main_content=False, list_bullets=False, alt_texts=False
    )
    return text
