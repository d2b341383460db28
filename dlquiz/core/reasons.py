"""Why an answer is not read or has no value, in Chinese, by the English sentence.

Values go into the same holes. A sentence that begins with "; " is the end of another one.
"""

CHINESE = {
    # characters
    "the invisible character U+{code} is not read here": "这里不能读取不可见字符 U+{code}",
    "'{sign}' is a digit of another script; write digits as 0 to 9": "“{sign}”是其他文字的数字；请用 0 到 9 书写",
    "a closing quote is missing": "缺少右引号",
    "'{sign}' is not read here": "这里不能读取“{sign}”",
    "'{sign}' is not read here; {advice}": "这里不能读取“{sign}”；{advice}",
    "write == to compare two values": "比较两个值请写 ==",
    "write != for 'is not equal to'": "“不等于”请写 !=",
    "write 'and'": "请写 and",
    "write 'or', or abs(x) for the absolute value": "请写 or；绝对值请写 abs(x)",
    "round brackets group": "分组用圆括号",
    "a comma separates values": "各个值用逗号分开",
    "infinity is not a number here": "无穷大在这里不是数",
    "write 1/2": "请写 1/2",
    "write sum(x)": "请写 sum(x)",
    "write prod(x)": "请写 prod(x)",
    # numbers and words
    "the text is longer than {most} characters": "内容超过 {most} 个字符",
    "there are more than {most} numbers, names and signs": "数、名称和符号加起来超过 {most} 个",
    "a number may have at most {most} digits": "一个数最多 {most} 位",
    "a power of ten lies between -{most} and {most}": "10 的指数须在 -{most} 到 {most} 之间",
    "'{digits}' begins with 0; write the number without it, and without grouping its digits": (
        "“{digits}”以 0 开头；请去掉开头的 0，也不要给数字分组"
    ),
    "digits are not grouped; write {digits}": "数字不分组；请写 {digits}",
    "commas group digits in threes, and '{group}' is no such group; write {digits}": (
        "逗号按三位分组，而“{group}”不是这样的一组；请写 {digits}"
    ),
    "commas group digits in threes, and '{group}' is no such group; write {decimal} or {digits}": (
        "逗号按三位分组，而“{group}”不是这样的一组；请写 {decimal} 或 {digits}"
    ),
    "'{text}' could be a number or a product with {name}; write a sign: {factor}*{name}": (
        "“{text}”可能是一个数，也可能是与 {name} 的乘积；请写出乘号：{factor}*{name}"
    ),
    "one number is asked for, not both sides; a product is written {side}*{side}": (
        "这里只填一个数，不是两条边；乘积请写 {side}*{side}"
    ),
    "'{word}' needs brackets: {word}(x)": "“{word}”后要有括号：{word}(x)",
    "'√' stands before a number or a bracket, as in √2 and √(1 + 1)": "“√”后应是数或括号，例如 √2 和 √(1 + 1)",
    "'{word}' is not a function here{advice}": "这里没有函数“{word}”{advice}",
    "; the functions are {names}": "；可用的函数有 {names}",
    "'{word}' is not a name here{advice}": "这里没有名称“{word}”{advice}",
    "; write {stem}^{digits} for a power or {digits}*{stem} for a product": (
        "；乘方请写 {stem}^{digits}，乘积请写 {digits}*{stem}"
    ),
    "{known}{nearest}": "{known}{nearest}",
    "; there are no names": "；这里不用任何名称",
    "; the only name is {name}": "；唯一的名称是 {name}",
    "; the names are {names}": "；可用的名称有 {names}",
    "; did you mean '{name}'?": "；是不是想写“{name}”？",
    # how they are put together
    "nothing is written here": "这里什么都没写",
    "a closing '{sign}' is missing": "缺少右括号“{sign}”",
    "an entry is missing before '{sign}'": "“{sign}”前缺少一项",
    "an entry is missing after '{sign}'": "“{sign}”后缺少一项",
    "more than {most} operations build on one another": "层层相叠的运算超过 {most} 个",
    "more than {most} brackets, signs or powers stand inside one another": "括号、正负号或乘方的嵌套超过 {most} 层",
    "the name of a field belongs after the point": "点号后应是字段名",
    "{function} takes one value, not {count}": "{function} 只取一个值，这里有 {count} 个",
    "something is missing after '{last}'": "“{last}”后缺少内容",
    "something is missing before ')'": "“)”前缺少内容",
    "a sign is missing before '{word}'": "“{word}”前缺少运算符",
    "square brackets only enclose a whole shape; round ones group": "方括号只用来括住整个形状；分组用圆括号",
    "'{sign}' cannot stand first": "“{sign}”不能放在开头",
    "'{sign}' cannot stand after '{last}'": "“{sign}”不能接在“{last}”之后",
    "the brackets are empty": "括号里是空的",
    "this ')' closes no bracket": "这个“)”没有对应的左括号",
    "a comma stands only between the values of a function or of a shape": "逗号只用来分开函数的各个值或形状的各个尺寸",
    "a product without a sign after '{sign}' can be read in two ways; write its '*' or its brackets": (
        "“{sign}”之后省略乘号的乘积有两种读法；请写出“*”或加括号"
    ),
    # values
    "the value has more than {most} digits": "结果超过 {most} 位",
    "the value is infinite or not a number": "结果是无穷大，或者不是数",
    "the value is too large for a floating-point number": "结果太大，浮点数容纳不下",
    "something is divided by zero": "除数为零",
    "0 to a negative power divides by zero": "0 的负数次幂等于除以零",
    "a negative number to a fractional power has no real value": "负数的分数次幂没有实数值",
    "the square root of a negative number is not real": "负数的平方根不是实数",
    "only a positive number has a logarithm": "只有正数才有对数",
    "the text '{text}' stands where a number is needed": "这里需要数，写的却是文本“{text}”",
    "a record stands where a number is needed; name one of its fields": "这里需要数，写的却是记录；请指明它的一个字段",
    "a list stands where a number is needed": "这里需要数，写的却是列表",
    "an expression stands where a number is needed": "这里需要数，写的却是表达式",
    "lists of {fewer} and {more} entries cannot be combined entry by entry": "{fewer} 项与 {more} 项的列表不能逐项运算",
    "a list has more than {most} entries": "列表超过 {most} 项",
    "an empty list has no minimum": "空列表没有最小值",
    "an empty list has no maximum": "空列表没有最大值",
    "there is no field '{name}'; the fields are {names}": "没有字段“{name}”；字段有 {names}",
    "only a record has fields; '.{name}' follows something else": "只有记录才有字段；“.{name}”前面不是记录",
    "a list cannot be compared with that; compare its min(...), max(...) or sum(...)": (
        "列表不能这样比较；请比较它的 min(...)、max(...) 或 sum(...)"
    ),
    "'{sign}' compares numbers; use == or != for a text": "“{sign}”只比较数；文本请用 == 或 !=",
    "'{word}' joins conditions such as a < b, not numbers or texts": "“{word}”连接的是 a < b 这样的条件，不是数或文本",
    # a mistake of ours
    "this could not be evaluated, for a mistake in dlquiz ({place}); please report it with question and answer": (
        "无法求值，这是 dlquiz 的错误（{place}）；请连同题目和答案一起报告"
    ),
    # the kinds of answer
    "this has no value: {why}": "算不出值：{why}",
    "a number is asked for, and '{name}' is none": "这里要填一个数，而“{name}”不是数",
    "a number is asked for, and this is {value}": "这里要填一个数，而这是 {value}",
    "this number is too large; no answer reaches 10^300": "这个数太大；答案都小于 10^300",
    "a formula is asked for, and '{sign}' belongs to none": "这里要填一个公式，而“{sign}”不属于公式",
    "a formula may have at most {most} exponentials, logarithms and powers that are not whole": (
        "一个公式最多含 {most} 个指数、对数和非整数次幂"
    ),
    "the sizes of a shape stand apart: write 64, 56, 56": "形状的各个尺寸要分开写：64, 56, 56",
    "a shape is made of numbers, and '{name}' is none": "形状由数组成，而“{name}”不是数",
    "a size is a whole number, and {size} is not": "尺寸是整数，而 {size} 不是",
    "name the claims that hold, such as 1 3; at least one does": "请填成立的编号，例如 1 3；至少有一条成立",
    "'{word}' names no option; they are numbered 1 to {count}": "“{word}”不是选项的编号；编号为 1 到 {count}",
    "name one option by its number, such as 2": "请填一个选项的编号，例如 2",
    "grade yourself from 1 (again) to 4 (easy)": "请给自己评分：1（重来）到 4（容易）",
    "only one option is asked for": "只能选一个选项",
    "{number} stands there twice": "{number} 出现了两次",
    "still to be put in their places: {numbers}": "还没有排：{numbers}",
    "'{word}' names no claim; they are numbered 1 to {count}": "“{word}”不是陈述的编号；编号为 1 到 {count}",
    # what is built
    "a layer is missing here; the layers are {names}": "这里缺少一层；可用的层有 {names}",
    "'{word}' is not a layer here; the layers are {names}{nearest}": "“{word}”不是这里的层；层有 {names}{nearest}",
    "{layer} may not be used here; the layers are {names}": "这里不能用 {layer}；可用的层有 {names}",
    "a comma separates layers, and none stands here": "各层用逗号分开，而这里没有逗号",
    "there are more than {most} layers": "层数超过 {most}",
    "a comma separates arguments, and none stands here": "各个参数用逗号分开，而这里没有逗号",
    "an argument without a name stands after one with a name": "不带名称的参数写在了带名称的参数后面",
    "{layer} takes no arguments": "{layer} 没有参数",
    "{layer} takes at most {most} arguments without names": "{layer} 最多有 {most} 个不带名称的参数",
    "{layer} takes no argument '{word}'; its arguments are {names}{nearest}": (
        "{layer} 没有参数“{word}”；它的参数有 {names}{nearest}"
    ),
    "{name} is given twice": "{name} 写了两次",
    "{name} is missing in {layer}": "{layer} 缺少 {name}",
    "a value is missing here": "这里缺少一个值",
    "{name} is a whole number from {low} to {high}": "{name} 是 {low} 到 {high} 的整数",
    "{name} is a whole number from {low} to {high}, or two such as (3, 5)": (
        "{name} 是 {low} 到 {high} 的整数，或者两个，例如 (3, 5)"
    ),
    "{name} is a whole number from {low} to {high}, or up to three such as (8, 7, 7)": (
        "{name} 是 {low} 到 {high} 的整数，或者至多三个，例如 (8, 7, 7)"
    ),
    "{name} is a number from {low} to {high}": "{name} 是 {low} 到 {high} 的数",
    "{name} is true or false": "{name} 是 true 或 false",
    "the number has to be at least {bound}": "这个数须至少为 {bound}",
    "the number has to be at most {bound}": "这个数须至多为 {bound}",
    "the number has to be above {bound}": "这个数须大于 {bound}",
    "the number has to be below {bound}": "这个数须小于 {bound}",
    "write the mask row by row, such as 10/01": "请逐行写出掩码，例如 10/01",
    "row {row} has {count} cells, and {wanted} are asked for": "第 {row} 行有 {count} 个格，应有 {wanted} 个",
    "a mask of {wanted} rows is asked for, and this one has {count}": "掩码应有 {wanted} 行，这里是 {count} 行",
    "a mask is made of 0 and 1, and '{sign}' is neither": "掩码由 0 和 1 组成，而“{sign}”不是",
}
