"""What may be asked of the network: which addresses, which redirects, and how they are shown.

Belongs here: rules on URLs and IP addresses. Does not: connecting.
"""

import ipaddress
import re
from hashlib import sha256
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, unquote, urldefrag, urlencode, urlsplit, urlunsplit

from orchestration.errors import ConfigurationError, SourceUnavailable

# Names under which anybody, or any public body, may have a host of its own (publicsuffix.org, those of this domain).
SHARED_SUFFIXES = frozenset(
    {
        "ac.uk", "co.uk", "gov.uk", "ltd.uk", "me.uk", "net.uk", "nhs.uk", "org.uk", "parliament.uk", "plc.uk",
        "police.uk", "sch.uk", "service.gov.uk", "gov.scot", "gov.wales", "nhs.scot", "nhs.wales",
        "amazonaws.com", "azureedge.net", "azurewebsites.net", "cloudfront.net", "core.windows.net", "github.io",
        "githubusercontent.com", "googleapis.com", "blob.core.windows.net", "s3.amazonaws.com",
    }
)  # fmt: skip
LONGEST_QUERY_NAME = 160
SECRET_PARAMETER = re.compile(r"key|token|secret|sig|pass|auth|credential", re.IGNORECASE)


def checked(url: str) -> str:
    """``url`` without its fragment, when it may be asked; SourceUnavailable when not.

    Only http and https, with a host, without user name or password, and no private IP address in place of a name.
    """
    plain = urldefrag(url.strip()).url
    parts = urlsplit(plain)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceUnavailable(f"{shown(plain)}: only http and https addresses are asked")
    if parts.username is not None or parts.password is not None:
        raise SourceUnavailable(f"{shown(plain)}: an address with a user name or password is not asked")
    return plain


def shown(url: str) -> str:
    """``url`` fit for a message or a log: no user name, password or secret parameter."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    query = parts.query
    if SECRET_PARAMETER.search(query):
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([(key, "***" if SECRET_PARAMETER.search(key) else value) for key, value in pairs], safe="*")
    return urlunsplit((parts.scheme, host, parts.path, query, ""))


def host_of(url: str) -> str:
    """Host name in lower case, without port."""
    return (urlsplit(url).hostname or "").rstrip(".")


def registrable(host: str) -> str:
    """The part of a host name that one owner registers: www.england.nhs.uk → england.nhs.uk. An IP is itself."""
    if is_literal(host):
        return host
    labels = host.lower().rstrip(".").split(".")
    for start in range(len(labels)):
        if ".".join(labels[start:]) in SHARED_SUFFIXES:
            return ".".join(labels[max(start - 1, 0) :])
    return ".".join(labels[-2:])


def is_literal(host: str) -> bool:
    """Whether ``host`` is an IP address and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_private(address: str) -> bool:
    """Whether an IP address is not on the public internet (private, loopback, link-local, reserved, multicast)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    ip = mapped or ip
    return not ip.is_global or ip.is_multicast


def redirect_fault(origin: str, target: str) -> str | None:
    """Why a redirect from ``origin`` to ``target`` is not followed; None when it may be."""
    here, there = urlsplit(origin), urlsplit(target)
    if there.scheme not in ("http", "https"):
        return f"a redirect to {there.scheme or 'no scheme'} is not followed"
    if is_literal(host_of(target)) and is_private(host_of(target)) and host_of(target) != host_of(origin):
        return "a redirect to a private address is not followed"
    if here.scheme == "https" and there.scheme == "http":
        return "a redirect from https to http is not followed"
    if registrable(host_of(origin)) != registrable(host_of(target)):
        return f"a redirect to another owner's host ({host_of(target)}) is not followed"
    return None


def file_name(url: str) -> str:
    """The name a publisher gives the file at ``url``: the last part of its path; 'unnamed' when there is none.

    An API's answer has no name of its own: its path and query together say what it is (``is_query``).
    """
    if is_query(url):
        return _name_of_query(url)
    return PurePosixPath(unquote(urlsplit(url).path)).name or "unnamed"


def is_query(url: str) -> bool:
    """Whether ``url`` asks an API: it has a query, and its path ends in no file's name."""
    parts = urlsplit(url)
    return bool(parts.query) and not re.search(r"\.[A-Za-z]\w{1,7}$", unquote(parts.path))


def _name_of_query(url: str) -> str:
    """Path and query as one file name without an ending: secrets left out, a long one cut and marked by a hash."""
    parts = urlsplit(url)
    steps = [step for step in unquote(parts.path).split("/") if step and step.casefold() != "api"]
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    asked = [f"{key}={value}" for key, value in pairs if not SECRET_PARAMETER.search(key)]
    name = re.sub(r"[^\w.=,-]+", "-", "_".join(["-".join(steps), *asked]))
    if len(name) <= LONGEST_QUERY_NAME:
        return name
    return f"{name[:LONGEST_QUERY_NAME]}-{sha256(url.encode()).hexdigest()[:8]}"


class PublisherRoot:
    """Maps https://host/path to {root}/host/path, so that a server at ``root`` can stand in for every publisher."""

    def __init__(self, root: str | None) -> None:
        self.root = root.rstrip("/") if root else None
        if self.root and urlsplit(self.root).scheme not in ("http", "https"):
            raise ConfigurationError(f"publisher_root {root!r} is not an http or https address")

    @property
    def is_loopback(self) -> bool:
        """Whether the stand-in runs on this machine."""
        host = host_of(self.root) if self.root else ""
        return host == "localhost" or (is_literal(host) and ipaddress.ip_address(host).is_loopback)

    def real(self, url: str) -> str:
        """The address to connect to for a publisher's ``url``."""
        if self.root is None:
            return url
        parts = urlsplit(url)
        return f"{self.root}/{parts.netloc}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")

    def published(self, url: str) -> str:
        """The publisher's address of a ``url`` that may lie under the root."""
        if self.root and url.startswith(f"{self.root}/"):
            return "https://" + url.removeprefix(f"{self.root}/")
        return url
