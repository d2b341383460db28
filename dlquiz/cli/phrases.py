"""The words of plain mode, in both languages; what the app says too is in dlquiz.app.phrases."""

from typing import Any

from dlquiz.app.phrases import Say, say_in
from dlquiz.core.texts import Language

_PHRASES: dict[str, tuple[str, str]] = {
    "commands": (
        "Each line is an answer, except :hint :undo :grade 1-4 :skip :help :quit.",
        "每行是一个答案，命令除外：:hint 提示，:undo 撤销，:grade 1-4 改评，:skip 跳过，:help 帮助，:quit 退出。",
    ),
    "no_command": ("there is no command :{name}. {commands}", "没有命令 :{name}。{commands}"),
    "unread": ("{why} (character {number}); answer again", "{why}（第 {number} 个字符）；请再答一次"),
    "too_long": (
        "a line may have {most:,} bytes, and this one has more; answer again",
        "一行最多 {most:,} 字节，这一行更长；请再答一次",
    ),
    "failed": ("{why}; nothing is stored: answer again, or :skip", "{why}；未记录任何内容：请再答一次，或 :skip 跳过"),
    "dropped": (
        "{why}; it failed {count} times here, so this question is left out of the session",
        "{why}；在这道题上已失败 {count} 次，本次学习不再出这道题",
    ),
    "grade_usage": (
        ":grade takes 1 (again), 2 (hard), 3 (good) or 4 (easy)",
        ":grade 后写 1（重来）、2（困难）、3（良好）或 4（容易）",
    ),
    "nothing_to_grade": (
        "there is no review of this session whose grade could be changed",
        "本次学习还没有可以改评的记录",
    ),
    "graded": ("{key}: graded {grade}, {interval}", "{key}：已评为“{grade}”，{interval}"),
    "grades": ("graded {grade}; {intervals}", "评为“{grade}”；{intervals}"),
    "pick_one_true": ("right", "正确"),
    "pick_one_false": ("not right", "不正确"),
    "arrange_true": ("in its place", "位置正确"),
    "arrange_false": ("out of place", "位置不对"),
    "undone": ("undone: {answer}, answered to {key}", "已撤销：对 {key} 的答案 {answer}"),
    "undone_older": (
        "undone: {answer}, answered to {key} in an earlier session",
        "已撤销：较早一次对 {key} 的答案 {answer}",
    ),
    "undone_elsewhere": (
        "undone: {answer}, answered to {key} in another dlquiz",
        "已撤销：另一个 dlquiz 中对 {key} 的答案 {answer}",
    ),
}


def words(language: Language) -> Say:
    """Return the function that says a phrase of plain mode, or of the app, in a language.

    >>> words("zh")("graded", key="k", grade="良好", interval="8 天"), words("en")("no_hint")
    ('k：已评为“良好”，8 天', 'There is no hint for this question.')
    """
    place = 1 if language == "zh" else 0
    of_the_app = say_in(language)

    def say(phrase: str, **values: Any) -> str:
        return _PHRASES[phrase][place].format(**values) if phrase in _PHRASES else of_the_app(phrase, **values)

    return say
