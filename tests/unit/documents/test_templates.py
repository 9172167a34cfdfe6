"""Each template makes, from its sample data, a PDF/A that says what the law wants said."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from onewindow.documents.bundle import beside, template
from onewindow.documents.qr import qr_svg
from onewindow.documents.render import Renderer
from tests.unit.documents.conftest import NOW, SAMPLES, all_templates, sample, words_of

CODE = "QS7K-4M2P-9XWD"
SAYS: dict[str, tuple[int, tuple[str, ...]]] = {
    "receipt": (
        1,
        ("登记回执", "370199105-2026-000128", "2026年3月17日前", "《信访工作条例》第二十三条", CODE),
    ),
    "receipt_english": (1, ("2027年2月1日", "暂计日期", "Yourmatterhasbeenregistered", "AmaraOsei")),
    "receipt_sealed": (1, ("370199105-M-2026-00003", "登记回执")),
    "admission": (1, ("查询码告知书", "申长河", "370199105-2026-000131", "不愿意的，不影响您的任何权利")),
    "service_proof": (1, ("送达回证", "留置送达", "见证人", "何川", "2026年3月10日")),
    "service_proof_blank": (1, ("□直接送达", "□留置送达", "年月日")),
    "paper_letter": (2, ("转办单", "5个工作日内书面提出异议", "《信访工作条例》第二十三条", "回执", "2026年4月10日")),
    "acceptance_notice": (
        2,
        ("受理告知书", "林秋禾", "2026年5月8日", "《信访工作条例》第三十四条", "上一级机关复查"),
    ),
    "acceptance_notice_english": (2, ("Wehaveacceptedyourmatter", "公共法律服务机构")),
    "refusal_notice": (
        2,
        ("不予受理", "第三十一条第（一）项", "环城北路8号", "其他途径", "云台区信访局"),
    ),
    "redirect_notice": (2, ("行政处罚等行政程序解决", "第（四）项", "云台区生态环境分局", "云环收〔2026〕31号")),
    "redirect_notice_inform": (2, ("应当通过仲裁解决", "劳动人事争议仲裁院", "时效期间为一年", "请携带")),
    "extension_notice": (2, ("延期办理告知书", "2026年6月8日", "30日", "顾远（镇长）", "第三十四条", "只延长一次")),
    "reply": (
        3,
        (
            "予以支持",
            "不予支持",
            "三十日内",
            "云台区人民政府",
            "《信访工作条例》第三十五条",
            "请求复查截止日期",
            "执行",
        ),
    ),
    "reply_served": (2, ("2026年5月6日送达", "2026年6月5日", "顺延")),
    "suggestion_reply": (1, ("部分采纳", "12路公交", "研究情况")),
    "suggestion_notice": (1, ("建议收悉告知书", "书面答复您是否采纳")),
    "transfer_letter": (2, ("材料移送函", "云台区生态环境分局", "依法保密", "回执")),
    "review_transfer": (2, ("复查案卷移送清单", "以上共4件、31页", "2026年5月25日请求复查", "接收机关")),
    "application": (1, ("人民调解申请书", "申长河", "卓远航", "自愿、免费", "3,250.50")),
    "invitation": (2, ("不必说明理由", "由不经办本纠纷的工作人员录入", "随时要求终止", "□同意调解", "□不同意调解")),
    "acceptance": (2, ("2026年4月8日前", "第三十三条", "本人凭查询码表示", "本人书面签名表示", "安若谷")),
    "record": (2, ("无争议的事实", "争议焦点", "询问是否申请回避", "经双方同意邀请", "逐页签名", "第1次调解")),
    "agreement": (2, ("￥2,600.00", "贰仟陆佰元整", "一式4份", "三十日内", "收款账户", "2026年4月30日", "（印章）")),
    "agreement_identity": (2, ("涉及身份关系", "不能申请司法确认", "纸质文本上亲自签名", "一式3份")),
    "oral_agreement": (2, ("自各方达成之日起生效", "2026年3月12日", "贰仟陆佰元整")),
    "confirmation_application": (
        2,
        ("2026年3月12日", "370199105-调协-2026-00009", "公序良俗", "人民法院", "送达地址和电话"),
    ),
    "termination_notice": (1, ("没有达成协议", "有仲裁协议的", "提起诉讼", "中断诉讼时效")),
    "termination_notice_declined": (1, ("有当事人不同意调解", "不影响您的任何权利")),
    "termination_notice_labour": (1, ("期限届满", "劳动人事争议仲裁委员会", "时效一年")),
    "termination_notice_unfit": (1, ("只能由专门机关处理", "向公安机关报案")),
    "followup_record": (1, ("部分履行", "第2次联系", "370199105-调协-2026-00009", "时见清")),
    "settlement_application": (2, ("第九条", "肆佰捌拾陆元贰角整", "并已全部履行", "公安机关依法决定")),
    "breach_notice": (1, ("向人民法院提起诉讼", "2026年4月30日")),
    "breach_notice_confirmed": (1, ("申请强制执行", "鲁0199民特31号")),
}
NEVER = {
    "receipt": ("青苗补偿费",),
    "receipt_sealed": ("征地补偿标准", "柳河村"),
    "admission": ("人民调解", "相邻通行", "信访"),
    "reply": ("行政复议", "诉讼"),
    "agreement_identity": ("三十日内", "收款账户"),
    "breach_notice": ("强制执行",),
    "breach_notice_confirmed": ("提起诉讼",),
    "termination_notice_declined": ("卓远航不同意", "受理。"),
    "termination_notice_unfit": ("卓远航",),
    "suggestion_reply": ("复查",),
    "suggestion_notice": ("六十日", "受理"),
}


def test_every_template_has_a_sample_and_every_sample_is_expected() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == SAYS.keys()
    kinds = {sample(name)["document"]["kind"] for name in SAYS}
    assert {f"documents/{kind}.typ" for kind in kinds} == all_templates().keys()


@pytest.mark.parametrize("name", SAYS)
async def test_a_template_prints_its_sample(name: str, renderer: Renderer) -> None:
    data = sample(name)
    if data["code"]:
        data["qr"] = qr_svg(data["code"])
    files = all_templates()
    made = await renderer.render(template(files, data["document"]["kind"]).source, data, beside(files), at=NOW)
    pages, phrases = SAYS[name]
    text = words_of(made.pdf)
    reader = PdfReader(BytesIO(made.pdf))
    assert [phrase for phrase in phrases if phrase not in text] == []
    assert [phrase for phrase in NEVER.get(name, ()) if phrase in text] == []
    assert data["document"]["number"] in text and data["document"]["organ"] in text
    assert (CODE in text) == bool(data["code"])
    assert len(reader.pages) == pages
    assert made.missing == ()
    assert b"<pdfaid:part>2<" in made.pdf and b"<pdfaid:conformance>B<" in made.pdf
    assert reader.metadata is not None and reader.metadata.title == data["document"]["title"]
    box = reader.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (595, 842)


@pytest.mark.parametrize("name", sorted(SAYS))
async def test_a_template_bears_the_least_that_it_can_be_given(name: str, renderer: Renderer) -> None:
    data = {**sample(name), "words": {}, "clocks": [], "parties": []}
    if data["document"]["kind"] == "redirect_notice":
        data["words"] = {"mode": sample(name)["words"]["mode"]}
    files = all_templates()
    made = await renderer.render(template(files, data["document"]["kind"]).source, data, beside(files), at=NOW)
    assert data["document"]["number"] in words_of(made.pdf)


def test_the_first_lines_of_a_template_name_it_and_its_series() -> None:
    files = all_templates()
    found = [template(files, name.removeprefix("documents/").removesuffix(".typ")) for name in files]
    assert all(re.search(r"[一-鿿]", each.title) for each in found)
    marks = [each.mark for each in found]
    assert len(set(marks)) == len(marks)
    assert all(re.fullmatch(r"[一-鿿]{1,3}", mark) for mark in marks)
