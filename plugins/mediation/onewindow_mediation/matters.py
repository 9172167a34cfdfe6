"""What the category of a matter decides: whether it may be mediated, within which period, and which ways stay open."""

from onewindow.office import Context, Refusal

# 法律只准专门机关处理, or where mediation would do harm: straight to who is responsible.
BARRED = frozenset({"0104", "0703", "1303", "1304", "1305", "2001", "2002"})
LABOUR = frozenset({"0601", "0602", "0603"})
MEDICAL = frozenset({"1001"})
LAND = frozenset({"0301"})
# What people fight over may be a case of public order too (治安管理处罚法 第九条).
PUBLIC_ORDER = frozenset({"1301", "1302"})
# Marriage, adoption and descent: what is agreed about them no court confirms, and it is signed on paper.
IDENTITY = frozenset({"0101"})

GROUNDS = {
    "barred": "法律规定只能由专门机关处理，或者不得调解",
    "in_court": "人民法院已经受理，且没有委派、委托调解",
    "decided": "已经生效裁判、仲裁裁决处理",
    "elsewhere": "其他机关正在依法处理，当事人要求继续由其处理",
}
COURT_KINDS = {"before": "诉前委派", "ordinary": "立案后委托（普通程序）", "summary": "立案后委托（简易程序）"}
COURT_CLOCKS = {"before": "court_by", "ordinary": "court_ordinary_by", "summary": "court_summary_by"}


def barred(ctx: Context) -> Refusal | None:
    """Why this matter may not be mediated at all, if so."""
    if ctx.case.category in BARRED:
        return Refusal(
            "这类事项不得调解",
            remedy="办理“不能调解，告知去向”，并即转有权机关",
            rule="人民调解工作若干规定 第二十二条",
        )
    return None


def period(category: str, court_kind: str) -> str:
    """The clock that the mediation runs under."""
    if court_kind:
        return COURT_CLOCKS[court_kind]
    if category in LABOUR:
        return "labour_by"
    return "medical_by" if category in MEDICAL else "mediate_by"


def other_ways(category: str) -> list[str]:
    """The ways that stay open (人民调解法 第二十六条), as the notice words them."""
    ways = []
    if category in LABOUR:
        ways += ["labour_arbitration", "labour_inspection"]
    elif category in LAND:
        ways += ["land_arbitration"]
    elif category in MEDICAL:
        ways += ["health_authority"]
    elif category in PUBLIC_ORDER or category in BARRED:
        ways += ["police"]
    else:
        ways += ["arbitration_agreed", "administrative"]
    return [*ways, "court"]
