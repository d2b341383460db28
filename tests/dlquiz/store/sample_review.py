"""A review as the app stores it, and the time at which it was done."""

from dlquiz.core.scheduling import Rating
from dlquiz.store import Review

NOON = 1_772_452_800_000  # 2026-03-02T12:00Z
A_REVIEW = Review(
    key="convolution/conv-output-size",
    rev=1,
    seed=42,
    params='{"n": 61, "k": 9, "s": 2, "p": 4}',
    prompt_hash="5d41402a",
    answer="29",
    outcome="wrong",
    misconceptions=("padding-once",),
    rating=Rating.AGAIN,
    hints=0,
    duration_ms=8_200,
    at_ms=NOON,
    offset_minutes=480,
    counts=True,
    score=0.0,
    engine="1",
    torch="2.13.0",
    lang="zh",
    device="cpu",
)
