"""Serving: what is replied to each request, whatever the function does."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
import torch

from engine import catalogue, machine, registry, running, serving
from engine.device import current
from engine.errors import Refused
from engine.evidence import Block, Run, Table, Text
from engine.registry import Function, Kind
from engine.serving import Server


@pytest.fixture
def define(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a way to make functions known to the engine for one test."""
    known: dict[str, Function] = {}
    monkeypatch.setattr(registry, "load", lambda: known)

    def add(call: Callable[..., Any], **more: Any) -> None:
        known[f"t.{call.__name__}"] = Function(f"t.{call.__name__}", Kind.MODULE, call, {}, more.get("shows", ()))

    return add


def ask(server: Server | None = None, **request: Any) -> list[dict[str, Any]]:
    replies = list((server or Server()).replies(json.dumps({"id": 7, **request}).encode()))
    assert all(reply.pop("id") == 7 for reply in replies)
    return replies


def call(name: str, evidence: bool = False, **given: Any) -> dict[str, Any]:
    (reply,) = ask(op="call", calls=[{"call": name, "with": given}], evidence=evidence)
    assert reply.pop("more") is False
    return reply


def test_a_value_comes_with_its_kind_device_and_time(define: Callable[..., None]) -> None:
    def add(a: int, b: int = 2) -> int:
        return a + b

    define(add)
    reply = call("t.add", a=2**70)
    assert 0 < reply.pop("ms") < 50
    assert reply == {"value": 2**70 + 2, "kind": "module", "device": "cpu", "evidence": []}


def test_arguments_that_do_not_fit_are_refused(define: Callable[..., None]) -> None:
    def half(number: int) -> int:
        if number % 2:
            raise Refused(f"{number} is odd")
        return number // 2

    define(half)
    assert call("t.half", number="x")["error"] == "refused"
    assert call("t.half", nunber=1) == {
        "error": "refused",
        "message": "t.half has no argument 'nunber'; did you mean 'number'?",
    }
    assert call("t.half", number=3) == {"error": "refused", "message": "3 is odd"}
    assert call("t.halv") == {
        "error": "refused",
        "message": "there is no engine function 't.halv'; did you mean 't.half'? (dlquiz functions lists them all)",
    }


def endless(depth: int = 0) -> int:
    return endless(depth + 1)


