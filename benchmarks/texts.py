"""Texts of matters that differ as people's do: for searching among many, where one text for all would prove nothing."""

import random

# In every so many-th text.
COMMON, COMMON_EVERY = "噪音", 20
RARE, RARE_EVERY = "萤火", 2000

_PLACES = (
    "东村",
    "西关",
    "南河湾",
    "北坡",
    "老街口",
    "桥头",
    "柳林",
    "石塘",
    "新区一期",
    "火车站后",
    "粮库旁",
    "学校门前",
)
_THINGS = (
    "路面坑洼", "路灯不亮", "下水道堵塞", "垃圾没人清运", "自来水发黄", "占道经营", "违章搭建", "房屋漏水",
    "工钱没有结清", "承包地被占", "补偿没有到账", "物业乱收费",
    "电梯停运", "树枝压住电线", "河道漂着杂物", "公交改线不便", "油烟呛人",
    "车位被锁住", "菜市场污水横流", "井盖松动",
)  # fmt: skip
_SINCE = ("上个月起", "入冬以来", "两年多了", "从清明前后", "修路之后", "最近一周", "去年秋天开始", "每逢下雨")
_DONE = (
    "找过村里两次", "打过热线", "邻居们商量过", "写过一封信", "等了很久", "没有人来看过", "来人量过尺寸就没有下文",
)  # fmt: skip
_WISHES = (
    "请尽快派人来看", "请书面答复", "请按标准处理", "请告诉我们该找哪个单位", "请协调双方谈一次", "请查清原因",
)  # fmt: skip


def text(number: int) -> str:
    """The text of the matter with this serial number; the same each time."""
    pick = random.Random(number)
    sentences = [
        f"{pick.choice(_PLACES)}{pick.randrange(1, 200)}号附近{pick.choice(_THINGS)}，{pick.choice(_SINCE)}就这样，"
        f"{pick.choice(_DONE)}"
        for _ in range(pick.randrange(2, 7))
    ]
    if number % COMMON_EVERY == 0:
        sentences.insert(1, f"夜里{COMMON}很大，睡不着")
    if number % RARE_EVERY == 0:
        sentences.append(f"河边的{RARE}虫也少了")
    return "。".join([*sentences, pick.choice(_WISHES)]) + "。"
