import pytest
import torch

from engine import device
from engine.errors import Refused

CPU = torch.device("cpu")
META = torch.device("meta")


def test_auto_is_cuda_where_there_is_one_and_never_mps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device.choose() == CPU
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device.choose() == torch.device("cuda:0")


def test_devices_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert device.choose("cpu") == CPU
    assert device.choose("cuda") == torch.device("cuda:0")
    assert device.choose("cuda:1") == torch.device("cuda:1")
    assert device.choose("mps") == torch.device("mps")
    with pytest.raises(Refused, match=r"^there is no device 'cuda:2'; the last one here is 'cuda:1'$"):
        device.choose("cuda:2")


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "mps"])
def test_a_device_that_is_absent_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(Refused, match="use 'cpu' or 'auto'"):
        device.choose(name)


@pytest.mark.parametrize("name", ["", "gpu", "meta", "cpu:0", "cuda:", "cuda:x", "cuda:-1", "cuda:1 ", "CPU", "x" * 99])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(Refused, match=r"^there is no device '.{0,40}'.*known: auto, cpu, cuda, cuda:N, mps"):
        device.choose(name)


def test_the_nearest_name_is_offered() -> None:
    with pytest.raises(Refused, match="did you mean 'cuda'"):
        device.choose("cudaa")


def test_using_nests_and_ends_even_after_an_error() -> None:
    assert device.current() == CPU
    with device.using(META):
        assert device.current() == META
        with device.using(CPU):
            assert device.current() == CPU
        assert device.current() == META
    with pytest.raises(ZeroDivisionError), device.using(META):
        _ = 1 / 0
    assert device.current() == CPU


def test_float64_runs_on_the_cpu_where_the_current_device_is_mps() -> None:
    with device.using(torch.device("mps")):
        assert device.for_float64() == CPU
    with device.using(torch.device("cuda:0")):
        assert device.for_float64() == torch.device("cuda:0")