class UnprintableError(Exception):
    def __str__(self) -> NoReturn:
        raise RuntimeError("no text either")


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (ZeroDivisionError("by zero\nsecond line"), "t.fails failed: ZeroDivisionError: by zero"),
        (MemoryError(), "t.fails failed: MemoryError"),
        (SystemExit(3), "t.fails failed: SystemExit: 3"),
        (KeyboardInterrupt(), "t.fails failed: KeyboardInterrupt"),
        (UnprintableError(), "t.fails failed: "),
        (ValueError("x" * 9999), "t.fails failed: ValueError: xxx"),
    ],
)
def test_any_exception_becomes_a_sentence(
    failure: BaseException, sentence: str, define: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> NoReturn:
        raise failure

    define(fails)
    reply = call("t.fails")
    assert reply["error"] == "error"
    assert reply["message"].startswith(sentence)
    assert len(reply["message"].splitlines()) == 1
    assert len(reply["message"]) < 400
    assert "Traceback" in capsys.readouterr().err


def test_endless_recursion_becomes_a_sentence(define: Callable[..., None]) -> None:
    define(endless)
    assert "RecursionError" in call("t.endless")["message"]


def test_a_value_that_cannot_be_sent_is_an_error(define: Callable[..., None]) -> None:
    def things() -> set[int]:
        return {1}

    define(things)
    assert "it holds a set" in call("t.things")["message"]


def test_evidence_is_made_only_when_somebody_asks(define: Callable[..., None]) -> None:
    made = []

    def table() -> Run:
        def evidence() -> Sequence[Block]:
            made.append(1)
            return [Table("t", ["a"], [[float("nan")]])]

        return Run(5, evidence)

    define(table)
    assert call("t.table")["evidence"] == []
    assert made == []
    (block,) = call("t.table", evidence=True)["evidence"]
    assert block == {"block": "table", "title": "t", "columns": ["a"], "rows": [["nan"]]}


def test_evidence_that_fails_leaves_the_value(define: Callable[..., None]) -> None:
    def run() -> Run:
        return Run(5, lambda: [Text(str(1 / 0))])

    define(run)
    reply = call("t.run", evidence=True)
    assert reply["value"] == 5
    (block,) = reply["evidence"]
    assert block["block"] == "text"
    assert block["text"] == (
        "The value stands, but its evidence could not be made: ZeroDivisionError: division by zero"
    )


def test_the_time_is_that_of_the_function_alone(define: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    def nap() -> Run:
        time.sleep(0.03)
        return Run(1, lambda: time.sleep(0.1) or [])

    bind = running.bind
    monkeypatch.setattr(running, "bind", lambda *given: time.sleep(0.1) or bind(*given))
    define(nap)
    assert 30 <= call("t.nap", evidence=True)["ms"] < 100


def test_chance_starts_over_with_every_call(define: Callable[..., None]) -> None:
    def draw() -> torch.Tensor:
        return torch.rand(2)

    define(draw)
    torch.manual_seed(1)
    first = call("t.draw")["value"]
    assert call("t.draw")["value"] == first


# The meta device stands in for a GPU: it is not the cpu, and every machine has it.
GPU = torch.device("meta")


def test_out_of_memory_on_the_device_runs_again_on_the_cpu(
    define: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    emptied = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append(1))
    tried = []

    def large() -> str:
        tried.append(current())
        if current() == GPU:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return f"on {current()}"

    define(large)
    reply = running.run({"call": "t.large", "with": {}}, GPU)
    assert (reply["value"], reply["device"]) == ("on cpu", "cpu")
    assert tried == [GPU, torch.device("cpu")]
    assert emptied == [1]


def test_out_of_memory_on_the_cpu_is_an_error(define: Callable[..., None]) -> None:
    def larger() -> NoReturn:
        raise torch.OutOfMemoryError("no room")

    define(larger)
    assert "OutOfMemoryError: no room" in call("t.larger")["message"]


def test_the_device_is_the_one_that_ran_unless_the_run_says_otherwise(define: Callable[..., None]) -> None:
    def plain() -> str:
        return str(current())

    def shapes() -> Run:
        return Run(1, device="cpu and meta")

    define(plain)
    define(shapes)
    reply = running.run({"call": "t.plain", "with": {}}, GPU)
    assert (reply["value"], reply["device"]) == ("meta", "meta")
    assert running.run({"call": "t.shapes", "with": {}}, GPU)["device"] == "cpu and meta"


def test_a_slow_batch_is_left_after_a_slice(define: Callable[..., None]) -> None:
    def nap(ms: int) -> int:
        time.sleep(ms / 1000)
        return ms

    define(nap)
    slow = [{"call": "t.nap", "with": {"ms": 30}}] * 9
    assert [reply["more"] for reply in ask(op="call", calls=slow)] == [True, False]
    fast = [{"call": "t.nap", "with": {"ms": 0}}] * 3
    assert [reply["more"] for reply in ask(op="call", calls=fast)] == [True, True, False]


def test_hello_says_what_runs_here() -> None:
    (facts,) = ask(op="hello", device="cpu")
    assert facts["versions"]["python"] == ".".join(map(str, sys.version_info[:3]))
    assert facts["versions"]["torch"] == torch.__version__
    assert facts["device"] == "cpu"
    assert "CPU" in facts["device_name"]
    assert facts["torch_build"] == (f"CUDA {torch.version.cuda}" if torch.version.cuda else "cpu")
    assert isinstance(facts["gpu_unused"], bool)
    assert facts["engine"] == machine.fingerprint()


def test_hello_refuses_a_device_that_is_not_here() -> None:
    (reply,) = ask(op="hello", device="cuba")
    assert reply["error"] == "refused"
    assert "did you mean 'cuda'" in reply["message"]


def test_a_gpu_goes_unused_when_the_cpu_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert machine.facts(torch.device("cpu"))["gpu_unused"] is True


def test_the_fingerprint_follows_every_source_file(tmp_path: Path) -> None:
    def put(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        return machine.fingerprint(tmp_path)

    (tmp_path / "sub").mkdir()
    prints = [put("a.py", "1"), put("sub/b.py", "2"), put("a.py", "3"), put("sub/b.py", "22"), put("c.py", "")]
    assert len(set(prints)) == 5
    assert put("notes.txt", "x") == prints[-1]
    assert all(len(each) == 16 and int(each, 16) >= 0 for each in prints)


def test_functions_lists_arguments_as_a_bank_writes_them(define: Callable[..., None]) -> None:
    def pool(size: int, ceil_mode: bool = False, stride: int | None = None) -> int:
        """Return the output size.

        Details.
        """
        return size

    define(pool)
    (reply,) = ask(op="functions")
    (entry,) = reply["functions"]
    assert entry["signature"] == "t.pool(size, ceil_mode=false, stride=null)"
    assert (entry["name"], entry["kind"], entry["summary"]) == ("t.pool", "module", "Return the output size.")
    size, ceil_mode, _ = entry["parameters"]
    plain = {"convention": False}
    assert size == {"name": "size", "type": "a whole number", "required": True, "default": None, **plain}
    assert ceil_mode == {"name": "ceil_mode", "type": "true or false", "required": False, "default": False, **plain}


def shown_beside() -> None:
    """Stand in for an implementation."""


def test_source_shows_the_function_and_its_implementations(define: Callable[..., None]) -> None:
    def door() -> int:
        return 42

    define(door, shows=(shown_beside, Server))
    (reply,) = ask(op="source", call="t.door")
    names = [block["name"] for block in reply["blocks"]]
    assert names[0].endswith("door")
    assert names[1:] == ["shown_beside", "Server"]
    first, second, third = reply["blocks"]
    assert "return 42" in first["code"]
    assert second["file"] == "test_serving.py"
    assert Path(__file__).read_text().splitlines()[second["line"] - 1] == "def shown_beside() -> None:"
    assert third["file"] == "engine/serving.py"
    assert third["block"] == "source"


def test_source_of_a_package_names_its_init_file() -> None:
    assert catalogue._file(json.JSONEncoder) == "json/encoder.py"
    assert catalogue._file(json.loads) == "json/__init__.py"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"{", "a request is no JSON object: "),
        (b"\xff\n", "a request is no JSON object: "),
        (b"[" * 100_000, "a request is no JSON object: "),
        (b"[1]", "a request must be a JSON object, not a list"),
        (None, "a request is longer than 8388608 bytes"),
        (b'{"op": "helo"}', "there is no op 'helo'; did you mean 'hello'?"),
        (b'{"op": "call"}', "'calls' must be a list"),
        (b'{"op": "call", "calls": []}', "'calls' must be a list"),
        (b'{"op": "call", "calls": [7]}', "a call must look like"),
        (b'{"op": "call", "calls": [{"call": "x"}]}', "a call must look like"),
        (b'{"op": "source"}', "source needs 'call'"),
    ],
)
def test_what_cannot_be_answered_gets_a_sentence(line: bytes | None, sentence: str) -> None:
    (reply,) = Server().replies(line)
    assert reply["error"] == "refused"
    assert reply["message"].startswith(sentence)


def test_a_reply_that_is_too_long_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "REPLY_LIMIT", 100)
    replaced = json.loads(serving._bounded({"id": 3, "more": True, "value": "x" * 200}))
    assert (replaced["id"], replaced["more"], replaced["error"]) == (3, True, "error")


def test_torch_is_set_up_to_repeat_itself() -> None:
    before = torch.get_num_threads()
    try:
        machine.prepare_torch()
        assert torch.get_num_threads() == 1
        assert not torch.backends.cudnn.benchmark
        assert torch.get_default_dtype() == torch.float32
    finally:
        torch.set_num_threads(before)


def test_warming_up_runs_a_convolution_without_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[torch.device] = []
    forward = torch.nn.Conv2d.forward

    def watched(self: torch.nn.Conv2d, x: torch.Tensor) -> torch.Tensor:
        seen.append(x.device)
        return forward(self, x)

    monkeypatch.setattr(torch.nn.Conv2d, "forward", watched)
    assert ask(op="warm") == [{"warm": True}]
    assert [device.type for device in seen] == ["meta"]
