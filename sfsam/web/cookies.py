"""The cookie in which Streamlit keeps who has signed in, read for the routes that are no pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from sfsam.domain.identity import Claims


def claims_in(cookies: Mapping[str, str], secret: str, base_url: str) -> Claims:
    """The claims in the cookie that was signed with `secret` and for this address; none in any other."""
    whole = get_cookie_with_chunks(partial(_unsigned, cookies, secret), USER_COOKIE_NAME)
    try:
        claims: Any = json.loads(whole) if whole else {}
    except ValueError:
        return {}
    base = urlsplit(base_url)
    is_ours = isinstance(claims, dict) and claims.get("origin") == f"{base.scheme}://{base.netloc}"
    return claims if is_ours and claims.get("is_logged_in") is True else {}


def _unsigned(cookies: Mapping[str, str], secret: str, name: str) -> bytes | None:
    return decode_signed_value(secret, name, cookies.get(name, ""))
