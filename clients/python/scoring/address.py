"""Addresses of a service."""

import re

_HOST = r"(?P<host>[^\s/:@?#\[\],]+|\[[0-9A-Fa-f:.]+(?:%[^\s\]]+)?\])"
_HOST_AND_PORT = re.compile(_HOST + ":(?P<port>[0-9]{1,5})")
_URL = re.compile(rf"(?P<scheme>https?)://{_HOST}(?::(?P<port>[0-9]{{1,5}}))?/?", re.IGNORECASE)
_OF_GRPC = re.compile(r"(?:dns|ipv4|ipv6|unix|unix-abstract|xds):/*[^/].*", re.DOTALL)


def target_of(address: str, has_credentials: bool) -> str:
    """What gRPC is told, which takes http:// for the name of a host, and anything else that it does not know. Raises where it is no address."""
    if _OF_GRPC.fullmatch(address):
        return address
    parts = _URL.fullmatch(address) or _HOST_AND_PORT.fullmatch(address)
    scheme = (parts.groupdict().get("scheme") or "").lower() if parts else ""
    port = int(parts["port"] or (443 if scheme == "https" else 80)) if parts else 0
    if not 0 < port < 65536:
        raise ValueError(f"'{address}' is no address of a service; one reads host:port, http://host:port, https://host:port, unix:/path or dns:///host:port")
    if scheme == "https" and not has_credentials:
        raise ValueError(f"'{address}' is TLS, and there are no credentials; set credentials=grpc.ssl_channel_credentials()")
    if scheme == "http" and has_credentials:
        raise ValueError(f"'{address}' is clear text, and there are credentials; with TLS it reads https://")
    return f"{parts['host']}:{port}"
