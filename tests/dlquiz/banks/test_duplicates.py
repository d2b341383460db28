"""Questions that ask the same: found in one bank and across banks, whatever parameters, kind and punctuation are."""

from pathlib import Path

from dlquiz.banks.library import Library
from dlquiz.banks.proving.duplicates import duplicates

PROMPT = '"A kernel of 3 over {{n}}: outputs?"'
ENGINE = "engine: {call: conv.output_size, with: {size: n, kernel_size: 3}}"
NUMBER = f"""  - id: size
    kind: number
    prompt: {PROMPT}
    params: {{n: {{int: [16, 64]}}}}
    answer: {{formula: n - 2, {ENGINE}}}
"""
CHOICE = f"""  - id: pick
    kind: choice
    prompt: {PROMPT}
    params: {{n: {{int: [16, 64]}}}}
    answer: {{formula: n - 2, {ENGINE}}}
    options: [{{value: n}}, {{value: n - 1}}, {{value: n - 2}}]
"""
CARD = "  - {{id: card, kind: recall, prompt: What is a kernel?, reveals: [{0}]}}\n"


def repeated(folder: Path, *banks: str) -> list[str]:
    """Return the messages about questions of banks ``a``, ``b``, ... that repeat others."""
    for name, text in zip("abc", banks, strict=False):
        head = f"dlquiz: 1\nbank: {name}\ntopic: cnn\ntitle: T\nquestions:\n"
        (folder / f"{name}.yaml").write_text(head + text)
    library = Library.load([folder])
    assert [str(item) for item in library.complaints] == []
    return [item.message for _, item in duplicates(library.questions)]


def test_in_one_bank_and_across_banks(tmp_path: Path) -> None:
    renamed = NUMBER.replace("{{n}}", "{{width}}").replace("{n:", "{width:").replace("n - 2", "width - 2")
    renamed = (
        renamed.replace("size: n", "size: width").replace("kernel of 3 over", "KERNEL of 3, over").replace("?", ".")
    )
    (found,) = repeated(tmp_path, NUMBER, renamed)
    assert found.startswith("'b/size' asks what 'a/size' in ")
    assert "a.yaml:6 asks" in found
    (same,) = repeated(tmp_path, NUMBER + renamed.replace("id: size", "id: again"), CARD.format("a/size"))
    assert same == "'a/again' asks what 'a/size' in line 6 asks, with the same answer"


def test_across_kinds(tmp_path: Path) -> None:
    (found,) = repeated(tmp_path, NUMBER + CHOICE)
    assert found.startswith("'a/pick' asks what 'a/size'")


def test_cards_that_reveal_the_same_under_two_names(tmp_path: Path) -> None:
    (found,) = repeated(tmp_path, NUMBER + CARD.format("size"), CARD.format("a/size"))
    assert found.startswith("'b/card' asks what 'a/card'")


def test_what_only_looks_the_same(tmp_path: Path) -> None:
    other = NUMBER.replace("n - 2", "n - 1").replace("kernel_size: 3", "kernel_size: 2")
    meant = NUMBER + "    convention: Without padding.\n"
    assert repeated(tmp_path, NUMBER, other.replace("of 3", "of 2"), meant.replace("id: size", "id: meant")) == []
    own = NUMBER.replace("of 3", "of 2").replace("n - 2", "n - 1").replace("kernel_size: 3", "kernel_size: 2")
    assert repeated(tmp_path, NUMBER + CARD.format("size"), own + CARD.format("size")) == []
