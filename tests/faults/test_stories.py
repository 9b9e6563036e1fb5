"""Every story of tests/faults/stories.py, one after the other in the same installation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults.bench import Bench, bench
from tests.faults.stories import STORIES, Story


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("stories")) as opened:
        yield opened


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story(here: Bench, story: Story, tell: Callable[[str], None]) -> None:
    tell(f"{story.where:8} {story.name:45} {story.happens(here)}")
