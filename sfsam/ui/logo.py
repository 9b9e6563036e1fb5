"""The logo: four seats, one of them free. Drawn as SVG, the name as outlines of IBM Plex Sans 600."""

from __future__ import annotations

from sfsam.charts.theme import ROLES, Mode

_NAME = (
    "M32.2 17.4Q30.9 17.4 30 17Q29.2 16.5 28.5 15.8L29.8 14.5Q30.3 15 30.9 15.4Q31.5 15.7 32.3 15.7"
    "Q33 15.7 33.4 15.4Q33.7 15.1 33.7 14.7Q33.7 14.3 33.5 14Q33.2 13.8 32.6 13.7L31.8 13.6"
    "Q30.8 13.5 30.1 13.2Q29.5 12.8 29.1 12.3Q28.8 11.7 28.8 10.9Q28.8 9.6 29.7 8.9Q30.6 8.1 32.2 8.1"
    "Q33 8.1 33.7 8.3Q34.3 8.4 34.7 8.8Q35.2 9.1 35.6 9.5L34.4 10.8Q34 10.4 33.4 10.1Q32.9 9.8 32.2 9.8"
    "Q31.5 9.8 31.2 10.1Q30.9 10.3 30.9 10.8Q30.9 11.2 31.2 11.4Q31.4 11.7 32 11.8L33 11.9"
    "Q34.4 12.1 35.1 12.7Q35.8 13.4 35.8 14.5Q35.8 15.3 35.4 16Q34.9 16.7 34.1 17Q33.3 17.4 32.2 17.4Z"
    "M38.2 17.2V10H36.9V8.3H38.2V7.1Q38.2 5.9 38.8 5.2Q39.4 4.6 40.6 4.6H42.2V6.3H40.4V8.3H42.2V10H40.4V17.2Z"
    "M46.6 17.4Q45.3 17.4 44.5 17Q43.6 16.5 42.9 15.8L44.3 14.5Q44.7 15 45.3 15.4Q45.9 15.7 46.7 15.7"
    "Q47.5 15.7 47.8 15.4Q48.2 15.1 48.2 14.7Q48.2 14.3 47.9 14Q47.7 13.8 47.1 13.7L46.2 13.6"
    "Q45.2 13.5 44.6 13.2Q43.9 12.8 43.6 12.3Q43.2 11.7 43.2 10.9Q43.2 9.6 44.2 8.9Q45.1 8.1 46.6 8.1"
    "Q47.5 8.1 48.1 8.3Q48.7 8.4 49.2 8.8Q49.7 9.1 50.1 9.5L48.8 10.8Q48.4 10.4 47.9 10.1Q47.3 9.8 46.7 9.8"
    "Q46 9.8 45.7 10.1Q45.3 10.3 45.3 10.8Q45.3 11.2 45.6 11.4Q45.9 11.7 46.5 11.8L47.4 11.9"
    "Q48.8 12.1 49.5 12.7Q50.3 13.4 50.3 14.5Q50.3 15.3 49.8 16Q49.3 16.7 48.5 17Q47.7 17.4 46.6 17.4Z"
    "M59.9 17.2H58.7Q58.2 17.2 57.8 17Q57.5 16.7 57.2 16.3Q57 15.9 57 15.3V15.1L57.6 15.7H57Q56.7 16.5 56 17"
    "Q55.4 17.4 54.4 17.4Q53 17.4 52.3 16.7Q51.5 16 51.5 14.8Q51.5 13.9 52 13.3Q52.4 12.7 53.3 12.4"
    "Q54.1 12.1 55.3 12.1H56.9V11.4Q56.9 10.7 56.5 10.3Q56.1 9.9 55.2 9.9Q54.4 9.9 54 10.2Q53.5 10.5 53.2 11"
    "L51.9 9.8Q52.4 9.1 53.2 8.6Q54 8.1 55.3 8.1Q57.1 8.1 58.1 8.9Q59 9.8 59 11.3V15.5H59.9ZM56.9 13.4H55.5"
    "Q54.6 13.4 54.2 13.7Q53.8 13.9 53.8 14.5V14.8Q53.8 15.3 54.1 15.6Q54.5 15.8 55.1 15.8Q55.6 15.8 56 15.7"
    "Q56.4 15.5 56.6 15.2Q56.9 15 56.9 14.5ZM63.8 17.2H61.7V8.3H63.8V9.8H63.9Q64.2 9.1 64.8 8.6"
    "Q65.3 8.1 66.3 8.1Q67.2 8.1 67.9 8.6Q68.6 9 68.9 9.9H68.9Q69.2 9.2 69.9 8.6Q70.6 8.1 71.6 8.1"
    "Q72.9 8.1 73.6 9Q74.4 9.9 74.4 11.6V17.2H72.2V11.8Q72.2 10.9 71.8 10.4Q71.5 9.9 70.8 9.9"
    "Q70.3 9.9 70 10.1Q69.6 10.2 69.3 10.5Q69.1 10.9 69.1 11.3V17.2H66.9V11.8Q66.9 10.9 66.6 10.4"
    "Q66.2 9.9 65.5 9.9Q65.1 9.9 64.7 10.1Q64.3 10.2 64.1 10.5Q63.8 10.9 63.8 11.3Z"
)
_STALE_SEATS = {5, 14, 30, 33, 36, 43, 51, 58}  # of 12 by 5


def icon(mode: Mode = "light") -> str:
    """The four seats alone, for the browser tab and the folded sidebar."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24">{_seats(mode)}</svg>'


def wordmark(mode: Mode) -> str:
    """The four seats with the name beside them."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 78 24" width="104" height="32">'
        f'{_seats(mode)}<path fill="{ROLES[mode].ink}" d="{_NAME}"/></svg>'
    )


def seat_map(mode: Mode) -> str:
    """Rows of seats, a few of them amber outlines: the picture of the welcome page."""
    roles = ROLES[mode]
    used = {"light": "#C0DADB", "dark": "#1B5C65"}[mode]
    drawn = []
    for place in range(60):
        x, y = 1 + 23 * (place % 12), 1 + 23 * (place // 12)
        shape = f'x="{x}" y="{y}" width="16" height="16" rx="4"'
        looks = f'fill="none" stroke="{roles.stale}" stroke-width="1.6"' if place in _STALE_SEATS else f'fill="{used}"'
        drawn.append(f"<rect {shape} {looks}/>")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 272 112" width="272" height="112">{"".join(drawn)}</svg>'
    )


def _seats(mode: Mode) -> str:
    color = ROLES[mode].active
    filled = "".join(
        f'<rect x="{x}" y="{y}" width="9.4" height="9.4" rx="2.4" fill="{color}"/>'
        for x, y in ((2, 2), (12.8, 2), (2, 12.8))
    )
    free = (
        f'<rect x="13.6" y="13.6" width="7.8" height="7.8" rx="1.8" fill="none" stroke="{color}" stroke-width="1.6"/>'
    )
    return filled + free
