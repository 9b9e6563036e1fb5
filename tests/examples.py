"""How many examples a property test tries: few in CI, the same in every run, and many in `make campaign`."""

from __future__ import annotations

import os

CAMPAIGN = "SFSAM_TEST_CAMPAIGN"  # set by tests/conftest.py for --campaign, and so known in each worker
_TIMES = 20


def is_campaign() -> bool:
    return CAMPAIGN in os.environ


def examples(in_ci: int) -> int:
    """For `@settings(max_examples=examples(10))`."""
    return in_ci * _TIMES if is_campaign() else in_ci
