"""What a person sees while it works: one line a step, and what happens within it."""

from collections.abc import Callable


class Progress:
    """``each_time`` is called at every line: long work keeps its lock by it."""

    def __init__(self, steps: int) -> None:
        self._steps, self._now = steps, 0
        self.each_time: Callable[[], None] = lambda: None

    def step(self, title: str) -> None:
        self._now += 1
        print(f"[{self._now}/{self._steps}] {title} …", flush=True)
        self.each_time()

    def say(self, line: str) -> None:
        print(f"       {line}", flush=True)
        self.each_time()
