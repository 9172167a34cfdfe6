"""The catalogue of tracks and categories (domain.md 3.2 and 5): codes are stable, titles may be read aloud."""

from dataclasses import dataclass
from functools import cache

from onewindow.i18n import Message, _
from onewindow.office.types import Track

TRACKS: dict[Track, Message] = {
    Track.ENQUIRY: _("咨询即办"),
    Track.SERVICE: _("一般求助/服务"),
    Track.CLAIM: _("信访·申诉求决"),
    Track.SUGGESTION: _("信访·建议意见"),
    Track.ACCUSATION: _("信访·检举控告"),
    Track.MEDIATION: _("人民调解"),
    Track.ADMINISTRATIVE: _("行政调解/权属处理"),
    Track.POLICE: _("警务"),
    Track.COURT: _("法庭/司法确认引导"),
    Track.JUSTICE: _("司法所服务"),
    Track.HAZARD: _("安全隐患"),
    Track.EMERGENCY: _("突发/预警"),
    Track.UNLAWFUL_ACT: _("具体违法行为报案与受害人帮助"),
}
SEALED_TRACKS = frozenset({Track.ACCUSATION, Track.UNLAWFUL_ACT})


@dataclass(frozen=True, slots=True)
class Category:
    """A second-level category; `sealed` hides every case of it, `immediate` allows no waiting."""

    code: str
    title: Message
    group: Message
    track: Track
    sealed: bool = False
    immediate: bool = False


_S, _C, _F, _G, _P, _J, _K, _L = (
    Track.SERVICE,
    Track.CLAIM,
    Track.MEDIATION,
    Track.ADMINISTRATIVE,
    Track.POLICE,
    Track.JUSTICE,
    Track.HAZARD,
    Track.EMERGENCY,
)
SEALED_CATEGORIES = frozenset({"0104", "1305", "1703", "1704", "2001", "2002"})
IMMEDIATE_CATEGORIES = frozenset({"0104", "1301", "1302", "1303", "1304", "1305", "1405", "1901", "1902", "2001"})

_GROUPS: tuple[tuple[str, Message, tuple[tuple[str, Message, Track], ...]], ...] = (
    (
        "01",
        _("婚姻家庭"),
        (
            ("01", _("离婚/同居"), _F),
            ("02", _("赡养抚养"), _F),
            ("03", _("继承分家"), _F),
            ("04", _("家庭暴力"), _P),
        ),
    ),
    (
        "02",
        _("邻里"),
        (
            ("01", _("相邻通行排水采光"), _F),
            ("02", _("界址院墙"), _F),
            ("03", _("噪声"), _S),
            ("04", _("养犬"), _S),
        ),
    ),
    (
        "03",
        _("农村土地"),
        (
            ("01", _("承包流转"), _F),
            ("02", _("宅基地建房"), _G),
            ("03", _("权属争议"), _G),
            ("04", _("村务财务、集体收益"), _C),
        ),
    ),
    (
        "04",
        _("征地拆迁"),
        (("01", _("补偿标准"), _C), ("02", _("安置未落实"), _C), ("03", _("强拆、施工扰损"), _C)),
    ),
    (
        "05",
        _("山林水利"),
        (("01", _("林地林木"), _G), ("02", _("草场滩涂"), _G), ("03", _("用水排涝水事"), _S)),
    ),
    ("06", _("劳资"), (("01", _("农民工欠薪"), _S), ("02", _("劳动合同、社保"), _S), ("03", _("工伤"), _S))),
    (
        "07",
        _("债务合同"),
        (("01", _("民间借贷"), _F), ("02", _("买卖/租赁/承揽/农资"), _F), ("03", _("非法集资线索"), _P)),
    ),
    ("08", _("消费"), (("01", _("商品服务"), _S), ("02", _("预付卡"), _S), ("03", _("电商旅游"), _S))),
    (
        "09",
        _("物业住房"),
        (
            ("01", _("收费服务"), _S),
            ("02", _("维修资金/漏水"), _S),
            ("03", _("业委会"), _S),
            ("04", _("违建"), _S),
            ("05", _("房屋质量/延期交付"), _C),
        ),
    ),
    ("10", _("医疗卫生"), (("01", _("医患"), _F), ("02", _("公共卫生"), _S))),
    ("11", _("交通事故"), (("01", _("交通损害赔偿"), _F), ("02", _("道路隐患"), _K))),
    (
        "12",
        _("环境"),
        (("01", _("大气异味"), _S), ("02", _("水体"), _S), ("03", _("养殖"), _S), ("04", _("固废"), _S)),
    ),
    (
        "13",
        _("损害赔偿与治安"),
        (
            ("01", _("打架伤害"), _P),
            ("02", _("财物损毁"), _P),
            ("03", _("诈骗电诈"), _P),
            ("04", _("盗抢"), _P),
            ("05", _("校园欺凌/涉未成年"), _P),
        ),
    ),
    (
        "14",
        _("安全生产与消防"),
        (
            ("01", _("企业隐患"), _K),
            ("02", _("人员密集场所"), _K),
            ("03", _("三合一/自建房"), _K),
            ("04", _("堵塞消防通道/飞线充电"), _K),
            ("05", _("烟花爆竹非法产储销运"), _K),
            ("06", _("燃气/危化/特种设备"), _K),
            ("07", _("大型活动"), _K),
        ),
    ),
    ("15", _("食药农产品"), (("01", _("食品"), _S), ("02", _("农产品农资"), _S), ("03", _("药械"), _S))),
    ("16", _("民生救助"), (("01", _("低保临时救助"), _S), ("02", _("残疾养老"), _S), ("03", _("流浪走失"), _S))),
    (
        "17",
        _("法律服务"),
        (
            ("01", _("法律援助"), _J),
            ("02", _("咨询公证"), _J),
            ("03", _("社矫服务"), _J),
            ("04", _("安帮服务"), _J),
            ("05", _("普法"), _J),
        ),
    ),
    (
        "18",
        _("行政与作风"),
        (
            ("01", _("不作为"), _C),
            ("02", _("政策咨询建议"), Track.SUGGESTION),
            ("03", _("党员干部问题"), Track.ACCUSATION),
            ("04", _("信息公开"), _S),
            ("05", _("复议引导"), Track.ENQUIRY),
        ),
    ),
    ("19", _("自然灾害突发"), (("01", _("汛情地灾火情"), _L), ("02", _("公共卫生事件"), _L))),
    (
        "20",
        _("违法活动报案"),
        (("01", _("具体违法行为"), Track.UNLAWFUL_ACT), ("02", _("受害人求助"), Track.UNLAWFUL_ACT)),
    ),
    ("99", _("其他"), (("00", _("其他"), _S),)),
)


@cache
def categories() -> dict[str, Category]:
    """All second-level categories, by code."""
    found = {}
    for group, group_title, leaves in _GROUPS:
        for leaf, title, track in leaves:
            code = group + leaf
            found[code] = Category(
                code, title, group_title, track, code in SEALED_CATEGORIES, code in IMMEDIATE_CATEGORIES
            )
    return found


def sealed(track: str, category: str) -> bool:
    """Whether a matter of this track and category is a sealed one (密件)."""
    return track in SEALED_TRACKS or category in SEALED_CATEGORIES


def shown_title(code: str, *, insider: bool) -> Message:
    """The title of a category as this reader may see it: services after corrections read as legal service."""
    known = categories().get(code)
    if known is None:
        return _("其他")
    if code in {"1703", "1704"} and not insider:
        return _("法律服务")
    return known.title
