"""What the expression language reads, what it refuses, and where."""

import json
import pickle

import pytest

from dlquiz.core.expressions import FUNCTIONS, Expression, Unreadable, parse, parse_list, words

SPELLINGS = [
    "4hd²",
    "4*h*d^2",
    "4*h*d**2",
    "4 h d ^ 2",
    "４ｈｄ²",
    "４＊ｈ＊ｄ＾２",
    "4·h·d²",
    "4×h×d²",
    "4∗h⋅d**2",
    "(4h)(d^2)",
    "4（h）d²",
    "4h\u3000d²",
    "4h\n  d²",
    "4h(d)^2",
    "4.0hd²",
    "4e0*h*d²",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_all_spellings_of_4hd2_are_one_tree(text: str) -> None:
    assert parse(text, ["h", "d"]).to_json() == ["*", 4, ["name", "h"], ["^", ["name", "d"], 2]]


TREES = [
    ("-2^2", ["-", ["^", 2, 2]]),
    ("(-2)^2", ["^", -2, 2]),
    ("2^3^2", ["^", 2, ["^", 3, 2]]),
    ("2^-1", ["^", 2, -1]),
    ("x⁻¹", ["^", ["name", "x"], -1]),
    ("x²⁺ⁿ", ["^", ["name", "x"], ["+", 2, ["name", "n"]]]),
    ("10²³", ["^", 10, 23]),
    ("x^2²", ["^", ["name", "x"], ["^", 2, 2]]),
    ("1-2-3", ["-", ["-", 1, 2], 3]),
    ("1+2+3", ["+", 1, 2, 3]),
    ("1+(2+3)", ["+", 1, ["+", 2, 3]]),
    ("8/4/2", ["/", ["/", 8, 4], 2]),
    ("8//4%3", ["%", ["//", 8, 4], 3]),
    ("1+2*3", ["+", 1, ["*", 2, 3]]),
    ("2−3", ["-", 2, 3]),
    ("2–3", ["-", 2, 3]),
    ("6÷3", ["/", 6, 3]),
    ("1.5", ["/", 3, 2]),
    (".5", ["/", 1, 2]),
    ("29.", 29),
    ("1e-5", ["/", 1, 100000]),
    ("-1.5", ["/", -3, 2]),
    (
        "floor((n+2p)/s)+1",
        ["+", ["call", "floor", ["/", ["+", ["name", "n"], ["*", 2, ["name", "p"]]], ["name", "s"]]], 1],
    ),
    ("n(2p)^2", ["*", ["name", "n"], ["^", ["*", 2, ["name", "p"]], 2]]),
    ("nsqrt(p)", ["*", ["name", "n"], ["call", "sqrt", ["name", "p"]]]),
    ("(419).k", ["field", 419, "k"]),
    ("layers.k-1", ["-", ["field", ["name", "layers"], "k"], 1]),
    ("1<n<=3", ["chain", 1, "<", ["name", "n"], "<=", 3]),
    (
        "n>=2*s and not p==1 or true",
        ["or", ["and", [">=", ["name", "n"], ["*", 2, ["name", "s"]]], ["not", ["==", ["name", "p"], 1]]], True],
    ),
    ("p != 'same'", ["!=", ["name", "p"], ["text", "same"]]),
    ("n ≤ 3", ["<=", ["name", "n"], 3]),
]


@pytest.mark.parametrize(("text", "tree"), TREES)
def test_trees(text: str, tree: object) -> None:
    found = parse(text, ["n", "p", "s", "x", "layers"])
    assert json.loads(json.dumps(found.to_json())) == tree
    assert hash(found) == hash(parse(text, ["n", "p", "s", "x", "layers"]))
    assert parse(found.written(), found.names).tree == found.tree


@pytest.mark.parametrize(
    ("word", "names", "pieces"),
    [
        ("hdk", ["h", "d", "dk"], ["h", "dk"]),
        ("hdk", ["h", "d", "k", "hd"], ["hd", "k"]),
        ("abc", ["ab", "a", "bc"], ["a", "bc"]),
        ("hd", ["hd", "h", "d"], ["hd"]),
        ("hq", ["h", "d"], None),
        ("aaaaab", ["a", "aa"], None),
    ],
)
def test_words_split_into_the_longest_names(word: str, names: list[str], pieces: list[str] | None) -> None:
    assert words.split(word, names) == pieces


def test_without_declared_names_every_word_is_one_name() -> None:
    assert parse("4hd²").names == {"hd"}
    assert parse("kernel_size + 2*p1").names == {"kernel_size", "p1"}


def test_a_function_beats_a_declared_name_before_a_bracket_only() -> None:
    assert parse("max(2)", ["max"]).to_json() == ["call", "max", 2]
    assert parse("2max", ["max"]).to_json() == ["*", 2, ["name", "max"]]


def test_every_function_has_an_implementation_and_no_other() -> None:
    assert words.FUNCTIONS.keys() == FUNCTIONS.keys()


REFUSED = [
    ("", 0, 1, "nothing is written here"),
    ("  ", 0, 1, "nothing is written here"),
    ("h + k", 4, 1, "'k' is not a name here; the names are h and d"),
    ("４ｈ＋ｋ", 3, 1, "'k' is not a name here"),
    ("d2 + 1", 0, 2, "write d^2 for a power or 2*d for a product"),
    ("flor(h)", 0, 4, "did you mean 'floor'?"),
    ("2floor", 1, 5, "'floor' needs brackets: floor(x)"),
    ("2*(h+1", 2, 1, "a closing ')' is missing"),
    ("2*h)", 3, 1, "this ')' closes no bracket"),
    ("2*(h+)", 5, 1, "something is missing before ')'"),
    ("h*()", 3, 1, "the brackets are empty"),
    ("2 +", 2, 1, "something is missing after '+'"),
    ("* 2", 0, 1, "'*' cannot stand first"),
    ("2 + / 3", 4, 1, "'/' cannot stand after '+'"),
    ("2 3", 2, 1, "a sign is missing before '3'"),
    ("590,080", 3, 1, "digits are not grouped; write 590080"),
    ("1,000,000", 1, 1, "digits are not grouped; write 1000000"),
    ("h, d", 1, 1, "a comma stands only between"),
    ("007", 0, 3, "'007' begins with 0"),
    ("max(h, 1,000)", 9, 3, "'000' begins with 0"),
    ("h = 3", 2, 1, "write == to compare"),
    ("h + ٣", 4, 1, "'٣' is a digit of another script; write digits as 0 to 9"),
    ("h + ३", 4, 1, "is a digit of another script"),
    ("h +\x00d", 3, 1, "the invisible character U+0000"),
    ("h\ud800", 1, 1, "the invisible character U+D800"),
    ("h\u202ed", 1, 1, "the invisible character U+202E"),
    ("h == '\x07'", 6, 1, "the invisible character U+0007"),
    ("h == 'same", 5, 1, "a closing quote is missing"),
    ("²h", 0, 1, "'^' cannot stand first"),
    ("h²⁺", 2, 1, "something is missing before ')'"),
    ("1/2d", 3, 1, "can be read in two ways"),
    ("h//d(2)", 4, 1, "can be read in two ways"),
    ("h.2", 1, 2, "a sign is missing before '.2'"),
    ("h. + 1", 1, 1, "the name of a field belongs after the point"),
    ("[h]", 0, 1, "square brackets only enclose a whole shape"),
    ("floor(h, d)", 0, 5, "floor takes one value, not 2"),
    ("9" * 41, 0, 41, "at most 40 digits"),
    ("1e301", 0, 5, "a power of ten lies between"),
    ("1e" + "9" * 60, 0, 62, "a power of ten lies between"),
    ("(" * 200 + "h" + ")" * 200, 24, 1, "more than 24 brackets"),
    ("-" * 300 + "h", 25, 1, "more than 24 brackets, signs or powers"),
    ("2^" * 200 + "2", 50, 1, "more than 24"),
    ("h-" * 200 + "h", 0, 1, "more than 64 operations build on one another"),
    ("h+" * 50_000, 500, 1, "longer than 500 characters"),
    ("2 not 3", 2, 3, "'not' cannot stand after '2'"),
    ("and", 0, 3, "'and' cannot stand first"),
]


@pytest.mark.parametrize(("text", "position", "length", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_refusals_say_what_and_where(text: str, position: int, length: int, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(text, ["h", "d"])
    error = caught.value
    assert reason in error.reason
    assert (error.position, error.length) == (position, length)
    assert str(error) == f"character {position + 1}: {error.reason}"


def test_a_number_next_to_a_declared_e_is_not_guessed() -> None:
    with pytest.raises(Unreadable, match=r"write a sign: 2\*e"):
        parse("2e-1", ["e"])
    assert parse("2e", ["e"]).evaluate({"e": 5}) == 10


def test_the_tokens_of_a_long_text_are_bounded() -> None:
    with pytest.raises(Unreadable, match="more than 1000 numbers, names and signs"):
        parse("1+" * 5000 + "1", limit=100_000)
    assert parse("1+" * 499 + "1", limit=1000).evaluate({}) == 500


LISTS = {
    ("2", "3"): ["2,3", "(2, 3)", "[2,3]", "2x3", "2X3", "2×3", "2 x 3", "2 3", "(2 3)", "2,3,", "２，３", "(２、３)"],
    ("3", "224", "224"): ["3x224x224", "3×224×224", "[3 224 224]", "3, 224, 224"],
    ("64",): ["64", "(64,)", "[64]", "(64)"],
    (): ["()", "[]", "[ ]"],
    ("n", "2n", "(n-1)*(n)"): ["n, 2n, (n-1)*(n)", "(n, 2n, (n-1)*(n))", "n x 2n x (n-1)*(n)"],
    ("max(1, 2)", "3"): ["max(1, 2), 3"],
    ("2*3",): ["2*3"],
}


@pytest.mark.parametrize(("entries", "text"), [(entries, text) for entries, texts in LISTS.items() for text in texts])
def test_lists(entries: tuple[str, ...], text: str) -> None:
    found = parse_list(text, ["n"])
    assert [entry.tree for entry in found] == [parse(entry, ["n"]).tree for entry in entries]
    assert all(entry.text in text for entry in found)


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 0, "nothing is written here"),
        ("2,,3", 2, "an entry is missing before ','"),
        (",2", 0, "an entry is missing before ','"),
        ("2x", 1, "an entry is missing after 'x'"),
        ("(2,3", 0, "a closing ')' is missing"),
        ("[2,3)", 0, "a closing ']' is missing"),
        ("2,3]", 3, "square brackets"),
        ("((2,3),4)", 3, "a comma stands only between"),
        ("10,000", 3, "'000' begins with 0"),
        ("2, k", 3, "'k' is not a name here; the only name is n"),
        ("2 3 n", 2, "a sign is missing before '3'"),
        ("[2, n +]", 6, "something is missing after '+'"),
    ],
)
def test_refused_lists(text: str, position: int, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_list(text, ["n"])
    assert reason in caught.value.reason
    assert caught.value.position == position


def test_a_declared_x_is_a_name_in_a_list() -> None:
    assert [entry.to_json() for entry in parse_list("2x", ["x"])] == [["*", 2, ["name", "x"]]]


def test_expressions_travel_between_processes() -> None:
    expression = parse("4hd²", ["h", "d"])
    assert expression.evaluate({"h": 2, "d": 3}) == 72
    copy = pickle.loads(pickle.dumps(expression))
    assert copy == expression
    assert isinstance(copy, Expression)
    assert copy.evaluate({"h": 2, "d": 3}) == 72


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("√2", "sqrt(2)"),
        ("√(6/(h + d))", "sqrt(6/(h + d))"),
        ("2√h", "2*sqrt(h)"),
        ("√6/√d", "sqrt(6)/sqrt(d)"),
        ("√(2)h", "sqrt(2)*h"),
    ],
)
def test_a_root_sign_takes_a_bracket_or_one_number_or_name(text: str, meant: str) -> None:
    assert parse(text, ["h", "d"]).tree == parse(meant, ["h", "d"]).tree


@pytest.mark.parametrize(
    ("text", "at"), [("√", 0), ("2√", 1), ("√-2", 0), ("√√2", 0), ("√2h", 2), ("√h^2", 2), ("√h(d)", 2)]
)
def test_a_root_that_can_be_read_in_two_ways_is_refused(text: str, at: int) -> None:
    with pytest.raises(Unreadable) as error:
        parse(text, ["h", "d"])
    assert error.value.position == at
