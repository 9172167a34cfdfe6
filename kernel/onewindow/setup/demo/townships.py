"""The demo's three invented townships: their people, rooms and places."""

from collections.abc import Mapping
from dataclasses import dataclass

from onewindow.organisation.roles import Role
from onewindow.organisation.rows import TownshipKind
from onewindow.setup.demo.units import DemoPerson


@dataclass(frozen=True, slots=True)
class DemoRoom:
    """A village or neighbourhood with its room: the last three digits of its code, its name and its station."""

    code: str
    village: str
    station: str

    @property
    def name(self) -> str:
        return f"{self.village}工作室"


@dataclass(frozen=True, slots=True)
class DemoTownship:
    """An invented township; `spots` are places by kind, as matters name them."""

    digit: str
    token: str
    name: str
    organ: str
    kind: TownshipKind
    people: tuple[DemoPerson, ...]
    rooms: tuple[DemoRoom, ...]
    spots: Mapping[str, tuple[str, ...]]
    mediates: bool = True

    @property
    def suffix(self) -> str:
        return f"00{self.digit}"

    @property
    def stations(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(room.station for room in self.rooms))


_R = Role
# Each role of a township with its unit and its login, which the township's digit follows; rooms have one account.
POSTS: tuple[tuple[str, Role, str], ...] = (
    ("government", _R.ORGAN_HEAD, "mayor"),
    ("centre", _R.DIRECTOR, "director"),
    ("centre", _R.DEPUTY, "deputy"),
    ("centre", _R.REGISTRAR, "registrar"),
    ("centre", _R.SUPERVISOR, "supervisor"),
    ("centre", _R.DESIGNATED, "sealed"),
    ("petition", _R.HEAD, "head"),
    ("petition", _R.HANDLER, "handler"),
    ("petition", _R.HANDLER, "colleague"),
    ("mediation", _R.HEAD, "mhead"),
    ("mediation", _R.HANDLER, "clerk"),
    ("mediation", _R.MEDIATOR, "mediator"),
)


def _people(digit: str, names: str, rooms: str, *, mediates: bool = True) -> tuple[DemoPerson, ...]:
    """Who works in a township; where nobody mediates in the system, the mediator sits with the justice bureau."""
    found = []
    for name, (unit, role, login) in zip(names.split(), POSTS, strict=True):
        if unit == "mediation" and not mediates:
            if role is not _R.MEDIATOR:
                continue
            unit = "justice"
        found.append(DemoPerson(name, unit, role, f"{login}{digit}"))
    for number, name in enumerate(rooms.split(), 1):
        found.append(DemoPerson(name, f"room{number}", _R.INFORMANT, f"room{digit}" if number == 1 else ""))
    return tuple(found)


TOWNSHIPS: tuple[DemoTownship, ...] = (
    DemoTownship(
        "1", "qingqu", "清渠镇", "清渠镇人民政府", TownshipKind.TOWN,
        _people(
            "1", "陶敬安 季怀远 尹书航 柏雨晴 蓝志同 冉静之 贺明川 祁小满 岑亦舟 庄向晚 阮知夏 喻国安",
            "焦春来 左丽华 梅长青 池望舒",
        ),
        (
            DemoRoom("201", "柳桥村", "河东社区工作站"),
            DemoRoom("202", "石坝村", "河东社区工作站"),
            DemoRoom("203", "小塘村", "河东社区工作站"),
            DemoRoom("001", "集前街", "集镇社区工作站"),
        ),
        {
            "village": ("柳桥村", "石坝村", "小塘村"),
            "road": ("环镇西路", "柳桥村中心路", "河东堤顶路", "石坝村出村路"),
            "estate": ("安居小区", "渠畔花园", "回迁楼二期"),
            "street": ("集前街", "集后巷", "老粮站街"),
            "school": ("清渠镇中心小学", "清渠镇初级中学"),
            "site": ("环镇西路污水管网工地", "镇卫生院扩建工地"),
            "shop": ("集前街一家健身房", "老粮站街一家家电店", "集后巷一家快餐店"),
            "works": ("石坝村北的木材加工厂", "柳桥村东的塑料制品厂", "小塘村的养猪场"),
            "water": ("清渠支渠", "小塘村水塘", "石坝村段河堤"),
        },
    ),
    DemoTownship(
        "2", "wangdi", "望堤街道", "望堤街道办事处", TownshipKind.SUBDISTRICT,
        _people(
            "2", "安慕白 雷正庭 沐晓岚 计子文 苗立新 舒望舒 佟树声 伏念一 邰青岩 游若溪 庾景行 满仓平",
            "查雪梅 米向东 凌云志",
        ),
        (
            DemoRoom("001", "北闸居", "堤口社区工作站"),
            DemoRoom("002", "槐荫居", "堤口社区工作站"),
            DemoRoom("003", "书院里", "文昌社区工作站"),
        ),
        {
            "village": ("北闸居", "槐荫居"),
            "road": ("文昌路", "堤口北街", "槐荫路"),
            "estate": ("桂园小区", "文昌新苑", "堤口一号院", "书院里老院"),
            "street": ("书院里", "堤口南街", "文昌步行街"),
            "school": ("文昌小学", "望堤幼儿园"),
            "site": ("书院里改造工地", "文昌新苑三期工地"),
            "shop": ("文昌步行街一家美发店", "堤口南街一家培训班", "书院里一家装修门市"),
            "works": ("堤口北街的汽修厂", "槐荫路烧烤一条街", "北闸居的废品收购点"),
            "water": ("北闸河", "文昌路雨水管", "槐荫居排水沟"),
        },
    ),
    DemoTownship(
        "3", "lanling", "岚岭镇", "岚岭镇人民政府", TownshipKind.TOWN,
        _people(
            "3", "温知遥 项怀瑾 褚云帆 桑晚秋 廉守正 乌兰亭 詹明远 黎小舟 桂子衡 无 无 童伯安",
            "农秀山 车如意 宫晓月", mediates=False,
        ),
        (
            DemoRoom("201", "上岚村", "岚北社区工作站"),
            DemoRoom("202", "茶坪村", "岚北社区工作站"),
            DemoRoom("203", "岭脚村", "岭下社区工作站"),
        ),
        {
            "village": ("上岚村", "茶坪村", "岭脚村"),
            "road": ("上岚村盘山路", "茶坪村机耕路", "岭脚大桥引道"),
            "estate": ("岭脚移民新村", "岚岭镇职工院"),
            "street": ("岭下街", "茶市街"),
            "school": ("岚岭镇中心小学", "茶坪教学点"),
            "site": ("岭脚大桥加固工地", "茶坪村文化广场工地"),
            "shop": ("岭下街一家农资店", "茶市街一家手机店"),
            "works": ("上岚村的采石场", "岭脚村的养鸡场", "茶坪村的制茶作坊"),
            "water": ("上岚水库放水渠", "茶坪村蓄水池", "岭脚河"),
        },
        mediates=False,
    ),
)  # fmt: skip
