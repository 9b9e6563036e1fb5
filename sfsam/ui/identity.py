"""Who sits before the page, asked anew each time: a sign-in may have ended since the page was drawn."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import streamlit as st

from sfsam import bootstrap
from sfsam.domain.identity import NOT_SIGNED_IN, Identity, Standing
from sfsam.domain.roles import LOCAL_ADMIN as LOCAL_CALLER
from sfsam.domain.roles import Caller, Roles

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Person:
    """Who looks at the page. The name goes into jobs and the audit trail; nobody without a role sees any data."""

    name: str
    roles: Roles
    standing: Standing = Standing.SIGNED_IN
    is_signed_in: bool = False

    @property
    def caller(self) -> Caller:
        """The same, as the services ask for it."""
        return Caller(self.name, self.roles, is_signed_in=self.is_signed_in)


LOCAL_ADMIN = Person(LOCAL_CALLER.actor, LOCAL_CALLER.roles)


def person() -> Person:
    """The person whom the sign-in service named; this machine's administrator where there is no sign-in."""
    if not bootstrap.current().settings.is_sign_in_on:
        return LOCAL_ADMIN
    named = identity()
    caller = named.caller
    return Person(caller.actor, caller.roles, named.standing, is_signed_in=caller.is_signed_in)


def identity() -> Identity:
    """What the sign-in service said, as of now."""
    claims = st.user.to_dict()
    return bootstrap.current().identity_of(claims) if claims.get("is_logged_in") else NOT_SIGNED_IN


def sign_in() -> None:
    """Lead this browser to the sign-in service."""
    st.login()


def sign_out() -> None:
    """End this sign-in: here for good, and at the sign-in service where it offers that."""
    system = bootstrap.current()
    named = identity()
    system.signed_out.add(named, system.clock.now())
    log.info("sign-in %s: ended by the person", named.session[:12])
    st.logout()
