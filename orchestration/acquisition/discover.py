"""Turn a publisher's pages, or the lists of its API, into the list of files it offers.

Belongs here: reading links and matching them to a dataset's discovery rule, reading lists for a dataset that knows how
to ask its publisher's API. Does not: downloading what they point to, or what a publisher's lists look like
(datasets/<name>/discover.py).
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from orchestration.acquisition.addresses import shown
from orchestration.acquisition.fetch import Page
from orchestration.acquisition.sniff import title_of
from orchestration.catalogue.models import DatasetSpec, Discovery
from orchestration.errors import ConfigurationError, SourceUnavailable

DATA_FILE = re.compile(r"\.(csv|zip|xlsx?|xlsm|xlsb|ods|parquet|gz)(\?|$)", re.IGNORECASE)
NEAR_LINKS = 5


@dataclass(frozen=True)
class Link:
    """An absolute address without fragment, the text of the link and the page it stands on."""

    url: str
    text: str
    page: str


Lister = Callable[[Discovery, Callable[[str], object]], Iterable[str]]


class PageReader(Protocol):
    """What discovery needs of a client."""

    def get_page(self, url: str) -> Page:
        """The page at ``url``."""


def candidates(client: PageReader, spec: DatasetSpec, lister: Lister | None = None) -> list[Link]:
    """Addresses of files of ``spec``, each once: links in the order of the pages, then those of an API.

    The landing page is read first, then the pages it leads to that match ``follow`` (the first ``max_pages``), then the
    ``further`` landing pages of the rule.
    Several matches are all candidates: what each file is, its content says. ``lister`` gives addresses from the lists
    of the publisher's API. SourceUnavailable, with the nearest links, when a rule for links matches nothing, and when
    an API has nothing to ask for.
    """
    rule = spec.discovery
    if rule is None:
        raise ConfigurationError(f"{spec.name} has no discovery rule; pass its files with --from")
    linked = _linked(client, spec, rule) if rule.links is not None else []
    listed = list(lister(rule, lambda url: read_json(client, url))) if lister else []
    if lister and not listed:
        raise SourceUnavailable(
            f"{spec.name}: the lists of the publisher's API name nothing that is asked for ({', '.join(rule.items)}). "
            "The last good release stays in use."
        )
    asked = [Link(url, "", url) for url in (*rule.fixed_addresses(), *listed)]
    return _unique([*linked, *asked])


def read_json(client: PageReader, url: str) -> object:
    """What the API's list at ``url`` says; SourceUnavailable when the answer is no JSON."""
    page = client.get_page(url)
    try:
        return json.loads(page.text)
    except ValueError as error:
        seen = f"a web page titled {title_of(page.text)!r}" if "<" in page.text[:200] else repr(page.text[:60])
        raise SourceUnavailable(
            f"{shown(url)}: a list was expected, the answer is no JSON but {seen}. The last good release stays in use."
        ) from error


def _linked(client: PageReader, spec: DatasetSpec, rule: Discovery) -> list[Link]:
    """Links that match the rule on the landing page and the pages it leads to."""
    index = client.get_page(rule.index)
    pages = [index, *(client.get_page(link.url) for link in _to_follow(index, rule))]
    pages += [client.get_page(url) for url in rule.further]
    seen = _unique(link for page in pages for link in links_of(page))
    found = [link for link in seen if _matches(link, rule)]
    if not found:
        raise SourceUnavailable(_nothing_found(spec, rule, pages, seen))
    return found


def links_of(page: Page) -> list[Link]:
    """All http and https links of a page, in order, resolved against its address (or its <base>)."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(page.text)
    base_node = tree.css_first("base[href]")
    base = urljoin(page.url, (base_node.attributes.get("href") or "") if base_node else "")
    links = []
    for node in tree.css("a[href]"):
        url = _resolved(base, node.attributes.get("href") or "")
        if url:
            text = " ".join(node.text(separator=" ").split())
            links.append(Link(url, text or (node.attributes.get("title") or ""), page.url))
    return links


def _resolved(base: str, href: str) -> str | None:
    """An absolute http or https address without fragment, or None."""
    try:
        url = urldefrag(urljoin(base, href.strip())).url.replace(" ", "%20")
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def _to_follow(index: Page, rule: Discovery) -> list[Link]:
    """Links on the landing page that lead to pages with files, at most ``max_pages``."""
    if rule.follow is None:
        return []
    leading = [link for link in _unique(links_of(index)) if _search(rule.follow, link.url) and link.url != index.url]
    return leading[: rule.max_pages]


def _unique(links: Iterable[Link]) -> list[Link]:
    """The first link of each address, in order."""
    first: dict[str, Link] = {}
    for link in links:
        first.setdefault(link.url, link)
    return list(first.values())


def _matches(link: Link, rule: Discovery) -> bool:
    return _search(rule.links or "", link.url) and (
        rule.link_text is None or bool(re.search(rule.link_text, link.text))
    )


def _search(pattern: str, url: str) -> bool:
    """Whether the pattern is found in the address, as it stands or with %20 and the like resolved."""
    return bool(re.search(pattern, url) or re.search(pattern, unquote(url)))


def _nothing_found(spec: DatasetSpec, rule: Discovery, pages: list[Page], seen: list[Link]) -> str:
    """A message that names the pages read and the links that came nearest."""
    near = [link for link in seen if _search(rule.links or "", link.url)] or [
        link for link in seen if DATA_FILE.search(link.url)
    ]
    named = "; ".join(f"{link.text!r} {shown(link.url)}" for link in (near or seen)[:NEAR_LINKS]) or "no links at all"
    read = ", ".join(f"{shown(page.url)} ({title_of(page.text)!r})" for page in pages[:3])
    more = f" and {len(pages) - 3} more" if len(pages) > 3 else ""
    return (
        f"{spec.name}: no link on {read}{more} matches {rule.links!r}"
        + (f" with text {rule.link_text!r}" if rule.link_text else "")
        + f". Nearest: {named}. The last good release stays in use; if the publisher renamed its files, change "
        "`discovery` in dataset.yaml."
    )
