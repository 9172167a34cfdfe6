"""Holds a copy back to so many bytes a second, so that whoever works on the same disk is not held up."""

import time
from dataclasses import dataclass, field


@dataclass
class Pace:
    """At most `rate` bytes a second, measured since it began; 0 for no limit."""

    rate: int = 0
    began: float = field(default_factory=time.monotonic)
    moved: int = 0

    def __call__(self, count: int) -> None:
        """So many bytes were moved: wait until they fit."""
        self.moved += count
        if self.rate > 0:
            ahead = self.moved / self.rate - (time.monotonic() - self.began)
            if ahead > 0.001:
                time.sleep(min(ahead, 1.0))
