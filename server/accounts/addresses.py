"""Where requests come from, as far as one somebody has it."""

from ipaddress import IPv6Address, ip_address, ip_network


def neighbourhood(address: str) -> str:
    """What one somebody holds: an IPv4 address, or the network of 64 bits around an IPv6 address."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ip_network((known, 64), strict=False))
