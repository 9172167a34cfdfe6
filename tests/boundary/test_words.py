"""Each notion of the register is found in every convention of writing, and ordinary words pass."""

import pytest

from onewindow.boundary.register import REGISTER, Kind
from onewindow.boundary.words import find
from onewindow.organisation.roles import TITLES, Role
from onewindow.registry.catalogue import TRACKS, categories

SEEDS = {
    "belief": ["宗教信仰", "religion", "religious_belief", "religiousBelief", "ReligiousBelief", "RELIGION",
               "faith",
               "zong_jiao", "zongjiaoxinyang", "zōngjiào", "宗 教", "宗·教", "宗​教", "邪教人员", "信众名册",
               "cult_member",
               "falun_gong"],
    "opinion": ["政治面貌", "政治倾向", "思想动态", "politicalAffiliation", "political_view", "zhengzhimianmao",
                "ideology",
                "民主党派"],
    "ethnicity": ["民族", "少数民族", "族别", "ethnicity", "ethnic_group", "race", "nationality", "minZu",
                  "维吾尔族", "汉族"],
    "watched-persons": ["重点人员", "重点人口", "特殊人群", "不放心人员", "黑名单", "blacklist", "keyPersonnel",
                        "key_people",
                        "special_population", "person_of_interest", "zhongdianren", "吸毒人员", "关注对象",
                        "重點人員"],
    "person-score": ["风险等级", "風險等級", "人员风险评估", "当事人信用等级", "riskScore", "RISK_LEVEL",
                     "risk-rating",
                     "personriskscore", "画像", "信用积分", "creditScore", "fengxiandengji", "人员分级",
                     "危险性评估"],
    "petition-history": ["上访次数", "信访次数", "越级上访", "非正常上访", "进京访", "缠访", "上访史",
                         "petition_count",
                         "petitionHistory", "past_petitions", "shangfang_cishu", "repeat_petitioner", "信访量"],
    "control": ["稳控", "劝返", "盯守", "教育转化", "包靠", "接返", "人员定位", "活动轨迹", "interception",
                "minder",
                "location_tracking", "locationTracking", "whereabouts", "wenkong", "reeducation"],
    "register-of-persons": ["人员名册", "信访人台账", "实有人口", "流动人口", "一人一档", "居民信息库",
                            "矫正对象名册",
                            "petitioner_list", "personRegister", "population_database", "renkouku", "人口库"],
    "free-tags": ["标签", "tags", "caseTags", "label", "biaoqian", "custom_fields"],
    "against-complainants": ["无理诉求", "恶意举报", "职业举报人", "unreasonable_claim", "vexatious", "wuliquNao",
                             "缠诉"],
    "ranking": ["一票否决", "个人排名", "村居打分", "零报告", "leaderboard", "nil_return", "打卡"],
    "political-dates": ["敏感节点", "特护期", "sensitive_period", "minganshiqi"],
    "biometrics": ["人脸", "指纹", "faceRecognition", "fingerprint", "dna", "biometric_id", "renlian"],
}  # fmt: skip

ORDINARY = [
    # offices, roles, documents
    "信访办", "信访", "来访人", "信访人", "调解室", "派出所", "法庭", "司法所", "公共安全管理办", "防邪办",
    "维稳办", "群众诉求办事厅",
    "designated", "informant", "reviewer", "officer", "stability", "anticult", "petition", "Petition",
    "petitioner", "police",
    "接访事项催办单", "处理意见书", "不予受理告知书", "复查案卷移送清单", "隐患整改告知单", "人民调解协议书",
    "社会稳定风险评估",
    # risks of things
    "风险评估", "隐患风险等级", "项目风险等级", "消防安全风险分级", "site_risk_level", "hazardRiskLevel",
    "project_risk_score",
    "重大隐患", "人员密集场所", "人员密集场所风险等级", "重点工程", "重点任务", "重点部位", "重点监管对象单位",
    "特种作业人员",
    # places and names
    "民族团结路", "民族路小学", "民族大道", "民族中学", "街道教育", "通信教育", "渠道教学", "居民族谱", "祖宗教诲",
    "道教程",
    "民族宗教事务局", "回族乡", "家族企业", "水族馆",
    # everyday words that contain others
    "平稳控制", "发布控制", "在线人数", "热线人工", "一线人员", "非访问时间", "迎接返乡人员", "办理轨迹",
    "电话拦截", "耳目一新",
    "调解员名册", "值班人员名单", "工作人员名册", "特种作业人员名单", "受灾人员名单", "集体来访人数", "代表人数",
    "重复提出",
    "户口登记", "统一社会信用代码", "食品标签", "转基因食品", "人脸打码", "诈骗拦截", "回访", "接访", "走访时间",
    "上门走访",
    "status", "stage", "storage", "message", "voltage", "package", "usage", "trace", "brace", "terrace", "embrace",
    "section", "sector", "difficulty", "culture", "cultivated_land", "agriculture", "risk_assessment", "risk",
    "visit_county",
    "visit_date", "petition_no", "is_lamp_broken", "national_holiday", "county", "personal", "person", "reason",
    "ranking_of_units", "flag", "colour", "deadline", "registered_by", "satisfaction", "good_faith",
    "race_condition",
    "surveillance_camera", "file_fingerprint", "social_credit_code", "product_label", "drain",
    "满意度评价", "群众满意度评分", "单位评级", "信用代码", "办结率", "首次响应时间", "案卷目录", "移送公安机关",
    "安置帮教服务", "社区矫正服务", "未成年人保护", "残疾人救助", "精神卫生咨询", "戒毒康复转介", "居住证咨询",
    "证据", "指印",
]  # fmt: skip


def test_every_notion_of_the_register_has_seeds() -> None:
    assert {notion.rule for notion in REGISTER} == set(SEEDS)


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in SEEDS.items() for text in texts])
def test_a_seeded_word_is_found_with_its_rule(rule: str, text: str) -> None:
    assert rule in {hit.notion.rule for hit in find(text, Kind.FIELD)}


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_title_passes_everywhere(text: str) -> None:
    assert [(kind, hit.notion.rule, hit.word) for kind in Kind for hit in find(text, kind)] == []


@pytest.mark.parametrize("kind", list(Kind))
def test_the_whole_catalogue_and_all_roles_pass(kind: Kind) -> None:
    texts = [*TRACKS.values(), *TITLES.values(), *map(str, Role)]
    texts += [text for category in categories().values() for text in (category.title, category.group)]
    assert [text for text in texts if find(text, kind)] == []


def test_a_hint_may_say_what_is_not_asked_and_a_title_may_not() -> None:
    assert not find("只看行为,不问信仰,不登记宗教", Kind.PROSE)
    assert not find("Only the act: never the religion of a person", Kind.PROSE)
    assert find("不问信仰", Kind.FIELD)
    assert find("请询问其宗教信仰", Kind.PROSE)
    assert find("Ask for the religion of the person", Kind.PROSE)


def test_every_notion_says_why_and_by_which_law() -> None:
    assert all(notion.text and notion.why and notion.source for notion in REGISTER)
    assert len({notion.rule for notion in REGISTER}) == len(REGISTER)
