"""What people read about signing in, their roles, and why they see nothing."""

from __future__ import annotations

from sfsam.domain.roles import Role, Roles

SIGN_IN = "Sign in"
SIGN_OUT = "Sign out"
LOCAL_ONLY = ":material/computer: This machine only: no sign-in is set up."

WELCOME = ("Sign in to sfsam", "Your organization's sign-in service says who you are and which role you have here.")
REFUSED = (
    "The sign-in did not work",
    "The answer of the sign-in service was not accepted. Try again; if it stays so, the log of sfsam says why.",
)


def expired(until: str) -> tuple[str, str]:
    """`until` as formats.moment shows it; empty when that is not known."""
    ended = f"It was good until {until}." if until else "It is no longer good."
    return "Your sign-in is over", f"{ended} Sign in again to go on; what was saved is kept, and jobs go on."


def no_role(name: str, claim: str) -> tuple[str, str]:
    """Signed in as `name`, with no role in `claim`."""
    names = [role.value for role in Role]
    return (
        "You have no role here",
        f"You are signed in as `{name.replace('`', '')}`, and the sign-in service gives you no role in sfsam. "
        f"Ask its administrator for one of {', '.join(names[:-1])} or {names[-1]} in the claim `{claim}`, "
        "then sign out and in again.",
    )


def roles(roles: Roles) -> str:
    """The roles of whoever is signed in, as the foot of the sidebar shows them."""
    return ", ".join(role.value for role in Role if role in roles)
