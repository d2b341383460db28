"""The sentences of the core, in both languages."""

from typing import Any

from dlquiz.core.texts import Language, Template, Text

_PHRASES: dict[str, dict[Language, str]] = {
    "right": {"en": "{right}", "zh": "{right}"},
    "wrong": {"en": "{right}, not {given}.", "zh": "应为 {right}，不是 {given}。"},
    "nearly": {
        "en": "Exactly {right}; yours is off by less than is shown.",
        "zh": "应正好为 {right}；你的答案相差极小，显示不出来。",
    },
    "wrong_at": {
        "en": "{sentence}: at {point} yours gives {given}, {source} {right}.",
        "zh": "{sentence}：在 {point} 处，你的结果是 {given}，{source} {right}。",
    },
    "engine": {"en": "the engine", "zh": "引擎给出"},
    "formula": {"en": "the formula", "zh": "公式给出"},
    "no_value": {"en": "no value", "zh": "无值"},
    "elsewhere": {
        "en": "{given} is right under another convention; here it is {right}.",
        "zh": "{given} 在另一种约定下是对的；这里应为 {right}。",
    },
    "claims_wrong": {
        "en": "{hits} of {count} judged rightly; true: {right}.",
        "zh": "{count} 条中判断对 {hits} 条；成立的是：{right}。",
    },
    "none_hold": {"en": "none", "zh": "都不成立"},
    "within_abs": {"en": "accepted within ±{size}", "zh": "误差在 ±{size} 以内算对"},
    "within_rel": {"en": "accepted within {size} %", "zh": "相对误差在 {size} % 以内算对"},
    "whole": {"en": "an exact whole number", "zh": "精确的整数"},
    "shape": {"en": "a shape, such as 64, 56, 56", "zh": "一个形状，例如 64, 56, 56"},
    "expression": {"en": "in {names}, such as {example}", "zh": "用 {names} 表示，例如 {example}"},
    "names_and": {"en": "{first} and {last}", "zh": "{first} 和 {last}"},
    "claims": {
        "en": "the numbers of all that hold, such as 1 3; at least one does",
        "zh": "所有成立的编号，例如 1 3；至少有一条成立",
    },
    # what is built
    "for_instance": {"en": "for instance {example}", "zh": "例如 {example}"},
    "missed": {"en": "{missed}.", "zh": "{missed}。"},
    "missed_and_reached": {"en": "{missed}. As asked: {reached}.", "zh": "{missed}。已达到：{reached}。"},
    "next_finding": {"en": "; ", "zh": "；"},
    "and": {"en": ", ", "zh": "、"},
    "gives": {"en": "{name}: {given}", "zh": "{name}：{given}"},
    "gives_within": {"en": "{name}: {given} ({bounds})", "zh": "{name}：{given}（{bounds}）"},
    "has_none": {"en": "{name}: none, for {why}", "zh": "{name}：得不到，原因是 {why}"},
    "not_is": {"en": "{name}: {given}, not {wanted}", "zh": "{name}：{given}，应为 {wanted}"},
    "not_is_not": {"en": "{name}: {given}, which is ruled out", "zh": "{name}：{given}，不允许是这个值"},
    "not_at_least": {"en": "{name}: {given}, less than {wanted}", "zh": "{name}：{given}，小于 {wanted}"},
    "not_at_most": {"en": "{name}: {given}, more than {wanted}", "zh": "{name}：{given}，大于 {wanted}"},
    "not_above": {"en": "{name}: {given}, not above {wanted}", "zh": "{name}：{given}，没有大于 {wanted}"},
    "not_below": {"en": "{name}: {given}, not below {wanted}", "zh": "{name}：{given}，没有小于 {wanted}"},
    "bound_is_not": {"en": "not {wanted}", "zh": "不为 {wanted}"},
    "bound_at_least": {"en": "at least {wanted}", "zh": "至少 {wanted}"},
    "bound_at_most": {"en": "at most {wanted}", "zh": "至多 {wanted}"},
    "bound_above": {"en": "above {wanted}", "zh": "大于 {wanted}"},
    "bound_below": {"en": "below {wanted}", "zh": "小于 {wanted}"},
    "yes": {"en": "yes", "zh": "是"},
    "no": {"en": "no", "zh": "否"},
    "a_number": {"en": "a number", "zh": "一个数"},
    "a_number_within": {"en": "a number, {bounds}", "zh": "一个数，{bounds}"},
    "a_mask": {
        "en": "rows of 0 and 1, such as 10/01; it is run",
        "zh": "由 0 和 1 组成的各行，例如 10/01；会真正运行",
    },
    "a_stack": {
        "en": "layers in torch's words, which are built: {names}",
        "zh": "用 torch 的写法写各层，会真正搭建：{names}",
    },
    "a_window_or_stack": {
        "en": "layers in torch's words, which are built: {names}; k= s= p= d= is short for one {windowed}",
        "zh": "用 torch 的写法写各层，会真正搭建：{names}；k= s= p= d= 是一个 {windowed} 的简写",
    },
    "choice_right": {"en": "Option {right}.", "zh": "选项 {right}。"},
    "choice_wrong": {"en": "Option {right}, not {given}.", "zh": "应选 {right}，不是 {given}。"},
    "choice_elsewhere": {
        "en": "Option {given} is right under another convention; here it is {right}.",
        "zh": "选项 {given} 在另一种约定下是对的；这里应选 {right}。",
    },
    "choice": {"en": "the number of one option, such as 2", "zh": "一个选项的编号，例如 2"},
    "smallest_first": {
        "en": "the numbers of all, the smallest first, such as 2 1 3",
        "zh": "全部编号，从小到大，例如 2 1 3",
    },
    "largest_first": {
        "en": "the numbers of all, the largest first, such as 2 1 3",
        "zh": "全部编号，从大到小，例如 2 1 3",
    },
    "reversed": {"en": "That is the right order from the other end.", "zh": "顺序正好反了。"},
    "recall": {
        "en": "think it through, reveal, and grade yourself from 1 (again) to 4 (easy)",
        "zh": "先想清楚，再看要点，然后给自己评分：1（重来）到 4（容易）",
    },
    "revealed": {"en": "Answer: {answer}.", "zh": "答案：{answer}。"},
    "self_graded": {"en": "your own grade", "zh": "自评"},
    "graded_again": {"en": "You graded yourself: again.", "zh": "你的自评：重来。"},
    "graded_hard": {"en": "You graded yourself: hard.", "zh": "你的自评：困难。"},
    "graded_good": {"en": "You graded yourself: good.", "zh": "你的自评：良好。"},
    "graded_easy": {"en": "You graded yourself: easy.", "zh": "你的自评：容易。"},
    "conflict": {
        "en": "Bank and engine disagree on this instance, so it does not count: {detail}. Please run dlquiz check.",
        "zh": "题库与引擎在这一题上不一致，因此不计分：{detail}。请运行 dlquiz check。",
    },
}


