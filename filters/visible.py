"""The text a reader of the page sees: what the language of a page is judged on, before any extraction."""

from selectolax.lexbor import LexborHTMLParser

_UNSEEN = ["script", "style", "noscript", "template", "select", "textarea", "iframe", "svg"]


def visible_text(html: str) -> str:
    """Return all visible text of an HTML page, menus and comments included, a line for each piece of text.

    Scripts, styles, attributes and form fields are left out.
    """
    tree = LexborHTMLParser(close_comments(html))
    if tree.body is None:
        return ""
    tree.strip_tags(_UNSEEN)
    return tree.body.text(separator="\n")


def close_comments(html: str) -> str:
    """Take out the opening of a comment that is never closed: it would hide the rest of the page from every reader."""
    unclosed = html.find("<!--", html.rfind("-->") + 1)
    return html if unclosed < 0 else html[:unclosed] + html[unclosed:].replace("<!--", "")
