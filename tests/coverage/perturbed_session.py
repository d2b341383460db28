"""A pytest plugin under which oracle tests must fail: each runs with what it tests made a little wrong.

``pytest -p perturbed_session --perturbed-report=FILE TESTS``. A test is red when a wrong version of something that its
system is implemented by, or of a function of the registry that it names, makes it fail an assertion; an error of
another kind proves nothing, for a test that cannot run does not judge. One red set of parameters is enough. The
report is a JSON object from "S-001 tests/…::test_name" to the wrong version that was caught, or to null.
"""

import importlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from coverage_contract import Row, rows
from hypothesis import Phase, settings
from perturbing import wrong_function, wrong_versions

from engine.registry import Function, load

_caught: dict[str, str | None] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--perturbed-report", default=None)
    parser.addoption("--perturbed-rows", default="", help="ids between commas; all where none is named")


def pytest_collection(session: pytest.Session) -> None:
    """Let hypothesis neither shrink nor remember: a red example is all that is asked of it."""
    settings.register_profile(
        "perturbed",
        deadline=None,
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.explicit, Phase.generate],
    )
    settings.load_profile("perturbed")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    """Run the test once for each wrong version of what it calls, until one is caught."""
    test = pyfuncitem.nodeid.partition("[")[0]
    asked = pyfuncitem.config.getoption("--perturbed-rows")
    named = [row for row in rows() if not asked or row.id in asked.split(",")]
    waiting = [row for row in named if test in row.oracle and not _caught.get(f"{row.id} {test}")]
    if not waiting:
        return True
    _try_few_examples(pyfuncitem)
    faults = {row.id: list(_faults(row, pyfuncitem)) for row in waiting}
    called = _called(pyfuncitem, [fault for found in faults.values() for fault in found])
    for row_id, found in faults.items():
        red = (fault.name for fault in found if fault.name in called and _is_red(pyfuncitem, fault))
        _caught[f"{row_id} {test}"] = next(red, None)
    return True


def _try_few_examples(item: pytest.Function) -> None:
    """Let a test of hypothesis draw ten examples, whatever it asks for: a fault that is seen, is seen at once."""
    asked = getattr(item.obj, "_hypothesis_internal_use_settings", None)
    if asked is not None:
        few = settings(asked, max_examples=min(10, asked.max_examples))
        getattr(item.obj, "__func__", item.obj)._hypothesis_internal_use_settings = few


def _called(item: pytest.Function, faults: "list[_Fault]") -> set[str]:
    """Return the names of what the test calls when nothing is wrong; a class that it can reach counts as called."""
    called = {fault.name for fault in faults if isinstance(fault.right, type) and _reaches(item, fault.right)}
    with ExitStack() as planted:
        for fault in {fault.name: fault for fault in faults if not isinstance(fault.right, type)}.values():
            planted.enter_context(fault.recording(called).planted())
        item.obj(**_arguments(item))
    return called


def _reaches(item: pytest.Function, wanted: type) -> bool:
    """Whether a class is a parameter of the test, or a name of its module where no class is a parameter."""
    parameters = list(_within(_arguments(item).values()))
    if any(isinstance(value, type) for value in parameters):
        return wanted in parameters
    packages = [value for value in vars(item.module).values() if isinstance(value, ModuleType)]
    named = [vars(one) for one in packages if one.__name__.startswith("engine")]
    return any(value is wanted for place in [*_tables(item.module), *named] for value in place.values())


def _tables(module: ModuleType) -> list[MutableMapping[str, Any]]:
    """Return the names of a test's module, and the dictionaries among what they stand for."""
    return [vars(module), *(value for value in list(vars(module).values()) if type(value) is dict)]


def _within(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        yield value
        if type(value) in (list, tuple):
            yield from _within(value)


def _arguments(item: pytest.Function) -> dict[str, Any]:
    return {name: item.funcargs[name] for name in item._fixtureinfo.argnames}


def pytest_sessionfinish(session: pytest.Session) -> None:
    report = session.config.getoption("--perturbed-report")
    if report:
        Path(report).write_text(json.dumps(_caught, indent=1), encoding="utf-8")


def _is_red(item: pytest.Function, fault: "_Fault") -> bool:
    arguments = {name: fault.in_place_of(value) for name, value in _arguments(item).items()}
    try:
        with fault.planted():
            item.obj(**arguments)
    except (AssertionError, pytest.fail.Exception):
        return True
    except Exception as error:  # several failures of hypothesis in one, or something that proves nothing
        return isinstance(error, ExceptionGroup) and error.subgroup(AssertionError) is not None
    return False


class _Fault(NamedTuple):
    """A wrong version, and where the right one is bound."""

    name: str
    right: Any
    wrong: Any
    places: Sequence[MutableMapping[str, Any]]

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Put the wrong version wherever the places say the right one."""
        bound = [(place, name) for place in self.places for name, value in list(place.items()) if value is self.right]
        try:
            for place, name in bound:
                place[name] = self.wrong
            yield
        finally:
            for place, name in bound:
                place[name] = self.right

    def recording(self, called: set[str]) -> "_Fault":
        """Return a version that does nothing wrong, and notes that it was called."""
        if isinstance(self.right, Function):
            return self._replace(wrong=replace(self.right, call=self._noting(self.right.call, called)))
        return self._replace(wrong=self._noting(self.right, called))

    def _noting(self, function: Callable[..., Any], called: set[str]) -> Callable[..., Any]:
        @wraps(function)
        def noting(*args: Any, **kwargs: Any) -> Any:
            called.add(self.name)
            return function(*args, **kwargs)

        return noting

    def in_place_of(self, argument: Any) -> Any:
        """Return an argument of a test, with the wrong version where the right one was a parameter of it."""
        if argument is self.right:
            return self.wrong
        if type(argument) in (list, tuple):
            return type(argument)(self.in_place_of(item) for item in argument)
        return argument


def _faults(row: Row, item: pytest.Function) -> Iterator[_Fault]:
    known: Any = load()
    for name in row.registry:
        right = known[name]
        yield _Fault(name, right, replace(right, call=wrong_function(right.call)), [known])
    for dotted in row.implemented:
        module, _, attribute = dotted.rpartition(".")
        right = getattr(importlib.import_module(module), attribute)
        packages = [package.__dict__ for name, package in sys.modules.items() if _is_package_of_engine(name, package)]
        places = [*_tables(item.module), sys.modules[right.__module__].__dict__, *packages]
        for wrong in wrong_versions(right):
            yield _Fault(dotted, right, wrong, places)


def _is_package_of_engine(name: str, module: Any) -> bool:
    return name.startswith("engine.") and hasattr(module, "__path__")
