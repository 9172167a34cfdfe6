"""The units of a demo township and its duty list, and the district's own people."""

from dataclasses import dataclass

from onewindow.office.types import OfficeId
from onewindow.organisation.roles import Role
from onewindow.organisation.rows import UnitKind

PETITION, MEDIATION = OfficeId("petition"), OfficeId("mediation")


@dataclass(frozen=True, slots=True)
class DemoUnit:
    """A unit of a demo township; `{short}` stands for the township's short name."""

    key: str
    kind: UnitKind
    name: str
    parent: str
    organ: str = "{organ}"
    office: OfficeId | None = None


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the staff, their post, and their login if they have an account."""

    name: str
    unit: str
    role: Role
    login: str = ""


_K = UnitKind
UNITS: tuple[DemoUnit, ...] = (
    DemoUnit("government", _K.TOWNSHIP, "{organ}", ""),
    DemoUnit("centre", _K.CENTRE, "{short}综治中心", "government"),
    DemoUnit("petition", _K.OFFICE, "{short}信访办", "centre", office=PETITION),
    DemoUnit("mediation", _K.OFFICE, "{short}调解室", "centre", office=MEDIATION),
    DemoUnit("affairs", _K.OFFICE, "{short}党政办公室", "government"),
    DemoUnit("safety", _K.OFFICE, "{short}公共安全管理办公室", "government"),
    DemoUnit("economy", _K.OFFICE, "{short}农业农村和经济管理站", "government"),
    DemoUnit("building", _K.OFFICE, "{short}村镇建设和物业管理办公室", "government"),
    DemoUnit("enforcement", _K.OFFICE, "{short}综合行政执法队", "government"),
    DemoUnit("welfare", _K.OFFICE, "{short}民政和社会救助办公室", "government"),
    DemoUnit("health", _K.OFFICE, "{short}卫生健康办公室", "government"),
    DemoUnit("water", _K.OFFICE, "{short}水利站", "government"),
    DemoUnit("forestry", _K.OFFICE, "{short}林业站", "government"),
    DemoUnit("police", _K.BUREAU, "{short}派出所", "centre", "{district}公安局"),
    DemoUnit("traffic", _K.BUREAU, "{short}交警中队", "centre", "{district}公安局交通警察大队"),
    DemoUnit("justice", _K.BUREAU, "{short}司法所", "centre", "{district}司法局"),
    DemoUnit("market", _K.BUREAU, "{short}市场监督管理所", "centre", "{district}市场监督管理局"),
    DemoUnit("land", _K.BUREAU, "{short}自然资源所", "centre", "{district}自然资源局"),
    DemoUnit("labour", _K.BUREAU, "{short}人力资源和社会保障所", "centre", "{district}人力资源和社会保障局"),
    DemoUnit("environment", _K.BUREAU, "{short}生态环境所", "centre", "{district}生态环境分局"),
)

# The duty list: who answers a category where no office of the system does. 1801-1803 are petition's; 9900 is nobody's,
# so that the window's own queue has something in it.
DUTIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "justice",
        ("0101", "0102", "0103", "0201", "0202", "0701", "0702", "1701", "1702", "1703", "1704", "1705", "1805"),
    ),
    ("police", ("0104", "0203", "0204", "0703", "1301", "1302", "1303", "1304", "1305", "1405", "1407")),
    ("economy", ("0301", "0304", "1502")),
    ("land", ("0302", "0303", "0401", "0402")),
    ("building", ("0403", "0901", "0902", "0903", "0905")),
    ("forestry", ("0501", "0502")),
    ("water", ("0503",)),
    ("labour", ("0601", "0602", "0603")),
    ("market", ("0801", "0802", "0803", "1501", "1503")),
    ("enforcement", ("0904",)),
    ("health", ("1001", "1002")),
    ("traffic", ("1101", "1102")),
    ("environment", ("1201", "1202", "1203", "1204")),
    ("safety", ("1401", "1402", "1403", "1404", "1406", "1901", "1902")),
    ("welfare", ("1601", "1602", "1603")),
    ("affairs", ("1804",)),
)

# The district's own: its petition office takes what concerns the leaders of a township, and what is asked of it.
DISTRICT_UNIT = DemoUnit("petition", _K.OFFICE, "{district}信访局", "district", "{district}人民政府", PETITION)
DISTRICT_PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("谈文治", "district", Role.DISTRICT_ADMIN, "district"),
    DemoPerson("古若谷", "district", Role.DESIGNATED, "sealed0"),
    DemoPerson("向学勤", "petition", Role.HEAD, "head0"),
    DemoPerson("栗小禾", "petition", Role.HANDLER, "handler0"),
)
