"""The register as data: each notion that this product does not hold, why, by which law, and the words it hides in.

Chinese patterns are regular expressions over the text without blanks; Latin ones are words as they follow each other
in an identifier or a sentence (`risk score` is also `risk_score`, `riskScore` and `RISKSCORE`; pinyin is written
together, `zongjiao`), and a star stands for any ending. What is allowed is cut out before anything is looked for.
"""

from dataclasses import dataclass
from enum import StrEnum

from onewindow.i18n import Message, _


class Kind(StrEnum):
    """What sort of place a word stands in."""

    FIELD = "field"
    CHOICE = "choice"
    STATE = "state"
    ACTION = "action"
    ROLE = "role"
    TITLE = "title"
    TABLE = "table"
    DOCUMENT = "document"
    PROSE = "prose"


HELD = frozenset({Kind.FIELD, Kind.TABLE})


@dataclass(frozen=True, slots=True)
class Notion:
    """Something that the product does not hold; `rule` is its stable name."""

    rule: str
    text: Message
    why: Message
    source: str
    zh: tuple[str, ...]
    latin: tuple[str, ...] = ()
    allow_zh: tuple[str, ...] = ()
    allow_latin: tuple[str, ...] = ()
    kinds: frozenset[Kind] = frozenset(Kind)


_SOMEBODY = "人员|个人|当事人|对象|信访人|来访人|上访人|申请人|投诉人|举报人|被反映人|本人|居民|村民|家庭|住户"
# Whose lists are no lists of the public.
_STAFF = (
    "调解|工作|值班|值守|执法|检查|应急|救援|抢险|志愿|保安|安全|安全管理|持证|作业|特种作业|巡防|备勤|联络|驻点|窗口"
    "|参会|出席|培训|接待|承办|经办|坐班|管理|登记|出警|施工|从业"
)
_MATTER = (
    "社会稳定|稳定|项目|工程|决策|隐患|场所|部位|点位|安全|安全生产|生产|消防|火灾|灾害|洪涝|汛情|燃气|建筑|房屋|企业|设备"
    "|设施|行业|区域|地区|作业|路段|事项|活动|食品|环境|粮食|水库|矿山|法律|廉政|资金"
)
_MATTER_LATIN = (
    "project|site|place|hazard|fire|flood|safety|building|house|enterprise|equipment|facility|industry|area|region"
    "|road|event|food|environment|environmental|disaster|gas|decision|stability|legal|work|operational"
)
_RISK = "风险(?:等级|评分|分值|分级|评级|级别|指数|系数|画像|值|分)"
_RISK_LATIN = "(?:score|scores|level|levels|rating|ratings|grade|grades|index|class)"

