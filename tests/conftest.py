"""Settings of all tests: no test is timed, and a checkout gives the same examples on every machine of CI."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.postgres"]

SLOW_IS_FINE = [HealthCheck.too_slow]

settings.register_profile("here", deadline=None, suppress_health_check=SLOW_IS_FINE)
settings.register_profile("ci", deadline=None, suppress_health_check=SLOW_IS_FINE, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
