"""An instance as it was once asked, from the parameters that the log kept, whatever the bank draws for its seed now."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from dlquiz.core.domains import Derived, Parameter, Records
from dlquiz.core.expressions import Undefined, Value
from dlquiz.core.kinds.picking import ASKED
from dlquiz.core.questions import Instance, Question
from dlquiz.core.values import show


class Unfit(ValueError):  # noqa: N818 - it says how the parameters are
    """Stored parameters that are no setting of the question as it is written; the text is one sentence."""


def restored(question: Question, seed: int, params: str) -> Instance:
    """Return the instance that a review was about; raises Unfit.

    ``params`` is what :func:`dlquiz.core.remembering.params_text` gave. Decimals get their exact values back, and
    derived values are computed again, for they are the bank's and not the draw's.
    """
    try:
        stored = json.loads(params, parse_float=Fraction)
    except ValueError as error:
        raise Unfit("the stored parameters cannot be read") from error
    if not isinstance(stored, Mapping):
        raise Unfit("the stored parameters are no mapping")
    parameters = question.domain.parameters
    try:
        values = _record(parameters, stored, {})
    except Undefined as error:
        raise Unfit(f"a derived value is undefined: {error}") from error
    if not question.domain.contains(values):
        raise Unfit(f"{show(values)} is no setting that the question asks")
    return Instance(question, seed, {**values, **_asked(question, values, stored.get(ASKED))})


def _record(parameters: Mapping[str, Parameter], stored: Mapping[str, Any], scope: Mapping[str, Value]) -> Any:
    found: dict[str, Any] = {}
    for name, parameter in parameters.items():
        if not isinstance(parameter, Derived) and name not in stored:
            raise Unfit(f"the parameter {name} was not there")
        within = {**scope, **found}
        found[name] = _value(parameter, stored.get(name), within)
    return found


def _value(parameter: Parameter, stored: Any, scope: Mapping[str, Value]) -> Any:
    if isinstance(parameter, Derived):
        return parameter.expression.evaluate(scope)
    if isinstance(parameter, Records) and isinstance(stored, list):
        return [_record(parameter.fields, item, scope) if isinstance(item, Mapping) else item for item in stored]
    return int(stored) if isinstance(stored, Fraction) and stored.denominator == 1 else stored


def _asked(question: Question, values: Mapping[str, Any], stored: Any) -> dict[str, Any]:
    """Return which options were asked, for the forms that have options: their places in the bank, in their order."""
    if question.form == "line":
        return {}
    places = stored if isinstance(stored, list) and all(type(place) is int and place >= 0 for place in stored) else []
    try:
        asked = bool(question.options({**values, ASKED: places}))
    except IndexError:
        asked = False
    if not asked:
        raise Unfit("the options that were asked are not all there")
    return {ASKED: places}
