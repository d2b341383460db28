"""The order of questions in a session, and the seeds they are drawn from."""

import random

from samples import claims, conv_size

from dlquiz.core.remembering import params_text
from dlquiz.core.scheduling import new_card
from dlquiz.core.session import LEARN_AHEAD_MS, Limits, Session, in_turns, interleaved

NOW = 1_000_000_000


class Memory:
    def __init__(self):
        self.known = {}
        self.params = {}

    def cards(self):
        return self.known

    def recent_params(self, key, n=5):
        return self.params.get(key, [])[:n]

    def put(self, key, due_ms, state="review"):
        self.known[key] = new_card(key)._replace(due_ms=due_ms, state=state, last_ms=0, reps=1)


def questions(*ids):
    return [conv_size(id=name) for name in ids]


def session(memory, ids="abc", seed=7, **limits):
    return Session(questions(*ids), memory, random.Random(seed), Limits(**limits))


def answer(study, memory, key, due_ms=NOW + 10**9, state="review"):
    instance = study.next(NOW)
    assert instance.question.id == key
    memory.put(instance.question.key, due_ms, state)
    study.answered(instance)


def test_due_cards_come_first_the_longest_due_leading():
    memory = Memory()
    memory.put("convolution/c", NOW - 5)
    memory.put("convolution/b", NOW - 9)
    study = session(memory)
    for key in "bca":
        answer(study, memory, key)
    assert study.next(NOW) is None


def test_the_next_instance_stays_until_it_is_answered():
    study = session(Memory())
    assert study.next(NOW) is study.next(NOW)


def test_a_failed_card_comes_back_after_the_others_and_not_twice_in_a_row():
    memory = Memory()
    study = session(memory, "ab")
    answer(study, memory, "a", NOW + 60_000, "learning")
    answer(study, memory, "b")
    assert study.next(NOW).question.id == "a"
    assert study.next(NOW) is not None


def test_a_card_learned_for_later_ends_the_session():
    memory = Memory()
    study = session(memory, "a")
    answer(study, memory, "a", NOW + LEARN_AHEAD_MS + 1, "learning")
    assert study.next(NOW) is None


def test_the_only_card_that_was_failed_is_asked_again_at_once():
    memory = Memory()
    study = session(memory, "a")
    answer(study, memory, "a", NOW + 60_000, "learning")
    assert study.next(NOW).question.id == "a"


def test_count_ends_the_session_and_new_cards_are_limited():
    memory = Memory()
    study = session(memory, "abc", count=2)
    answer(study, memory, "a")
    answer(study, memory, "b")
    assert study.next(NOW) is None
    limited = session(Memory(), "abc", new=1)
    assert limited.counts(NOW).new == 1


def test_new_cards_answered_in_this_session_use_up_the_limit():
    memory = Memory()
    study = session(memory, "abc", new=2)
    answer(study, memory, "a")
    answer(study, memory, "b")
    assert study.next(NOW) is None


def test_due_reviews_do_not_use_up_the_limit_of_new_cards():
    memory = Memory()
    memory.put("convolution/a", NOW - 1)
    study = session(memory, "ab", new=1)
    answer(study, memory, "a")
    assert study.next(NOW).question.id == "b"


def test_ahead_asks_cards_that_are_not_due_once_each():
    memory = Memory()
    memory.put("convolution/a", NOW + 10**9)
    assert session(memory, "a").next(NOW) is None
    study = session(memory, "a", ahead=True)
    answer(study, memory, "a")
    assert study.next(NOW) is None


def test_ahead_does_not_go_round_in_circles():
    memory = Memory()
    memory.put("convolution/a", NOW + 10**9)
    memory.put("convolution/b", NOW + 2 * 10**9)
    study = session(memory, "ab", ahead=True)
    answer(study, memory, "a")
    answer(study, memory, "b")
    assert study.next(NOW) is None


def test_undo_asks_the_same_instance_again():
    memory = Memory()
    study = session(memory, "ab")
    first = study.next(NOW)
    answer(study, memory, "a")
    del memory.known[first.question.key]
    study.taken_back(first)
    assert study.next(NOW) is first
    assert study.counts(NOW).done == 0


