"""Sentences about entitlements, prices, imports, renewals and savings."""

from __future__ import annotations

from typing import Any

from sfsam.charts.formats import counted, is_missing, money, money_exact, number
from sfsam.ui.formats import day, plain

NO_ENTITLEMENTS = (
    "No entitlements yet",
    "Owned seats come from the org. Enter what a contract says (price, days, cost center), or import it; every amount "
    "then uses what you pay instead of list prices.",
)
NO_RENEWALS = (
    "Nothing ends in these days",
    "Entitlements show here by their last day, licenses by the day on which the org lets them expire. Look further "
    "ahead, or enter the last days of your contracts.",
)
RENEWAL_REPORT = "One page that prints on A4: what is paid, used and ends in these days, with what each figure means."
NO_DRIFT = "Contracts and org agree on the seats, wherever both say a number."
ONE_CURRENCY = "One license has one currency at a time: amounts of two currencies are never added up."
STATES = {"active": "Active", "upcoming": "Upcoming", "ended": "Ended"}
CAUSES = {
    "renewal_with_fewer_seats": "Renewal with fewer seats",
    "purchase_avoided": "Purchase avoided",
    "seat_returned": "Seat given back",
}
IMPORT_LEAD = (
    "CSV or XLSX, up to 20 MB and 100,000 rows. Rows that fail wait below with their reason. Importing a file twice "
    "changes nothing, and what a person entered is never overwritten unasked."
)
FORMULAS = "Formulas are not computed and hidden sheets are not read."
NEVER_ADDED = (
    "Three views of the same money, never added up: a seat is first potential, then freed, then realized when a "
    "contract is renewed without it."
)
NO_SAVINGS_BY_DEPARTMENT = (
    "Departments act on what could be freed. Of seats that are gone no department is known, so nothing freed or "
    "realized is shown while one is chosen."
)
NOTHING_ENTERED = "Nothing is entered yet. A renewal with fewer seats, or a purchase that was not needed, goes here."
NOTHING_ENTERED_HERE = "Nothing that was entered fits the filters."
NO_ENTITLEMENT_MATCHES = "No entitlement fits these filters."
FREED_MEANS = "Seats back in the pool, each by a change of ours that was read back. The contract still costs the same."
REALIZED_MEANS = "Entered by people with their proof: less was paid, or nothing had to be bought."
POTENTIAL_MEANS = "Seats nobody uses now, at what a seat costs for a year."
PRICES_LEAD = (
    "What a seat costs where no contract says so. A price you enter goes before the shipped one; reverting brings that "
    "back."
)


def entitlements_lead(active: int, ended: int, licenses: int, spend: list[dict[str, Any]]) -> str:
    if not active and not ended:
        return "No contract is entered yet, so amounts use **list prices**."
    count = counted(active, "entitlement is", "entitlements are")
    first = f"**{count}** active for {counted(licenses, 'license', 'licenses')}"
    paid = " and ".join(f"**{plain(money(row['amount'], row['currency']))}**" for row in spend)
    return f"{first}; they cost {paid} a year." if paid else f"{first}."


def drift_line(row: dict[str, Any]) -> str:
    more = "more" if row["drift"] > 0 else "fewer"
    return (
        f":orange[:material/warning:] **{plain(row['model'])}** in {plain(row['org'])}: the contract gives "
        f"{number(row['contract_quantity'])} seats, the org owns {number(row['owned'])}; "
        f"that is {number(abs(row['drift']))} {more} on paper."
    )


def renewals_lead(renewals: int, days: int, first: Any, costs: list[dict[str, Any]], left: int) -> str:
    """What comes up, and what leaving out `left` seats saves, as far as their prices are known."""
    if not renewals:
        return f"Nothing ends within **{days} days**."
    head = (
        f"**{counted(renewals, 'renewal comes', 'renewals come')}** up within {days} days, the first on {day(first)}."
    )
    stakes = [row for row in costs if row["at_stake"] > 0]
    if not stakes and left:
        return f"{head} **{counted(left, 'seat', 'seats')}** need no renewal; what they cost is not known."
    if not stakes:
        return f"{head} Every seat in them is needed."
    amounts = " and ".join(f":primary[**{plain(money_exact(row['at_stake'], row['currency']))}**]" for row in stakes)
    return f"{head} Renewing only the seats that are needed saves {amounts} a year."


def renewal_advice(row: dict[str, Any]) -> str:
    """What to renew, in one sentence."""
    if is_missing(row["quantity"]):
        return f"{counted(row['seats_to_renew'], 'seat is', 'seats are')} needed; how many end is not known."
    end, needed = int(row["quantity"]), int(row["seats_to_renew"])
    if needed > end:
        return f"{number(end)} seats end and {number(needed)} are needed: renew all, and {number(needed - end)} more."
    if needed == end:
        return f"All {number(end)} seats that end are needed."
    left = number(end - needed)
    return f"{number(end)} seats end and {number(needed)} are needed: renew {number(needed)}, leave {left}."


def savings_lead(potential: str, freed: str, realized: str) -> str:
    return f"**{potential}** a year could be freed now, **{freed}** was freed, **{realized}** is realized."
