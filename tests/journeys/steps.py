"""The stretches of a claim's way that several journeys begin with."""

import io
from typing import Any

from pypdf import PdfReader

from onewindow.api import models as out
from tests.support.arrangements import Township
from tests.support.clients import Citizen

ACCEPT: dict[str, Any] = {"no_other_way": True, "requests": ["按标准补偿被占的地"], "phone": "0530-1234567"}
PLACE = {"organ": "示范区自然资源局", "address": "示范区政务大厅二楼", "phone": "0530-7654321", "hours": "工作日"}
REVIEW = {"organ": "示范区人民政府", "address": "示范区府前街1号"}
MATTER = "村里修路占了我家的地,一年了没有补偿。"


def words(content: bytes) -> str:
    """The text of a PDF, without its line breaks."""
    return (
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).replace("\n", "").replace(" ", "")
    )


def draft_for(offer: out.OfferOut) -> dict[str, Any]:
    """The handler's answer to every request that was accepted."""
    points = [
        {
            **point,
            "opinion": "support",
            "reason": "经实地测量,确占0.3亩,应予补偿",
            "law": "土地管理法",
            "article": "第四十八条",
        }
        for point in offer.values["points"]
    ]
    return {
        **offer.values,
        "findings": "道路占用承包地0.3亩",
        "evidence": ["测量图"],
        "points": points,
        "review_place": REVIEW,
    }


def accepted(township: Township, **more: Any) -> Citizen:
    """A claim that was brought, signed for and accepted, its notice served."""
    citizen = township.bring(MATTER, request=ACCEPT["requests"][0], **more)
    township.handler.sign(citizen.number)
    township.handler.take(citizen.number, "accept", **ACCEPT)
    township.handler.serve(citizen.number, "acceptance_notice")
    return citizen


def replied(township: Township) -> Citizen:
    """The same, answered: drafted by the handler, signed by the head of the organ, the reply served."""
    citizen = accepted(township)
    draft = draft_for(township.handler.offer(citizen.number, "draft"))
    township.handler.take(citizen.number, "draft", **draft)
    township.handler.take(citizen.number, "submit")
    township.mayor.take(citizen.number, "approve", legal_note="合法性审查通过")
    township.handler.serve(citizen.number, "reply")
    return citizen
