"""Whether what a call starts can be reached from other machines."""

from __future__ import annotations

import ast
import ipaddress

from deflask.detect.flags.find import Flag
from deflask.detect.module import Module
from deflask.detect.names import held


def is_public(flag: Flag, module: Module) -> bool:
    """Whether the call binds an address that others can reach."""
    given = flag.given
    address = given.named("host") or given.named("hostname") or given.at(flag.entry.host, module)
    for keyword in given.keywords if address is None else ():
        found = held(keyword.value, "host", module.names) if keyword.arg is None else None
        address = found if isinstance(found, ast.expr) else address
    if address is None:
        return flag.entry.public
    host = module.evaluate(address).value
    if not isinstance(host, str) or host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return bool(host)