def test_a_skipped_question_does_not_return():
    study = session(Memory(), "ab")
    study.skip(study.next(NOW))
    assert study.next(NOW).question.id == "b"
    study.skip(study.next(NOW))
    assert study.next(NOW) is None


def test_the_same_generator_gives_the_same_instances():
    def seeds():
        return [session(Memory(), seed=seed).next(NOW).seed for seed in (1, 1, 2)]

    first, again, other = seeds()
    assert first == again != other


def test_a_fresh_instance_is_none_of_the_last_five():
    memory = Memory()
    question = claims(6)
    memory.params[question.key] = [params_text(question.draw(seed)) for seed in range(5)]
    study = Session([question], memory, random.Random(1))
    for _ in range(200):
        assert params_text(study.fresh(question).values) not in memory.params[question.key]


def test_aimed_practice_shows_the_misconception():
    question = conv_size()
    study = Session([question], Memory(), random.Random(1))
    for _ in range(40):
        values = study.aimed(question, ["padding-once"]).values
        size = values["n"] + 2 * values["p"] - values["k"]
        once = values["n"] + values["p"] - values["k"]
        assert once // values["s"] not in (size // values["s"], size // values["s"] - 1)


def test_topics_take_turns():
    assert interleaved([[1, 2, 3], [10], [100, 200]]) == [1, 10, 100, 2, 200, 3]


def banked(*keys, topic=""):
    return [conv_size(bank=bank, id=name, topic=topic) for bank, name in (key.split("/") for key in keys)]


def asked(study, memory, due_ms=NOW + 10**9):
    """Answer everything there is, and return it as bank/id in the order in which it came."""
    found = []
    while (instance := study.next(NOW)) is not None:
        found.append(instance.question.key)
        memory.put(instance.question.key, due_ms)
        study.answered(instance)
    return found


def test_topics_take_turns_and_in_each_its_banks():
    cnn = banked("a/1", "a/2", "a/3", "b/1", "b/2", topic="cnn")
    rnn = banked("c/1", "c/2", "d/1", topic="rnn")
    order = [question.key for question in in_turns([*cnn, *rnn])]
    assert order == ["a/1", "c/1", "b/1", "d/1", "a/2", "c/2", "b/2", "a/3"]


def test_new_cards_take_turns_between_banks():
    memory = Memory()
    study = Session(banked("a/1", "a/2", "a/3", "b/1", "b/2", "c/1"), memory, random.Random(1))
    assert asked(study, memory) == ["a/1", "b/1", "c/1", "a/2", "b/2", "a/3"]


def test_new_cards_take_turns_where_one_bank_is_partly_known():
    memory = Memory()
    memory.put("a/1", NOW + 10**9)
    memory.put("a/2", NOW + 10**9)
    study = Session(banked("a/1", "a/2", "a/3", "a/4", "b/1", "b/2"), memory, random.Random(1))
    assert asked(study, memory) == ["a/3", "b/1", "a/4", "b/2"]


def test_due_cards_keep_their_order_and_banks_take_turns_where_it_is_a_tie():
    memory = Memory()
    for key in ("a/1", "a/2", "b/1", "b/2"):
        memory.put(key, NOW - 5)
    memory.put("a/3", NOW - 9)
    memory.put("b/3", NOW - 1)
    study = Session(banked("a/1", "a/2", "a/3", "b/1", "b/2", "b/3"), memory, random.Random(1))
    assert asked(study, memory) == ["a/3", "a/1", "b/1", "a/2", "b/2", "b/3"]


def test_undoing_a_second_review_of_a_new_card_does_not_make_it_new_again():
    memory = Memory()
    study = session(memory, "ab", new=1)
    answer(study, memory, "a", NOW + 60_000, "learning")
    again = study.next(NOW)
    assert again.question.id == "a"
    study.answered(again)
    study.taken_back(again)
    assert study.counts(NOW).new == 0