# A register is read as a table: one word on a line would hide what belongs together.
# fmt: off
REGISTER: tuple[Notion, ...] = (
    Notion(
        "belief",
        _("不登记宗教信仰，也不按信仰分类、检索、统计"),
        _("宗教信仰自由；信仰是敏感个人信息，本系统的任何职责都不需要它"),
        "宪法 第三十六条；个人信息保护法 第二十八条、第三十四条",
        zh=(
            "(?<!祖)宗教",
            "信仰",
            "邪教",
            "教派",
            "教徒(?!弟)",
            "(?<!通)信徒(?!步)",
            "信众",
            "(?<![通微])信教(?!育|学|师|室)",
            "基督",
            "天主教",
            "佛教",
            "(?<![街渠频通轨])道教(?!育|学|师|练|室|程)",
            "伊斯兰",
            "穆斯林",
            "教会(?![了过会他她我你们使用操])",
            "(?:做|去)礼拜",
            "祷告",
            "受洗",
            "法轮功",
            "皈依",
        ),
        latin=(
            "religio*", "belief*", "believer*", "faith*", "cult", "sect", "falun*", "worship*", "christian*",
            "muslim*",
            "buddhis*", "islam*", "catholic*", "taois*", "church*", "creed",
            "zongjiao*", "xinyang*", "xiejiao*", "jiaopai*", "xintu", "jiaotu", "falungong*",
        ),
        allow_zh=("民族宗教事务(?:局|委|科|办|部门)", "宗教事务(?:局|部门)", "民宗[局委]", "(?:商业|法律)信仰危机"),
        allow_latin=("(?:good|bad) faith",),
    ),
    Notion(
        "opinion",
        _("不登记政治面貌、观点、立场、思想动态"),
        _("办事不问立场；处理个人信息限于实现目的的最小范围"),
        "个人信息保护法 第六条、第三十四条",
        zh=(
            "政治(?:面貌|身份|倾向|立场|态度|观点|表现|信念)",
            "党派",
            "(?:是否|系)党员",
            "党员身份",
            "思想(?:动态|动向|倾向|状况|表现)",
            "意识形态",
            "言论(?:倾向|表现|记录)",
            "现实表现",
        ),
        latin=(
            "political affiliation", "political status", "political opinion*", "political view*", "political stance",
            "political outlook", "political leaning*", "political party", "political attitude*", "party membership",
            "ideolog*", "zhengzhimianmao*", "dangpai*", "sixiangdongtai*", "zhengzhiqingxiang*",
        ),
    ),
    Notion(
        "ethnicity",
        _("不登记民族、种族"),
        _("各民族一律平等；办事和文书都不需要民族一栏"),
        "宪法 第四条；个人信息保护法 第六条、第二十八条",
        zh=(
            "(?<![公居农市村渔牧移网股国])民族",
            "族别",
            "族裔",
            "种族",
            "[汉回藏满壮苗彝侗瑶白傣黎羌]族(?!自治|乡|群|谱)",
            "维吾尔",
            "(?<!思)维族",
            "蒙古?族",
            "朝鲜族",
            "哈萨克",
            "土家族",
        ),
        latin=(
            "ethnic*", "race", "racial*", "nationality", "uyghur*", "uighur*", "tibetan*", "minzu*", "zubie",
            "shaoshuminzu*", "zhongzu",
        ),
        allow_zh=(
            "民族(?:团结|复兴|解放|振兴|和睦)?(?:大道|路|街|巷|桥|村|社区|小区|广场|公园|新村|中路|东路|西路|南路|北路)",
            "民族(?:大学|学院|中学|小学|学校|医院|乡|镇|自治[州县区]|乐团|歌舞团|文化宫|商场)",
            "民族(?:宗教)?事务(?:局|委|科|办|部门|委员会)?",
            "(?:回|藏|满|壮|苗|彝|侗|瑶|白|傣|黎|羌|蒙古|朝鲜|土家|哈萨克)族(?:自治[州县旗区]|乡|中学|小学|街|路)",
            "维吾尔自治区",
        ),
        allow_latin=("race conditions?",),
    ),
    Notion(
        "watched-persons",
        _("没有重点人、特殊人群、关注对象一类的人员分类"),
        _("系统管事不管人：不按嫌疑、身份或者群体给人归类"),
        "个人信息保护法 第六条、第二十四条、第五十五条",
        zh=(
            "重点人(?!才|力|工|民|文|行)",
            "重点(?:关注|稳控|管控|帮教|监管|防控|防范|盯防|信访|上访)?(?:对象|群体|户|青少年)",
            "(?:特殊|特定|利益诉求|特定利益|敏感|问题|涉稳|涉访|涉军|涉法)(?:人员|人群|群体)",
            "(?:关注|管控|稳控|管制|帮控|监控|盯防|重控|布控|落地)(?:对象|人员)",
            "(?:不放心|危险|高危|可疑|异动|涉邪|涉毒|吸毒|不稳定|极端|偏激|前科)(?:人员|人群|分子|群体|对象)",
            "问题青少年",
            "前科",
            "肇事肇祸",
            "[黑灰]名单",
            "(?:上访|信访)(?:老户|重点户|专业户)",
            "访民",
        ),
        latin=(
            "key person*", "key people", "key population*", "key individual*", "focus person*", "focus people",
            "focus group member*", "special population*", "special group*", "special crowd*", "person of interest",
            "persons of interest", "people of interest", "blacklist*", "black list*", "greylist*", "graylist*",
            "watchlist*", "watch list*", "target person*", "target individual*", "suspicious person*",
            "suspicious people",
            "suspicion*", "dangerous person*", "high risk person*", "high risk people", "drug user*", "ex convict*",
            "zhongdianren*", "zhongdianduixiang*", "teshurenqun*", "heimingdan*", "guankong*", "bufangxin*",
            "guanzhuduixiang*",
        ),
        allow_zh=("重点(?:监管|防范|防控)?对象(?:场所|单位)",),
        allow_latin=("watch list of (?:roads|rivers|sites|places)",),
    ),
    Notion(
        "person-score",
        _("不给人评定风险等级、分数、信用，不给人画像"),
        _("只有地点、项目、隐患、决策有风险；请写明是什么的风险"),
        "个人信息保护法 第二十四条、第五十五条；信访工作条例 第十八条",
        zh=(
            _RISK,
            f"(?:{_SOMEBODY})(?:的)?[^,。;、]{{0,4}}(?:风险|危险|信用|等级|评分|评级|分级|积分|画像|打分|分类管理)",
            "(?:危险|危害|可疑|威胁|稳定|极端)(?:等级|程度|性?评分|性?评估|指数)",
            "画像",
            "(?:信用|诚信|文明|平安|个人)积?分(?!公司|中心|局|行)",
            "红黄绿?码",
            "赋码",
        ),
        latin=(
            "risk score*", "risk level*", "risk rating*", "risk grade*", "risk index", "risk class", "risk label*",
            "risk tag*", "risk profile*", "person* risk", "individual* risk", "petitioner* risk", "people* risk",
            "threat level*", "threat score*", "danger level*", "danger score*", "danger rating*", "credit score*",
            "social credit*", "citizen score*", "person score*", "profiling", "person profile*", "people profile*",
            "trust score*", "fengxiandengji*", "fengxianpingfen*", "huaxiang*", "weixiandengji*", "xinyongfen*",
        ),
        allow_zh=(
            f"人员密集场所(?:的)?(?:{_RISK})?",
            f"(?:{_MATTER})(?:的|点)?{_RISK}",
            f"(?:{_MATTER})(?:的)?(?:危险|危害)(?:等级|程度|性?评估)",
            "社会信用代码",
        ),
        allow_latin=(
            f"(?:{_MATTER_LATIN}) risk {_RISK_LATIN}",
            f"(?:{_MATTER_LATIN}) (?:danger|threat) {_RISK_LATIN}",
            "social credit (?:code|no|number|id)",
        ),
    ),
    Notion(
        "petition-history",
        _("不统计、不记录某人的上访、信访次数和历史"),
        _("信访是权利；不以信访量为指标，也不跨事项查一个人"),
        "信访工作条例 第十八条、第三十九条、第四十六条",
        zh=(
            "(?:上访|信访|来访|走访|进京|赴京|越级|以往|历次)(?:次数|频次|频率|人次|史|历史|经历|量)",
            "(?:以往|历史|过往|既往|曾经?)(?:上访|信访|来访|投诉|举报)",
            "是否(?:曾)?上访",
            "非正常(?:上访|信访)",
            "非访(?!问|谈|客)",
            "越级(?:上|走|信)?访",
            "(?:进京|赴京|赴省|到省|集体|重复|违规)上?访(?!问|谈|客|事项|的)",
            "[缠闹]访",
            "上访(?:人员|户|记录|档案)",
        ),
        latin=(
            "petition count", "petitions count", "count of petitions", "petition history", "petition record of",
            "petitioner history", "past petition*", "prior petition*", "previous petition*", "earlier petition*",
            "number of petitions", "repeat petitioner*", "repeated petitioner*", "visit count", "complaint history",
            "abnormal petition*", "irregular petition*", "skip level petition*", "times petitioned",
            "shangfang*", "xinfangcishu*", "xinfangliang*", "feizhengchang*", "yueji*", "chanfang*",
        ),
        allow_zh=("集体来访(?:人数|代表)?",),
    ),
    Notion(
        "control",
        _("没有盯守、稳控、劝返、拦截、定位、转化一类针对人的措施"),
        _("任何人不因信访、出行或者向上级反映而被阻拦、跟踪、报告"),
        "宪法 第三十七条；信访工作条例 第十八条、第四十六条；社区矫正法 第二十九条",
        zh=(
            "(?<!平)稳控(?!制)",
            "劝返",
            "截访(?!问|谈)",
            "拦访",
            "接返(?!乡|程|校|岗|工)",
            "拦截",
            "盯[守防]",
            "(?<![发公分])布控(?!制)",
            "撤控",
            "包靠",
            "(?:人员|一对一|多对一)包保",
            "(?:教育|思想)转化",
            "转化(?:对象|人员|记录|率)",
            "(?:手机|人员|电子|来访人|当事人|信访人|对象|本人|实时)定位",
            "行踪",
            "轨迹",
            "去向掌握",
            "离京|出行报备|外出报备",
            "训诫",
            "遣返",
        ),
        latin=(
            "intercept*", "turn back", "turned back", "minder*", "location track*", "track location", "gps track*",
            "person* location*", "person* track*", "trajectory", "trajectories", "whereabouts", "reeducation",
            "re education", "ideological conversion", "conversion record*", "conversion rate of person*",
            "deradical*",
            "stability control*", "travel report*", "surveil*", "movement* log", "wenkong*", "quanfan*",
            "jiaoyuzhuanhua*",
            "dingshou*", "baokao*", "jiefan", "lanfang*",
        ),
        allow_zh=(
            "(?:办理|流转|事项|案件|办件|材料|工单|文书)轨迹",
            "(?:电话|诈骗|资金|短信|来电|拦河|水流|垃圾|漂浮物)拦截",
            "拦截(?:诈骗|资金|电话|短信|沟|坝|索|墩|漂浮物)",
        ),
        allow_latin=("(?:call|fraud|payment|transfer|money) intercept\\w*", "surveillance (?:camera|cameras|device)"),
    ),
    Notion(
        "register-of-persons",
        _("没有人员库、名册一类按人建立的台账"),
        _("个人只作为某一事项的当事人出现；名册只用于工作人员和调解员"),
        "个人信息保护法 第六条；社区矫正法 第二十九条、第五十四条",
        zh=(
            "(?:人员|人口|居民|村民|住户|户主|群众|信众|信访人|来访人|上访人|当事人|租客|租户|矫正对象|社区矫正对象|刑释"
            "|刑满释放|帮教对象|青少年|未成年人|老年人|精神障碍者?|精神病|患者|残疾人|受害人)(?:员|者)?"
            "(?:信息)?(?:库|名册|花名册|名单|台账|底册|底数|登记册|登记簿|数据库|清单|信息表|档案)",
            "(?:流动|实有|常住|暂住|重点|外来|服刑)人口",
            "人口(?:库|管理|普查|登记)",
            "一[人户]一[档策]",
            "花名册",
            "人房关联",
        ),
        latin=(
            "person register*", "people register*", "persons register*", "person registry", "register of persons",
            "people database", "person database", "population database", "population register*",
            "population registry",
            "resident register*", "resident registry", "resident list*", "citizen registry", "citizen register*",
            "citizen list*", "petitioner list*", "petitioners list*", "petitioner register*", "person list*",
            "people list*",
            "household register*", "floating population*", "migrant list*", "list of persons", "list of people",
            "list of petitioners", "roster of residents", "renyuanku*", "renkouku*", "huamingce*", "shiyourenkou*",
            "liudongrenkou*", "yirenyidang*", "renyuantaizhang*", "renyuanmingdan*", "renyuanmingce*",
        ),
        allow_zh=(
            f"(?:{_STAFF})人员(?:信息)?(?:名册|花名册|名单|清单|台账|库|信息表|证件档案)",
            "(?:死亡|伤亡|失踪|被困|受灾|转移)人员(?:名单|清单)",
            "户口登记",
        ),
    ),
    Notion(
        "free-tags",
        _("事项、当事人没有自由标签"),
        _("标签绕开声明的用途；需要区分的，用声明过的选项"),
        "个人信息保护法 第六条",
        zh=("标签", "打标", "贴标", "标记(?:人|来访|当事|对象|举报|信访)", "备注标记", "自定义属性"),
        latin=(
            "tag", "tagging", "tagged", "label", "hashtag", "free tag*", "custom field*", "custom attribute*",
            "custom prop*",
            "extra attribute*", "biaoqian*",
        ),
        allow_zh=("(?:食品|商品|产品|能效|警示|药品|农药|种子|电子)标签", "标签标识"),
        allow_latin=("(?:food|product|warning|energy|drug|pesticide) labels?",),
        kinds=HELD | {Kind.ROLE, Kind.STATE, Kind.ACTION},
    ),
    Notion(
        "against-complainants",
        _("没有“无理诉求”一类的评价，也没有针对来访人、举报人的标记、移送"),
        _("任何组织和个人不得打击报复信访人"),
        "信访工作条例 第十八条、第三十条、第四十六条",
        zh=(
            "无理(?:诉求|上访|信访|要求|取闹|访|投诉)",
            "不合理(?:诉求|信访|上访)",
            "缠诉",
            "(?:恶意|职业|滥用)(?:上访|信访|举报|投诉|维权|打假)",
            "刁民",
            "诬告(?:者|人员)",
            "(?:处理|打击|惩戒|移送|警告)(?:上访|信访|来访|举报|反映)人",
        ),
        latin=(
            "unreasonable*", "vexatious*", "querulant*", "troublemaker*", "trouble maker*", "frivolous*",
            "malicious petition*", "malicious complain*", "professional petitioner*", "wuli", "wulisuqiu*",
            "wuliqunao*",
            "diaomin*",
        ),
    ),
    Notion(
        "ranking",
        _("没有一票否决、对个人和村居的排名、积分、打卡"),
        _("只有单位的过程指标；不得增设一票否决，不得擅自排名通报"),
        "山东省乡镇人民政府工作条例 第十九条、第二十七条；政务移动互联网应用程序规范化管理办法",
        zh=(
            "一票否决",
            "(?:个人|人员|村居|村|社区|网格员|干部)(?:排名|排行|积分|打分)",
            "积分排[名行]",
            "打卡",
            "在线时长",
            "零报告",
        ),
        latin=(
            "one vote veto", "leaderboard*", "person ranking*", "staff ranking*", "village ranking*", "nil return*",
            "zero report*", "nil report*", "yipiaofoujue*", "lingbaogao*",
        ),
    ),
    Notion(
        "political-dates",
        _("政治性日期从不是办理、预警、报告的理由"),
        _("预警和巡防只看地点和隐患，不看日子和谁来反映"),
        "信访工作条例 第十八条、第四十六条",
        zh=("敏感(?:节点|时期|日期|时段|时间|期)", "特护期", "维稳(?:期|安保期|节点)", "政治(?:性)?(?:日期|节点)"),
        latin=("sensitive date*", "sensitive period*", "sensitive day*", "political date*", "minganjiedian*",
               "minganshiqi*"),
    ),
    Notion(
        "biometrics",
        _("不采集人脸、指纹、声纹、基因等生物识别信息"),
        _("窗口办事不需要生物识别信息"),
        "个人信息保护法 第二十六条、第二十八条",
        zh=("人脸", "虹膜", "声纹", "指纹", "掌纹", "步态", "基因"),
        latin=(
            "facial*", "face recognition", "face id", "face template*", "face image*", "face photo*", "iris",
            "fingerprint*",
            "voiceprint*", "dna", "gait", "biometric*", "renlian*", "zhiwen", "shengwen",
        ),
        allow_zh=("人脸(?:默认)?(?:打码|已?遮挡|模糊|马赛克)", "转基因"),
        allow_latin=("(?:file|key|content|certificate) fingerprints?",),
    ),
)
# fmt: on
