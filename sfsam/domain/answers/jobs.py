"""Jobs and what they bring home."""

from __future__ import annotations

from typing import Any, Literal

from sfsam.domain.answers.base import Answer, Moment
from sfsam.domain.jobs import JobFailure, JobKind, JobState, Progress


class JobAnswer(Answer):
    job_id: str
    kind: JobKind
    profile_id: str | None
    state: JobState
    requested_by: str
    created_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    progress: Progress
    result: dict[str, Any] | None
    failure: JobFailure | None


class DownloadAnswer(Answer):
    job_id: str
    state: JobState
    mode: Literal["full", "incremental"]
    rows: dict[str, int]
    api_calls: int
    bytes: int
    seconds: float
    peak_rss_mb: float
    warnings: list[str]
    org_api_calls: int | None = None  # what the org counted in the last 24 hours, by anybody
    org_api_allowance: int | None = None


class IdentifyAnswer(Answer):
    created: int
    updated: int
    closed: int
    by_rule: dict[str, int]
