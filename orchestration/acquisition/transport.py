"""Connections that go to public addresses only and end at a deadline.

Belongs here: name resolution, the choice of the IP address, the time limit of every read. Does not: HTTP.

The address that was checked is the address that is connected to, so that a name can't resolve to something else in
between. Certificates are always verified, against the system's authorities or those of SSL_CERT_FILE.
"""

import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore2
import httpx2

from orchestration.acquisition.addresses import is_private


class PrivateAddressError(Exception):
    """A name leads to an address that is not on the public internet."""


class Deadline:
    """A moment of the monotonic clock; ``start`` sets it, ``remaining`` counts down to it."""

    def __init__(self) -> None:
        self._at = float("inf")

    def start(self, seconds: float) -> None:
        """End in ``seconds`` from now."""
        self._at = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, negative when past."""
        return self._at - time.monotonic()

    def limit(self, timeout: float | None) -> float:
        """The shorter of ``timeout`` and what remains; httpcore2.ReadTimeout when nothing does."""
        left = self.remaining()
        if left <= 0:
            raise httpcore2.ReadTimeout("the total time for this file is used up")
        return left if timeout is None else min(timeout, left)


class GuardedStream(httpcore2.NetworkStream):
    """A connection whose reads and writes end at the deadline."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read at most ``max_bytes``."""
        return self._inner.read(max_bytes, self._deadline.limit(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of ``buffer``."""
        self._inner.write(buffer, self._deadline.limit(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Begin TLS for ``server_hostname``, the name that was asked."""
        secured = self._inner.start_tls(ssl_context, server_hostname, self._deadline.limit(timeout))
        return GuardedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What the inner connection knows of itself."""
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore2.NetworkBackend):
    """Resolves a name, refuses private addresses unless allowed, connects to an address it has checked."""

    def __init__(self, deadline: Deadline, *, allow_private: bool) -> None:
        self._inner = httpcore2.SyncBackend()
        self._deadline = deadline
        self._allow_private = allow_private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of ``host`` that answers; PrivateAddressError when any of them is private."""
        fault: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.limit(timeout), local_address, socket_options
                )
                return GuardedStream(stream, self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                fault = error
        raise fault

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore2.NetworkStream:
        """No publisher is behind a Unix socket."""
        raise httpcore2.ConnectError("Unix sockets are not used")

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._inner.sleep(seconds)

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore2.ConnectError(f"the name {host} could not be resolved ({error})") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._allow_private and (private := [address for address in addresses if is_private(address)]):
            raise PrivateAddressError(f"{host} is the private address {private[0]}")
        return addresses


class GuardedTransport(httpx2.HTTPTransport):
    """HTTP/1.1 over guarded connections, without proxies."""

    def __init__(self, deadline: Deadline, *, allow_private: bool) -> None:
        context = httpx2.create_ssl_context()
        super().__init__(verify=context)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context,
            max_connections=2,
            keepalive_expiry=5.0,
            network_backend=GuardedBackend(deadline, allow_private=allow_private),
        )
