"""Fixtures of the newsroom's tests."""

from tests.fake_outlet import outlet

__all__ = ["outlet"]
