"""Notices to many tenants."""

from chalicelib.notices.notices import add_notice, get_notice, list_notices, preview_notice
