"""The engine in this process, for tests of banks that no fake can answer."""

from collections.abc import Sequence
from concurrent.futures import Future

import torch

from dlquiz.core.oracle import Call, Failed, Outcome, Ran
from engine.running import run

torch.set_num_threads(1)


class EngineOracle:
    """Runs the engine's functions in this process."""

    def submit(self, calls: Sequence[Call], *, evidence: bool = False) -> "Future[Sequence[Outcome]]":
        future: Future[Sequence[Outcome]] = Future()
        future.set_result([self.run(call) for call in calls])
        return future

    def run(self, call: Call) -> Outcome:
        reply = run({"call": call.function, "with": dict(call.arguments)}, torch.device("cpu"))
        if "error" in reply:
            return Failed(call, reply["error"], reply["message"])
        return Ran(call, reply["value"], reply["kind"], reply["device"], reply["ms"])
