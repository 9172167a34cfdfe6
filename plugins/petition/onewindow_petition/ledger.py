"""去处台账: which organ takes what, and where its door is, so that a notice names a real place to go."""

from onewindow.office import Context, Form, Record, Refusal, field

REVIEW, LEGAL_AID, DISCIPLINE = "review", "legal_aid", "discipline"


class PetitionRecord(Record):
    """Base of this office's records."""

    office = "petition"


class WayOut(PetitionRecord, table=True):
    """去处台账"""

    topic: str = field("事由（事项类别码，或 review、legal_aid、discipline）", max_length=40)
    organ: str = field("机关名称", max_length=100)
    address: str = field("地址", default="", max_length=200)
    phone: str = field("电话", default="", max_length=60)
    hours: str = field("接待时间", default="", max_length=100)


class Place(Form):
    """A place to go: prefilled from the ledger, and remembered there when it is new."""

    organ: str = field("机关名称", default="", max_length=100)
    address: str = field("地址", default="", max_length=200)
    phone: str = field("电话", default="", max_length=60)
    hours: str = field("接待时间", default="", max_length=100)

    def words(self) -> dict[str, str]:
        return {"name": self.organ, "address": self.address, "phone": self.phone, "hours": self.hours}

    def no_door(self) -> Refusal | None:
        """Why nobody could find this place, if so."""
        if self.organ and (self.address or self.phone):
            return None
        return Refusal("没有写明应向谁提出", remedy="填写机关名称，以及地址或者电话", rule="信访工作条例 第二十三条")


def look_up(ctx: Context, topic: str) -> Place | None:
    """The newest place that the ledger has for this topic."""
    known = ctx.find(WayOut, topic=topic, limit=200)
    return Place.model_validate(known[-1].model_dump(include=set(Place.model_fields))) if known else None


def prefilled(ctx: Context, topic: str) -> dict[str, str]:
    """The members of a `Place` form as the ledger knows them."""
    found = look_up(ctx, topic)
    return found.model_dump() if found else {}


def remember(ctx: Context, topic: str, place: Place) -> None:
    """Keep a place that the ledger does not have as its newest for this topic."""
    fields = {name: getattr(place, name) for name in Place.model_fields}
    if topic and place.organ and look_up(ctx, topic) != Place(**fields):
        ctx.add(WayOut(topic=topic, **fields))
