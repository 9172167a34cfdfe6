"""The demo's matters, in words of their own: each brought as somebody would bring it and moved on as far as it goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from onewindow.registry.intake import Channel
from onewindow.setup.demo_story import Steps, Story, nothing

PHONE = "0530-0000120"
HOURS = "工作日9:00-17:00"
REVIEW = {
    "organ": "示范区人民政府（信访局代收）",
    "address": "示范区政和路1号",
    "phone": "0530-0000110",
    "hours": HOURS,
}


@dataclass(frozen=True)
class Matter:
    """A matter as it is brought, and what happened to it since."""

    township: str
    text: str
    request: str
    category: str
    party: Mapping[str, Any]
    channel: Channel = Channel.VISIT
    by: str = "registrar"
    place: str = ""
    days_ago: int = 0
    steps: Steps = nothing
    more: Mapping[str, Any] = field(default_factory=dict)


def _person(name: str, tail: str, address: str = "", id_number: str = "") -> dict[str, str]:
    # 120… is no number range of any operator.
    return {"name": name, "phone": f"1200000{tail}", "address": address, "id_number": id_number}


# Steps -----------------------------------------------------------------------------------------------------------


async def accepted(story: Story) -> None:
    await story.sign("handler")
    asked = "重新测量占地面积并公布补偿计算过程"
    await story.act("handler", "accept", requests=[asked], no_other_way=True, phone=PHONE)
    await story.serve("handler", "acceptance_notice")


async def replied(story: Story) -> None:
    await story.sign("handler")
    asked = ["修复施工压坏的入户路", "夜间十点以后停止施工"]
    await story.act("handler", "accept", requests=asked, no_other_way=True, phone=PHONE)
    await story.serve("handler", "acceptance_notice")
    points = [
        {
            "request": asked[0],
            "opinion": "support",
            "reason": "现场核查入户路破损约四十米，系运料车辆碾压所致，由施工单位负责修复",
            "law": "中华人民共和国民法典",
            "article": "第一千一百六十五条",
        },
        {
            "request": asked[1],
            "opinion": "support",
            "reason": "该处为居住区，夜间连续施工未取得证明，已责令调整作业时间",
            "law": "中华人民共和国噪声污染防治法",
            "article": "第四十三条",
        },
    ]
    tasks = [{"unit": "清渠镇村镇建设和物业管理办公室", "task": "督促施工单位修复入户路"}]
    await story.act(
        "handler",
        "draft",
        findings="经两次到现场查看并询问施工单位，运料车辆绕行村内道路，压坏入户路约四十米；夜间确有连续浇筑",
        evidence=["现场照片6张", "施工日志复印件"],
        points=points,
        tasks=tasks,
        review_place=REVIEW,
    )
    await story.act("handler", "submit")
    await story.act("mayor", "approve", legal_note="事实清楚，依据现行有效，已告知复查途径，同意签发")
    await story.serve("handler", "reply")


async def drafted(story: Story) -> None:
    await story.sign("handler")
    asked = "公布近三年集体土地租金的收支"
    await story.act("handler", "accept", requests=[asked], no_other_way=True, phone=PHONE)
    await story.serve("handler", "acceptance_notice")
    point = {
        "request": asked,
        "opinion": "support",
        "reason": "村务公开栏缺少两个年度的租金明细，应当补充公布",
        "law": "中华人民共和国村民委员会组织法",
        "article": "第三十条",
    }
    await story.act(
        "handler",
        "draft",
        findings="核对村集体账目，2024年、2025年租金明细未按季公布",
        points=[point],
        review_place=REVIEW,
    )
    await story.act("handler", "submit")


async def refused(story: Story) -> None:
    await story.sign("head")
    place = {"organ": "示范区住房公积金管理部", "address": "示范区政和路18号二楼", "phone": "0530-0000123"}
    await story.act(
        "head",
        "refuse",
        ground="not_ours",
        reason="住房公积金的提取由公积金管理机构决定，不属于镇政府职权",
        hours=HOURS,
        **place,
    )
    await story.serve("head", "refusal_notice")


async def objected(story: Story) -> None:
    await story.sign("head")
    await story.act(
        "head",
        "objection",
        reason="反映的路段为区管河道堤顶路，养护责任不在本镇",
        duty="区水利局权责清单第37项：区管河道堤顶道路养护",
    )


async def extended(story: Story) -> None:
    await story.sign("handler")
    await story.act("handler", "accept", requests=["处理外墙渗水并修复室内霉斑"], no_other_way=True, phone=PHONE)
    await story.serve("handler", "acceptance_notice")
    await story.act("mayor", "extend", days=30, reason="渗水原因需等雨后复测，鉴定报告预计一个月后出具")
    await story.serve("handler", "extension_notice")


async def answered_suggestion(story: Story) -> None:
    await story.sign("handler")
    await story.act("handler", "take_up", phone=PHONE)
    await story.act(
        "head",
        "reply",
        result="adopted",
        study="与交通和学校核对，放学时段该路口车流集中，现有一名志愿者不足",
        opinion="自下月起放学时段增派两名志愿者，并向区里申请增设让行标志",
    )
    await story.serve("handler", "suggestion_reply")


async def handed_over(story: Story) -> None:
    await story.sign("sealed")
    place = {"organ": "示范区纪委监委信访室", "address": "示范区政和路3号", "phone": "0530-0000119"}
    await story.act("sealed", "hand_over", independent=True, papers=["来信原件"], **place)


async def paper_answered(story: Story) -> None:
    await story.letter("registrar")
    await story.receipt("registrar", "市场监管所收发室")
    await story.answer("registrar", "已组织双方核对票据，商家同意退还余额四百六十元，三日内退到付款账户")


async def paper_signed(story: Story) -> None:
    await story.letter("deputy")
    await story.receipt("deputy", "公共安全管理办公室")


async def paper_sent(story: Story) -> None:
    await story.letter("registrar")


# Matters ---------------------------------------------------------------------------------------------------------

FIRST: tuple[Matter, ...] = (
    Matter(
        "1",
        "镇东老桥两头没有照明，晚上学生骑车回来看不清路，上周有人摔倒。",
        "装几盏路灯",
        "9900",
        _person("卞采薇", "0101", "清渠镇柳桥村"),
        Channel.WEB,
        by="",
        place="清渠镇镇东老桥",
    ),
    Matter(
        "1",
        "我去年交的危房改造申请一直没有答复，问了三次都说在研究。",
        "明确答复是否批准，不批准的说明理由",
        "1801",
        _person("郜秋实", "0102", "清渠镇石坝村", "37170019590315201X"),
        Channel.WEB,
        by="",
        days_ago=2,
    ),
    Matter(
        "1",
        "楼上卫生间漏水，我家厨房顶全湿了，物业说要等维修资金。",
        "尽快查明漏点并维修",
        "0902",
        _person("逄乐怡", "0103", "清渠镇集前街"),
        place="清渠镇集前街安居小区2号楼",
    ),
    Matter(
        "1",
        "修环镇路占了我家菜地，测量的时候我不在场，补偿表上的面积少了一块。",
        "重新测量占地面积并公布补偿计算过程",
        "0401",
        _person("宿东来", "0104", "清渠镇石坝村", "371700196208070025"),
        place="清渠镇石坝村西环路段",
        days_ago=13,
        steps=accepted,
    ),
    Matter(
        "1",
        "污水管网施工的车天天从村里走，把我们几户门口的路都压坏了，半夜还在打混凝土。",
        "修复施工压坏的入户路；夜间十点以后停止施工",
        "0403",
        _person("终南星", "0105", "清渠镇柳桥村"),
        place="清渠镇柳桥村",
        days_ago=6,
        steps=replied,
    ),
    Matter(
        "1",
        "单位停产以后我想提取公积金还房贷，公积金那边让我补材料，我觉得应该由镇里给办。",
        "由镇政府办理公积金提取",
        "1801",
        _person("亓官月", "0106", "清渠镇集前街"),
        days_ago=3,
        steps=refused,
    ),
    Matter(
        "1",
        "河堤上的路坑坑洼洼，三轮车翻过一次，找村里村里说归镇上。",
        "把堤顶路修平",
        "1801",
        _person("费思源", "0107", "清渠镇石坝村"),
        Channel.CALL,
        place="清渠镇石坝村段河堤",
        days_ago=1,
        steps=objected,
    ),
    Matter(
        "1",
        "在集上的健身房办了年卡，才去两个月就关门了，老板电话能打通但是不退钱。",
        "退还余额",
        "0802",
        _person("敖知远", "0108"),
        place="清渠镇集前街",
        steps=paper_answered,
    ),
    Matter(
        "1",
        "小学放学的时候路口车多，家长和电动车挤在一起，希望有人疏导。",
        "放学时段增加疏导人员",
        "1802",
        _person("明若兰", "0109", "清渠镇集前街"),
        Channel.WEB,
        by="",
        place="清渠镇中心小学门口",
        days_ago=4,
        steps=answered_suggestion,
    ),
    Matter(
        "1",
        "反映村里一名工作人员在发放补助时要求领取人另交手续费，有两张收条。",
        "依法查处",
        "1803",
        {"anonymous": True},
        Channel.LETTER,
        by="",
        days_ago=1,
        steps=handed_over,
    ),
    Matter(
        "1",
        "二单元楼道里停满电动车，还有人从窗户拉线充电，消防通道走不过去。",
        "清理楼道，设置充电的地方",
        "1404",
        {"anonymous": True},
        Channel.ROOM,
        by="room1",
        place="清渠镇柳桥村回迁楼二单元",
        steps=paper_signed,
    ),
    Matter(
        "1",
        "村里把机动地租给合作社，租金用在哪里三年没有公布过。",
        "公布近三年集体土地租金的收支",
        "0304",
        _person("郁青禾", "0110", "清渠镇石坝村"),
        days_ago=20,
        steps=drafted,
    ),
    Matter(
        "2",
        "工地完工两个月了，还有八个人的工钱没有结，一共三万多，包工头说等甲方付款。",
        "尽快拿到工钱",
        "0601",
        _person("蔺平安", "0201", "外地，暂住望堤街道北闸居"),
        place="望堤街道书院里改造工地",
        steps=paper_sent,
    ),
    Matter(
        "2",
        "交房半年，西墙一下雨就渗水，开发公司来刷过一次防水没有用。",
        "处理外墙渗水并修复室内霉斑",
        "0905",
        _person("仰观澜", "0202", "望堤街道槐荫居", "371700197411250042"),
        place="望堤街道槐荫居桂园5号楼",
        days_ago=9,
        steps=extended,
    ),
    Matter(
        "2",
        "想问一下对处罚决定不服，是先复议还是直接起诉，去哪里递材料。",
        "告知途径",
        "1805",
        {"anonymous": True, "phone": "12000000203"},
        Channel.CALL,
    ),
)
