"""A small office whose one step asks for photographs: what the form of an office does with files."""

from onewindow.office import (
    Attachment,
    Context,
    Effects,
    Facts,
    Form,
    Office,
    Phase,
    Procedure,
    State,
    action,
    field,
)


class Known(Facts):
    photos: list[Attachment] = field("现场照片", default_factory=list)
    note: str = field("说明", default="")


class Look(Form):
    note: str = field("说明", min_length=2)
    photos: list[Attachment] = field("现场照片", min_length=1)


class Visit(Procedure[Known]):
    """现场查看"""

    version = 1
    received = State("已收到", phase=Phase.IN_HAND, initial=True)
    seen = State("已查看", phase=Phase.IN_HAND)
    ended = State("已办结", phase=Phase.ENDED, final=True)

    @action("登记查看", received >> seen, by="handler", form=Look)
    def look(self, facts: Known, form: Look, ctx: Context) -> Effects:
        facts.note, facts.photos = form.note, form.photos
        return None

    @action("办结", seen >> ended, by="handler")
    def end(self, facts: Known, ctx: Context) -> Effects:
        return None


office = Office(id="photos", title="现场查看组", handles={"1203"}, procedures=[Visit])
