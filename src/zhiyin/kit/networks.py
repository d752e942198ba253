"""Addresses of machines: which stand in the open internet, and whose network one is of."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

# Prefixes under which an IPv4 address is carried in an IPv6 one (RFC 6052, RFC 8215): a gateway
# would lead to the inner one.
_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
# What Python's own tables call global and no brand's receiver is: addresses of one network alone
# (IANA's special registries; fec0 was site-local), and where a cloud's machine asks who it is.
_INSIDE = (
    ip_network("192.0.0.0/24"),
    ip_network("168.63.129.16/32"),
    ip_network("fec0::/10"),
)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: not this machine, network or metadata.

    What carries an IPv4 address inside is judged by that one too. Raises ValueError for a text
    that is no address.
    """
    return _is_public(ip_address(address.partition("%")[0]))


def network_of(client: str) -> str:
    """Whom an address counts for: itself, or the /64 that one household or machine is given.

    What is no address stands for itself.
    """
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address.packed, 64), strict=False))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return _is_public(inner)
        if address.teredo is not None or any(address in prefix for prefix in _NAT64):
            return False
    if any(address.version == inside.version and address in inside for inside in _INSIDE):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )
