"""The words of the app, in both languages."""

from collections.abc import Callable
from typing import Any

from dlquiz.core.texts import Language

_PHRASES: dict[str, tuple[str, str]] = {
    # header
    "counts": ("{due} due · {new} new · {done} done", "到期 {due} · 新题 {new} · 已答 {done}"),
    "practice": ("practice · reschedules nothing", "练习 · 不影响安排"),
    # keys
    "answer": ("answer", "作答"),
    "hint": ("hint", "提示"),
    "help": ("help", "帮助"),
    "undo": ("undo", "撤销"),
    "skip": ("skip", "跳过"),
    "leave": ("leave", "离开"),
    "next": ("next", "下一题"),
    "the run": ("the run", "运行过程"),
    "the code": ("the code", "源代码"),
    "practise": ("practise", "针对练习"),
    "change": ("change", "改评"),
    "start": ("start", "开始"),
    "all topics": ("all topics", "全部主题"),
    "go_on": ("go on", "继续"),
    "quit": ("quit", "退出"),
    "home": ("home", "主页"),
    "close": ("close", "关闭"),
    "scroll": ("scroll", "滚动"),
    "light_or_dark": ("light or dark", "浅色或深色"),
    "toggle": ("pick", "勾选"),
    "still_judged": (
        "Your answer is still being judged; leave once more to go without it.",
        "你的答案还在判定中；再按一次即放弃并离开。",
    ),
    "the lab": ("the lab", "实验室"),
    "laboratory": ("laboratory · {key}", "实验室 · {key}"),
    "no_laboratory": ("There is no parameter to change here.", "这里没有可调的参数。"),
    "knob": ("choose", "选择"),
    "turn": ("change", "调节"),
    "change_fast": ("by {count}", "每次 {count} 步"),
    "reset": ("reset", "还原"),
    "unasked": ("The bank does not ask this setting: {conditions}.", "题库不会问这组参数：{conditions}。"),
    "coincides": ("right here by accident", "在此恰好相等"),
    "formula": ("formula", "公式"),
    "reveal": ("reveal", "揭晓"),
    "grade_self": ("grade yourself", "给自己评分"),
    "grade_yourself": (
        "How well did you know it?  1 again   2 hard   3 good   4 easy",
        "你答得如何？  1 重来   2 困难   3 良好   4 容易",
    ),
    "move": ("move", "移动"),
    # the question
    "convention": ("Here: {text}", "约定：{text}"),
    "hint_line": ("hint {number}/{count}", "提示 {number}/{count}"),
    "no_hint": ("There is no hint for this question.", "这道题没有提示。"),
    "no_more_hints": ("That was the last hint.", "提示已全部给出。"),
    "read_as": ("read as {text}", "读作 {text}"),
    "refused": ("Not read, nothing stored: {why}.", "无法读取，未记录：{why}。"),
    "your_answer": ("your answer", "你的答案"),
    "running": ("running {what} …", "正在运行 {what} …"),
    "running_on": ("running {what} on {device} …", "正在 {device} 上运行 {what} …"),
    "locked_out": (
        "waiting to store: another program has the database locked …",
        "等待记录：数据库被另一个程序锁定 …",
    ),
    "seconds": ("{seconds} s", "{seconds} 秒"),
    "text_broken": ("(this text has no value here: {why})", "（此处文本无法取值：{why}）"),
    # the verdict
    "right_elsewhere": ("{given} is right under another convention.", "{given} 在另一种约定下是对的。"),
    "elsewhere_again": (
        "Not stored. Answer for the convention of this question; a right answer counts as hard.",
        "未记录。请按本题的约定再答；答对按“困难”计。",
    ),
    "trouble_again": ("Nothing is stored. ↵ tries again, Ctrl+N skips.", "未记录任何内容。↵ 重试，Ctrl+N 跳过。"),
    "proved": ("proved", "已证明"),
    "computed": ("computed", "已计算"),
    "asserted": ("asserted", "仅陈述"),
    "cited": ("cited", "引自文献"),
    "closed_form": ("closed form", "闭式"),
    "module": ("module", "模块实跑"),
    "measured": ("measured", "实测"),
    "library": ("library", "库函数"),
    "ran": ("{kind} on {device}, {ms}", "{kind}，{device}，{ms}"),
    "runs": ("{count} runs on {device}, {ms}", "{device} 上运行 {count} 次，{ms}"),
    "holds": ("holds", "成立"),
    "holds_not": ("does not hold", "不成立"),
    "misjudged_true": ("It holds.", "它成立。"),
    "misjudged_false": ("It does not hold.", "它不成立。"),
    "does_not_count": ("does not count: nothing is rescheduled", "不计分：安排不变"),
    "practice_grade": ("practice: nothing is rescheduled", "练习：安排不变"),
    "again": ("again", "重来"),
    "hard": ("hard", "困难"),
    "good": ("good", "良好"),
    "easy": ("easy", "容易"),
    "regraded": ("Graded anew: {grade}.", "已改评为“{grade}”。"),
    "undone": ("Undone: your answer {answer}. Here is the question again.", "已撤销你的答案 {answer}，请重新作答。"),
    "undone_older": (
        "Undone: your answer {answer} to {key}, from an earlier session.",
        "已撤销较早一次对 {key} 的答案 {answer}。",
    ),
    "undone_elsewhere": (
        "Undone: your answer {answer} to {key}, from another dlquiz.",
        "已撤销另一个 dlquiz 中对 {key} 的答案 {answer}。",
    ),
    "nothing_to_undo": ("There is nothing to undo.", "没有可撤销的内容。"),
    # evidence
    "evidence_title": ("the run of {instance}", "{instance} 的运行过程"),
    "source_title": ("the code that ran", "实际运行的代码"),
    "legs": ("How the answer was reached", "答案的由来"),
    "leg_what": ("evaluated or run", "求值或运行"),
    "leg_value": ("value", "值"),
    "leg_kind": ("kind", "方式"),
    "leg_device": ("device", "设备"),
    "leg_time": ("time", "用时"),
    "leg_role": ("run as", "作为"),
    "experiment": ("experiment", "实验"),
    "control": ("control", "对照"),
    "control_run": ("The control: {what} → {value}", "对照：{what} → {value}"),
    "shown_under": ("This run is shown under claim {number}.", "这次运行见第 {number} 条。"),
    "cited_from": ("Cited: {source}", "出处：{source}"),
    "no_run": (
        "No engine function ran for this answer, so there is no code to show.",
        "这一答案没有运行引擎函数，因此没有代码可看。",
    ),
    "fetching": ("asking the engine …", "正在询问引擎 …"),
    "heat_cell": ("row {row}, column {column}: {value}", "第 {row} 行，第 {column} 列：{value}"),
    "heat_scale": ("{low} {ramp} {high}", "{low} {ramp} {high}"),
    "heat_same": ("every value is {value}", "所有值都是 {value}"),
    "heat_mean": (
        "each cell: mean of up to {rows}×{columns} values",
        "每格至多是 {rows}×{columns} 个值的均值",
    ),
    "heat_keys": ("Tab, then arrows: read single values", "按 Tab 后用方向键读取单个值"),
    "unknown_block": ("This version cannot draw a block of type '{name}'.", "当前版本无法绘制类型为“{name}”的内容。"),
    "broken_block": ("A block of type '{name}' is malformed: {why}.", "类型为“{name}”的内容格式有误：{why}。"),
    "left_out": ("not drawn: {count} values that are not finite", "未绘出：{count} 个非有限值"),
    # summary
    "summary": ("This session", "本次学习"),
    "tally": ("{right} right · {wrong} wrong · {hinted} after a hint", "答对 {right} · 答错 {wrong} · 提示后 {hinted}"),
    "tally_practice": ("{count} in practice", "练习 {count} 题"),
    "time_spent": ("time {time}", "用时 {time}"),
    "ideas_met": ("Wrong ideas met", "遇到的错误想法"),
    "comes_back": ("When the cards come back", "下次出现的时间"),
    "nothing_due": ("Nothing is due, and nothing is new.", "现在没有到期的题，也没有新题。"),
    "next_due": ("The next card comes back in {time}.", "下一张卡片将在 {time}后出现。"),
    "ahead": ("Study ahead of time with: dlquiz study {words} --ahead", "想提前学习：dlquiz study {words} --ahead"),
    "no_questions": ("There is no question in these topics.", "这些主题里没有题目。"),
    # home
    "choose": ("What do you want to study?", "想学什么？"),
    "due": ("due", "到期"),
    "new": ("new", "新题"),
    "seen": ("seen", "已学过"),
    "seen_of": ("{seen} of {questions}", "{seen}/{questions}"),
    "learned": ("learned", "已掌握"),
    "no_topics": ("There are no topics: no bank was found.", "没有主题：没有找到题库。"),
    # watching a bank
    "watch_reading": ("reading …", "正在读取 …"),
    "watch_checking": ("checking …", "正在检查 …"),
    "watch_progress": ("checking {done} of {count} …", "正在检查 {done}/{count} …"),
    "watch_checked": ("checked {time}", "{time} 已检查"),
    "watch_checked_wrong": ("✗ {count} · {time}", "✗ {count} · {time}"),
    "watch_stopped": ("not checked {time}", "{time} 未能检查"),
    "watch_counts": ("{proved} of {count} questions proved", "{count} 道题中 {proved} 道已证明"),
    "watch_count_of_one": ("{proved} of 1 question proved", "1 道题中 {proved} 道已证明"),
    "watch_left_out": ("{count} questions, {unread} cannot be read", "{count} 道题，{unread} 道无法读取"),
    "watch_one_left_out": ("1 question, which cannot be read", "1 道题，无法读取"),
    "watch_of_the_rest": ("{proved} proved", "{proved} 道已证明"),
    "watch_all_values": ("{count} for all values", "{count} 道对所有值"),
    "watch_every": ("{count} on every instance", "{count} 道遍历全部实例"),
    "watch_sample": ("{count} on samples", "{count} 道抽样"),
    "watch_kept": ("{count} not run again", "{count} 道未重跑"),
    "watch_clean": ("No complaint.", "没有发现错误。"),
    "watch_complaints": ("Complaints: {count}", "检查结果：{count} 条"),
    "watch_count": ("{count} complaints", "{count} 条检查结果"),
    "watch_one_complaint": ("1 complaint", "1 条检查结果"),
    "the_question": ("the question", "题目"),
    "watch_so_far": ("Complaints so far: {count}", "目前的检查结果：{count} 条"),
    "watch_more": ("… and {count} more: dlquiz check {file}", "……另有 {count} 条：dlquiz check {file}"),
    "error": ("error", "错误"),
    "warning": ("warning", "警告"),
    "watch_place": ("{place} of {count}", "第 {place}/{count} 题"),
    "watch_proved": ("{level} {extent}", "{level}，{extent}"),
    "watch_wrong": ("not proved: see the complaints", "未证明：见检查结果"),
    "proof_all_values": ("for all values of {names}", "对 {names} 的所有值成立"),
    "proof_every": ("on every instance: {count}", "遍历全部 {count} 个实例"),
    "proof_revealed": ("on {count} draws of what it reveals", "对所揭晓内容抽取 {count} 次"),
    "proof_sample": ("on a sample of {count} instances", "抽样 {count} 个实例"),
    "watch_old": (
        "Old: as it was before this save, which cannot be read here.",
        "旧内容：这次保存的文件在此处无法读取，下面是之前的样子。",
    ),
    "watch_old_mark": ("old", "旧"),
    "watch_unread": ("This question cannot be read yet; the complaints say why.", "这道题还无法读取，原因见检查结果。"),
    "watch_nothing": ("There is no question to show; the complaints say why.", "没有可显示的题目，原因见检查结果。"),
    "watch_untranslated": ("not translated; shown in English", "未翻译，以英文显示"),
    "watch_only": ("These are all instances there are.", "全部实例都在这里了。"),
    "watch_locked": ("locked: {locks}; l changes it", "已锁定：{locks}；按 l 更改"),
    "watch_kept_mark": ("{name} = {value} (locked)", "{name} = {value}（已锁定）"),
    "watch_dropped": (
        "No longer locked: {names}. The question does not take that value any more.",
        "已解除锁定：{names}。这道题不再接受该值。",
    ),
    "watch_no_params": ("This question draws no parameter.", "这道题没有可抽取的参数。"),
    "watch_conflict": (
        "Bank and engine disagree on this instance: {detail}. The complaints say why.",
        "题库与引擎在这个实例上不一致，原因见检查结果。",
    ),
    "watch_trouble_again": ("Nothing was marked. ↵ tries again.", "未能判定。按 ↵ 重试。"),
    "watch_leaves": ("q leaves.", "按 q 退出。"),
    "explain": ("explain", "说明"),
    "browse": ("next", "下一题"),
    "other_question": ("another question", "换一题"),
    "other_complaint": ("another complaint", "换一条检查结果"),
    "back_question": ("the question before", "上一题"),
    "try": ("try", "试答"),
    "try_again": ("again", "再试"),
    "reroll": ("reroll", "重抽"),
    "lock": ("lock", "锁定"),
    "other_pane": ("the other half", "切换区域"),
    "language": ("中文", "English"),
    "back": ("back", "返回"),
    "keep": ("keep", "保持"),
    "lock_title": ("Lock · {name}", "锁定 · {name}"),
    "lock_how": (
        "↑↓ choose · type a value, or leave it empty to keep this one or to let it go",
        "↑↓ 选择 · 输入一个值；留空则保持当前值或解除锁定",
    ),
    "locked": ("locked", "已锁定"),
    "lock_ints": ("whole numbers from {low} to {high}", "从 {low} 到 {high} 的整数"),
    "lock_steps": ("{low} to {high} in steps of {step}", "从 {low} 到 {high}，步长 {step}"),
    "lock_records": ("a list of records; it can be kept, not typed", "一列记录；只能保持，不能输入"),
    "lock_typed": (
        "{name} is a list of records: it can be kept as it is, but not typed",
        "{name} 是一列记录：只能保持，不能输入",
    ),
    "lock_unread": ("'{text}' is no value: {why}", "“{text}”不是一个值：{why}"),
    "lock_outside": ("{text} is outside of {name}, which takes {values}", "{text} 不在 {name} 的取值范围内：{values}"),
    "lock_never": ("with {locks}, `{condition}` does not hold", "取 {locks} 时，`{condition}` 不成立"),
    "lock_together": (
        "with {locks}, no draw satisfies all conditions together",
        "取 {locks} 时，没有一次抽取能同时满足所有条件",
    ),
    "lock_trying": ("looking for a draw with {name} = {value} …", "正在查找 {name} = {value} 的抽取 …"),
    "lock_nothing": (
        "type a value for {name}: there is no instance to keep one of",
        "请输入 {name} 的值：目前没有可沿用的实例",
    ),
    "lock_value": ("value of {name}", "{name} 的值"),
    "page_title": ("{code}, as dlquiz explain tells it", "{code}：dlquiz explain 的说明"),
    "help_watching": ("How watching works", "监看如何工作"),
    "watching": (
        "The file is read again on every save and proved by running it; a question that did not change is not run "
        "again. At the complaint under the cursor, ↵ shows what its code means. The instances are those that learners "
        "meet; their names work with dlquiz why. Answers that are tried here are marked as in a session and stored "
        "nowhere. While the file cannot be read, its last good state stays and is marked as old.",
        "每次保存后都会重新读取文件并通过运行来证明；没有变化的题不再重跑。在光标处的检查结果上按 ↵ 可查看代码的含义。"
        "这些实例就是学习者会遇到的，其名称可用于 dlquiz why。在这里试答的判定方式与学习时相同，但不作任何记录。"
        "文件无法读取时，保留最后一次正确的内容并标明为旧内容。",
    ),
    # help
    "help_title": ("Help", "帮助"),
    "help_keys": ("Keys", "按键"),
    "help_marking": ("How marking works", "如何评分"),
    "marking": (
        "Every answer is checked by running the real thing for exactly the question on the screen. The first answer "
        "that can be read decides: right is good, right after a hint is hard, wrong is again; 1-4 changes the grade. "
        "What cannot be read is refused and costs nothing. Practice and a second try reschedule nothing. A verdict "
        "appears only once your answer is on the disk.",
        "每个答案都通过针对屏幕上这道题真实运行来检验。第一个可读的答案决定评分：答对为“良好”，提示后答对为“困难”，"
        "答错为“重来”；按 1-4 可以改评。无法读取的输入会被拒绝，不影响评分。练习与重试不改变安排。"
        "答案写入磁盘之后才显示结果。",
    ),
}

Say = Callable[..., str]
"""``say("read_as", text="29")`` in the learner's language."""


def say_in(language: Language) -> Say:
    """Return the function that says a phrase in a language, with values put in.

    >>> say_in("en")("read_as", text="29"), say_in("zh")("read_as", text="29")
    ('read as 29', '读作 29')
    """
    place = 1 if language == "zh" else 0

    def say(phrase: str, **values: Any) -> str:
        return _PHRASES[phrase][place].format(**values)

    return say
