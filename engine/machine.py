"""What the engine runs on: versions, the device, the engine's own source; and how torch is set up for it."""

import hashlib
import importlib.metadata
import os
import platform
import shutil
from pathlib import Path
from typing import Any

import torch

_PACKAGE = Path(__file__).parent


def prepare_torch() -> None:
    """Make runs repeatable where that costs nothing.

    One thread: sums are added in one order on every machine. Measured on two cores, 3x3 to 64x64 work is as fast or
    faster with one thread than with two, a large convolution 15 % slower, and the app keeps a core to itself.
    float32 convolutions on a GPU keep float32's precision (no TF32) and one algorithm.
    """
    torch.set_num_threads(1)
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when CUDA starts
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False


def warm() -> None:
    """Run a convolution and a normalisation on the meta device: the first of each makes torch import for a second."""
    with torch.device("meta"):
        torch.nn.Sequential(torch.nn.Conv2d(1, 1, 1), torch.nn.BatchNorm2d(1))(torch.empty(2, 1, 2, 2))


def facts(device: torch.device) -> dict[str, Any]:
    """Return what ``hello`` says: versions, the device and its human name, torch's build, the engine's fingerprint."""
    return {
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "sympy": importlib.metadata.version("sympy"),
        },
        "device": str(device),
        "device_name": _human_name(device),
        "torch_build": _build(),
        "gpu_unused": device.type == "cpu" and _has_nvidia_gpu(),
        "engine": fingerprint(),
    }


def fingerprint(package: Path = _PACKAGE) -> str:
    """Return the first 16 hex digits of the SHA-256 over the package's source files, their paths and texts."""
    digest = hashlib.sha256()
    for file in sorted(package.rglob("*.py"), key=lambda file: file.relative_to(package).as_posix()):
        text = file.read_bytes()
        digest.update(f"{file.relative_to(package).as_posix()}\0{len(text)}\0".encode())
        digest.update(text)
    return digest.hexdigest()[:16]


def _human_name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return f"Apple GPU ({platform.machine()})"
    return f"{platform.machine()} CPU ({torch.backends.cpu.get_cpu_capability()})"


def _build() -> str:
    if torch.version.cuda:
        return f"CUDA {torch.version.cuda}"
    return f"ROCm {torch.version.hip}" if torch.version.hip else "cpu"


def _has_nvidia_gpu() -> bool:
    if torch.cuda.is_available():
        return True
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None
