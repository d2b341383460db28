"""Tokens, vocabularies and cleaning, beside lists written by hand, Counter, unicodedata and encoders."""

import unicodedata
from collections import Counter

import pytest
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Refused
from engine.text.cleaning import clean, encoded, is_printable_ascii, replace_no_break_spaces
from engine.text.tokens import tokenize
from engine.text.vocabulary import Vocabulary

WORDS = st.lists(st.sampled_from(["a", "b", "cc", "d", "the", "<pad>"]), min_size=1, max_size=30)
SPECIALS = ["<pad>", "<bos>", "<eos>", "<unk>"]
NARROW, NO_BREAK = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the time machine", ["the", "time", "machine"]),
        ("  two  spaces\tand a tab\n", ["two", "spaces", "and", "a", "tab"]),
        (f"no{NO_BREAK}break", ["no", "break"]),
        ("it's one.", ["it's", "one."]),
        (" ", []),
    ],
)
def test_words_by_hand(text, words):
    assert tokenize(text) == words == run("text.tokens", text=text).value
    assert run("text.num_tokens", text=text).value == len(words)


@given(st.text(min_size=1, max_size=30))
def test_characters_are_all_characters(text):
    assert "".join(tokenize(text, "character")) == text
    assert run("text.tokens", text=text, unit="character").value == [*text]
    assert run("text.num_tokens", text=text, unit="character", distinct=True).value == len(set(text))


def ordered(tokens, min_freq, specials):
    counts = Counter(tokens)
    kept = sorted(counts.items(), key=lambda item: item[0])
    kept.sort(key=lambda item: item[1], reverse=True)
    return [*specials, *(token for token, count in kept if count >= min_freq and token not in specials)]


@given(WORDS, st.integers(1, 4), st.booleans())
def test_a_vocabulary_is_ordered_by_frequency_then_by_text(tokens, min_freq, with_specials):
    specials = SPECIALS if with_specials else []
    expected = ordered(tokens, min_freq, specials)
    known = Vocabulary(tokens, min_freq, specials)
    assert list(known.tokens) == expected
    assert len(known) == len(expected)
    assert all(token in known for token in expected)
    call = {"text": " ".join(tokens), "min_freq": min_freq, "specials": with_specials}
    assert run("vocabulary.tokens", **call).value == expected
    assert run("vocabulary.size", **call).value == len(expected)


@given(WORDS, st.integers(1, 4))
def test_numbers_and_tokens_are_each_others_inverse(tokens, min_freq):
    known, expected = Vocabulary(tokens, min_freq), ordered(tokens, min_freq, SPECIALS)
    numbers = [expected.index(token) if token in expected else 3 for token in tokens]
    assert known.encode(tokens) == numbers
    assert known.decode(range(len(expected))) == expected
    assert known.decode(numbers) == [token if token in expected else "<unk>" for token in tokens]
    ids = run("vocabulary.ids", text=" ".join(tokens), of=" ".join(tokens), min_freq=min_freq)
    assert ids.value == numbers


def test_what_a_vocabulary_does_not_know():
    known = Vocabulary(["a"], specials=())
    with pytest.raises(Refused, match=r"^'b' is not in the vocabulary, which has no <unk>$"):
        known.encode(["b"])
    for number in (1, -1):
        with pytest.raises(Refused, match=rf"^there is no token {number}: 1 tokens are numbered 0 to 0$"):
            known.decode([number])
    assert run("vocabulary.size", text="a a b c c c", min_freq=2).value == 2 + 4


def test_no_break_spaces_are_spaces_to_unicode_and_become_plain_ones():
    for space in (NO_BREAK, NARROW):
        assert "NO-BREAK SPACE" in unicodedata.name(space)
        assert unicodedata.category(space) == "Zs"
        assert replace_no_break_spaces(f"a{space}b") == unicodedata.normalize("NFKC", f"a{space}b") == "a b"
        assert run("text.cleaned", text=f"Va{space}!").value == "va !"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("Go.", "go ."),
        (f"Va{NARROW}!", "va !"),
        ("Who?Me,too", "who ?me ,too"),
        ("!", "!"),
        ("Wait...", "wait . . ."),
        ("already .", "already ."),
    ],
)
def test_cleaned_texts_by_hand(raw, cleaned):
    assert clean(raw) == cleaned == run("text.cleaned", text=raw).value
    assert clean(cleaned) == cleaned


@settings(max_examples=25)
@given(st.text(alphabet=f"aB .,!?{NO_BREAK}{NARROW}", min_size=1, max_size=20))
def test_cleaning_changes_nothing_but_case_and_spaces(text):
    found = clean(text)
    assert found.replace(" ", "") == text.lower().replace(NO_BREAK, "").replace(NARROW, "").replace(" ", "")
    assert all(found[place - 1] == " " for place, mark in enumerate(found) if mark in ",.!?" and place)


def test_gbk_has_no_code_for_a_no_break_space():
    text = f"a{NO_BREAK}b"
    with pytest.raises(UnicodeEncodeError):
        text.encode("gbk")
    with pytest.raises(Refused, match=r"^gbk has no code for U\+00A0, character 1 of the text$"):
        encoded(text, "gbk")
    assert run("text.is_encodable", text=text, encoding="gbk").value is False
    assert run("text.is_encodable", text=text, encoding="gb18030").value is True
    assert run("text.is_encodable", text="a b", encoding="gbk").value is True
    assert (
        encoded(text, "utf-8") == text.encode() == bytes.fromhex(run("text.encoded", text=text, encoding="utf-8").value)
    )
    with pytest.raises(Refused, match="gbk has no code"):
        run("text.encoded", text=text, encoding="gbk")


def test_printable_ascii_runs_from_the_space_to_the_tilde():
    found = [code for code in range(300) if is_printable_ascii(chr(code))]
    assert found == list(range(0x20, 0x7F)) == [code for code in range(128) if chr(code).isprintable()]
    assert run("text.num_printable").value == len(found) == 95
    assert run("text.num_printable", spaces=False).value == 94
    assert run("text.is_printable_ascii", text=" ~").value is True
    assert run("text.is_printable_ascii", text=f"a{NO_BREAK}").value is False


def test_split_cuts_at_a_no_break_space_and_split_at_a_space_does_not():
    text = f"a{NO_BREAK}b"
    assert run("text.num_words", text=text).value == len(text.split()) == 2
    assert run("text.num_words", text=text, separator="space").value == len(text.split(" ")) == 1


def test_evidence_of_cleaning_shows_bytes_before_and_after():
    (table,) = run("text.cleaned", text=f"Va{NARROW}!").evidence()
    assert [row[2] for row in table.rows] == ["56 61 e2 80 af 21", "76 61 20 21"]
