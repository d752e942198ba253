"""Addresses of machines: which of them stand in the open internet."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Prefixes under which an IPv4 address is carried in an IPv6 one (RFC 6052, RFC 8215): a gateway
# would lead to the inner one.
_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: not this machine, network or metadata.

    What carries an IPv4 address inside is judged by that one too. Raises ValueError for a text
    that is no address.
    """
    return _is_public(ip_address(address.partition("%")[0]))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return _is_public(inner)
        if address.teredo is not None or any(address in prefix for prefix in _NAT64):
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )
