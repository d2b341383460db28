"""Cards that reveal other questions: the names that they give are looked up once all banks are read."""

from collections.abc import Iterable, Mapping, Sequence

from dlquiz.banks.bank import Bank
from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.recall import Recall
from dlquiz.core.questions import Question
from dlquiz.errors import nearest

_HINTED = 20
"""For how many lost names the nearest one is looked for, which compares each with every question and claim."""


def named_by_cards(bank: Bank) -> set[str]:
    """Return the names of the banks that the cards of a bank name before a /."""
    keys = (name.partition("#")[0] for card in bank.questions if isinstance(card, Recall) for name in card.reveals)
    return {key.partition("/")[0] for key in keys if "/" in key}


def linked(banks: Sequence[Bank], beside: Sequence[Bank] = ()) -> tuple[list[Bank], list[Complaint]]:
    """Return the banks with every card linked to what it reveals, and a complaint about each that is left out.

    A card may reveal what stands in the banks or in those ``beside`` them; it is left out when it names what is in
    neither. Of a question that is there and broken enough has been said.
    """
    broken = {f"{bank.name}/{name}" for bank in (*beside, *banks) for name in bank.broken}
    questions = {question.key: question for bank in (*beside, *banks) for question in bank.questions}
    found: list[Bank] = []
    complaints: list[Complaint] = []
    for bank in banks:
        whole: list[Question] = []
        for question in bank.questions:
            try:
                whole.append(question.linked(questions) if isinstance(question, Recall) else question)
            except KeyError as error:
                name = str(error.args[0])
                if _key(question, name) not in broken:
                    among = _names(question, questions) if len(complaints) < _HINTED else ()
                    complaints.append(_lost(question, name, questions, among))
        lost = len(bank.questions) - len(whole)
        found.append(bank.with_questions(whole, bank.left_out + lost))
    return found, complaints


def _key(card: Question, name: str) -> str:
    key = name.partition("#")[0]
    return key if "/" in key else f"{card.bank}/{key}"


def _lost(card: Question, name: str, questions: Mapping[str, Question], among: Iterable[str]) -> Complaint:
    if isinstance(questions.get(_key(card, name)), Recall):
        fix = "name the questions and claims that it reveals"
        return complaint(card.at, "DQ211", f"'{name[:80]}' is a recall card, too, and a card reveals none", fix)
    hint = nearest(name, among)
    message = f"'{name[:80]}' is no question of the topic '{card.topic}', nor a claim of one{hint}"
    fix = "write id, bank/id, id#claim or bank/id#claim; check banks of different folders together"
    return complaint(card.at, "DQ211", message, fix)


def _names(card: Question, questions: Mapping[str, Question]) -> Iterable[str]:
    """Yield every name that the card could reveal."""
    for question in questions.values():
        if question.topic != card.topic or isinstance(question, Recall):
            continue
        name = question.id if question.bank == card.bank else question.key
        if isinstance(question, Claims):
            yield from (f"{name}#{claim.id}" for claim in question.claims if claim.id)
        else:
            yield name
