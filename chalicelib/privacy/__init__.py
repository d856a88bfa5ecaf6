"""Personal data: erasure."""

from chalicelib.privacy.erasure import erase_tenant

__all__ = ["erase_tenant"]
