"""Personal data: erasure."""

from chalicelib.privacy.erasure import erase_tenant
