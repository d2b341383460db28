"""What is shown behind a verdict on claims, and the way to the code and back."""

from dataclasses import replace

from reading_screens import answer, shown
from sample_desk import SOURCE, sample_desk

from dlquiz.app.evidence_of_claims import claim_blocks
from dlquiz.app.sitting import Sitting
from dlquiz.core.oracle import Ran


async def stored_claims(desk):
    sitting = Sitting(desk.study(desk.library(["normalization"]), ["normalization"]), desk.now)
    sitting.advance()
    return await sitting.answer("1")


def with_evidence(desk, evidence):
    """Let the fake engine hand back what ``evidence`` makes of a call."""
    plain = desk.worker.outcomes

    def outcomes(calls):
        return [Ran(ran.call, ran.value, ran.kind, ran.device, ran.ms, evidence(ran)) for ran in plain(calls)]

    desk.worker.outcomes = outcomes


def trial(ran):
    """Return evidence as an experiment gives it: the run that was asked, with its control beside it."""
    found = {"batch": ("3.1e-01", True), "layer": ("0.0e+00", False)}
    asked = ran.call.arguments["layer"]
    rows = [[f"layer = {layer}", *found[layer]] for layer in sorted(found, key=lambda layer: layer != asked)]
    return [
        {"block": "text", "text": f"asked {ran.call}"},
        {"block": "table", "title": "", "columns": ["arrangement", "difference", "claim holds"], "rows": rows},
    ]


async def test_each_claim_has_its_experiment_and_its_control(desk):
    stored = await stored_claims(desk)
    blocks = claim_blocks(stored, "en")
    headings = [block["text"] for block in blocks if block["block"] == "heading"]
    instance = stored.attempt.instance
    says = [option.fill("en", instance.values) for option in instance.question.options(instance.values)]
    assert headings == [f"{number}  {text}" for number, text in enumerate(says, start=1)]
    runs = [block for block in blocks if block.get("columns", [""])[0] == "value"]
    found = [(str(holds).lower(), str(not holds).lower()) for holds in stored.verdict.truth.value]
    assert [[row[:2] for row in run["rows"]] for run in runs] == [
        [[experiment, "experiment"], [control, "control"]] for experiment, control in found
    ]
    assert [row[-1] for run in runs for row in run["rows"]] == [str(call) for call in instance.calls]


async def test_control_beside_its_experiment_is_not_shown_again(desk):
    with_evidence(desk, trial)
    stored = await stored_claims(desk)
    texts = [block["text"] for block in claim_blocks(stored, "en") if block["block"] == "text"]
    experiments = [str(call) for call in stored.attempt.instance.calls[::2]]
    assert texts == [f"asked {call}" for call in experiments]


async def test_control_that_its_experiment_does_not_show_is_shown(desk):
    with_evidence(desk, lambda ran: trial(ran)[:1])
    stored = await stored_claims(desk)
    texts = [block["text"] for block in claim_blocks(stored, "en") if block["block"] == "text"]
    first, control = stored.attempt.instance.calls[:2]
    value = str(stored.verdict.truth.legs[1].value).lower()
    assert texts[:3] == [f"asked {first}", f"The control: {control} → {value}", f"asked {control}"]


async def test_run_of_two_claims_is_shown_once(desk):
    with_evidence(desk, trial)
    stored = await stored_claims(desk)
    legs = stored.verdict.truth.legs
    truth = replace(stored.verdict.truth, legs=(*legs[:2], *legs[:2], *legs[4:]))
    verdict = replace(stored.verdict, truth=truth)
    twice = stored._replace(verdict=verdict)
    texts = [block["text"] for block in claim_blocks(twice, "en") if block["block"] == "text"]
    assert texts[:2] == [f"asked {stored.attempt.instance.calls[0]}", "This run is shown under claim 1."]


async def test_column_that_says_yes_or_no_comes_first(desk):
    with_evidence(desk, trial)
    blocks = claim_blocks(await stored_claims(desk), "en")
    tables = [block for block in blocks if "arrangement" in block.get("columns", [])]
    assert tables[0]["columns"] == ["claim holds", "arrangement", "difference"]
    assert {row[0] for row in tables[0]["rows"]} == {True, False}


async def test_v_and_s_change_between_run_and_code(tmp_path, opened):
    async with opened(sample_desk(tmp_path), ["normalization"]) as pilot:

        async def after(key):
            await pilot.press(key)
            await pilot.pause(0.1)
            return shown(pilot)

        await pilot.press("1", "enter")
        await pilot.pause(0.1)
        run = await after("v")
        assert "the run of norms/which-hold" in run
        assert "s the code" in run
        code = await after("s")
        assert "the code that ran" in code
        assert "engine/doors/conv.py:41" in code
        assert "v the run" in code
        assert await after("v") == run
        assert "judged rightly" in await after("v")
        assert "the code that ran" in await after("s")
        assert "judged rightly" in await after("s")


async def test_long_call_is_wrapped(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        await pilot.press("v")
        await pilot.pause(0.1)
        lines = shown(pilot).splitlines()
    column = lines[3].index("evaluated")
    assert "".join(line[column:] for line in lines[4:7]).startswith("conv.output_size(size=61,")
    assert "padding=4)" in " ".join(line[column:].strip() for line in lines[4:8])


async def test_long_code_opens_at_its_definition(desk, opened, monkeypatch):
    decorators = "".join(f"@decorated({number})\n" for number in range(30))
    code = f"{decorators}def output_size(size: int) -> int:\n" + "    size += 1\n" * 60
    monkeypatch.setitem(SOURCE, "code", code)
    async with opened(desk, ["cnn"]) as pilot:
        await pilot.press("2", "9", "enter")
        await pilot.pause(0.1)
        await pilot.press("s")
        await pilot.pause(0.2)
        lines = shown(pilot).splitlines()
    assert "def output_size" in lines[2]