def say(language: Language, phrase: str, **values: Any) -> str:
    """Return a phrase in a language with its values put in.

    >>> say("en", "wrong", right=31, given=29)
    '31, not 29.'
    """
    return _PHRASES[phrase][language].format(**values)


_QUANTITIES: dict[str, dict[Language, str]] = {
    "stack.output_shape": {"en": "output shape", "zh": "输出形状"},
    "stack.output_size": {"en": "output size", "zh": "输出尺寸"},
    "stack.num_params": {"en": "parameters", "zh": "参数量"},
    "stack.macs": {"en": "MACs", "zh": "乘加次数"},
    "stack.receptive_field": {"en": "receptive field", "zh": "感受野"},
    "stack.depth": {"en": "layers with weights", "zh": "带权重的层数"},
    "optim.converges": {"en": "converges", "zh": "收敛"},
    "optim.final_loss": {"en": "final loss", "zh": "最终损失"},
    "optim.final_distance": {"en": "distance to the minimum", "zh": "与极小点的距离"},
    "optim.steps_to": {"en": "steps", "zh": "步数"},
    "attention.is_causal": {"en": "causal", "zh": "因果掩码"},
    "attention.sees_future": {"en": "sees the future", "zh": "看到后面的位置"},
    "attention.sees_padding": {"en": "sees padding", "zh": "看到填充"},
    "attention.blind_queries": {"en": "queries that see nothing", "zh": "什么都看不到的查询"},
}


def quantity(language: Language, function: str) -> str:
    """Return what an engine function's value is called: in a reader's words, or else after the function.

    >>> quantity("en", "stack.num_params"), quantity("en", "init.output_variance")
    ('parameters', 'output variance')
    """
    known = _QUANTITIES.get(function)
    return known[language] if known else function.rpartition(".")[2].replace("_", " ")


def text_of(phrase: str) -> Text:
    """Return a phrase without values in all languages."""
    said = _PHRASES[phrase]
    return Text(Template((said["en"],)), Template((said["zh"],)))
