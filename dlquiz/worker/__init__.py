"""The engine as a child process: started, asked, timed out and started again."""

from dlquiz.worker.replies import EngineError, FunctionInfo, Hello, Parameter
from dlquiz.worker.worker import Worker

__all__ = ["EngineError", "FunctionInfo", "Hello", "Parameter", "Worker"]
