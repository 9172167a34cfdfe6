"""Makes matters out of the plan: who brings them, where, in which words; the same each time."""

from collections import Counter
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from stdnum.cn import ric

from onewindow.registry.intake import Channel
from onewindow.setup.demo.matter import Matter, Words
from onewindow.setup.demo.plan import PLAN, Cast
from onewindow.setup.demo.townships import TOWNSHIPS, DemoTownship

SEED = 120
# Rare enough together that nobody is meant.
SURNAMES = (
    "卞郜逄宿终亓费敖明郁蔺仰盛晏厉巩訾裘缪后戚璩濮寿通边扈燕冀郏浦尚农别阎充慕连茹习宦艾鱼容暨步都耿满弘匡国文寇"
)
FIRST = "采秋乐东南官思知若青平观书静怀正明晓立云树念仓雪向长丽春敬志小国学文"
SECOND = "薇实怡来星月源远兰禾安澜航之文庭川岚新声白平梅东青华来安同满安勤治谷河松石桥田"
# The desk that writes a matter down, by channel; nobody does for what comes through the public door.
BY: Mapping[str, str] = {"visit": "registrar", "letter": "registrar", "call": "registrar", "room": "room"}
GROUP_SIZE = 40


class Casting:
    """One cast of the whole demo."""

    def __init__(self, seed: int = SEED):
        self._random = Random(seed)
        self._towns = {town.digit: town for town in TOWNSHIPS}
        self._used: Counter[tuple[str, object]] = Counter()
        self._people = 0

    def matters(self) -> list[Matter]:
        """All matters, those that came first first."""
        found = [matter for cast in PLAN for matter in self._cast(cast)]
        return sorted(found, key=lambda matter: -matter.days_ago)

    def _cast(self, cast: Cast) -> Iterator[Matter]:
        for number, age in enumerate(cast.ages):
            way = cast.ways[number % len(cast.ways)]
            # A plan of few ways still meets every township.
            town = self._towns[cast.towns[(number + len(cast.course)) % len(cast.towns)]]
            if cast.course == "dispute.first":
                town = self._towns[cast.towns[number]]
            words, text = self._voice(cast.words, town)
            yield self._matter(cast, words, text, town, way, age, cast.told if number == 0 else "")

    def _voice(self, pool: tuple[Words, ...], town: DemoTownship) -> tuple[Words, str]:
        """What this township has heard least, and nobody else too often."""
        words = min(pool, key=lambda each: (self._times(town.digit, each), self._times("", each)))
        self._count(town.digit, words)
        self._count("", words)
        text = min(words.texts, key=lambda each: (self._times(town.digit, each), self._times("", each)))
        self._count(town.digit, text)
        self._count("", text)
        return words, text

    def _spot(self, town: DemoTownship, kind: str) -> str:
        spot = min(town.spots[kind], key=lambda each: self._times(town.digit, each))
        self._count(town.digit, spot)
        return spot

    def _times(self, where: str, what: object) -> int:
        return self._used[where, what]

    def _count(self, where: str, what: object) -> None:
        self._used[where, what] += 1

    def _matter(self, cast: Cast, words: Words, text: str, town: DemoTownship, way: str, age: int, told: str) -> Matter:
        channel, *extras = way.split("+")
        spot = self._spot(town, words.spot)
        money = f"{self._random.randrange(12, 290) * 100}"
        said = text.format(spot=spot, n=self._random.randrange(3, 9), money=money)
        more: dict[str, Any] = {}
        parties = self._applicants(town, extras, more)
        if words.other:
            parties.append({"role": "respondent", **self._other(town, words.other)})
            more["may_disclose"] = True
        if channel in ("visit", "room") and self._random.random() < 0.15:
            more |= {"written_for": True, "read_back": True}
        return Matter(
            township=town,
            words=words,
            text=said,
            requests=words.requests,
            place=spot if spot.startswith(town.name) else f"{town.name}{spot}",
            parties=tuple(parties),
            channel=Channel(channel),
            by=BY.get(channel, ""),
            days_ago=age,
            course=cast.course,
            told=told,
            more=more,
            scan=channel == "letter",
        )

    # People ----------------------------------------------------------------------------------------------------------

    def _applicants(self, town: DemoTownship, extras: list[str], more: dict[str, Any]) -> list[dict[str, Any]]:
        if "anonymous" in extras:
            return [{"anonymous": True}]
        if "group" in extras:
            # They want an answer in writing, not only somebody who comes to look.
            more |= {"group_size": GROUP_SIZE, "track": "C"}
            return [{**self._person(town), "representative": True} for _number in range(3)]
        who = self._person(town)
        if "agent" in extras:
            agent = {**self._person(town), "role": "agent", "authorisation": "written"}
            return [{**who, "needs": ["mobility"]}, {**agent, "authorisation_note": "女儿，持亲笔委托书"}]
        if self._random.random() < 0.12:
            who |= {"contact_way": "not_home", "contact": "白天在地里，晚上七点以后打电话"}
        return [who]

    def _other(self, town: DemoTownship, kind: str) -> dict[str, Any]:
        if kind == "company":
            name = f"{self._random.choice('恒瑞丰泰安顺')}{self._random.choice('源达成和兴盛')}"
            trade = self._random.choice(("建筑劳务有限公司", "商贸有限公司", "种植专业合作社"))
            return {"kind": "organisation", "name": f"{name}{trade}", "phone": self._phone(), "address": town.name}
        return self._person(town)

    def _person(self, town: DemoTownship) -> dict[str, Any]:
        name = self._random.choice(SURNAMES) + self._random.choice(FIRST) + self._random.choice(SECOND)
        room = self._random.choice(town.rooms)
        person = {
            "name": name,
            "phone": self._phone(),
            "address": f"{town.name}{room.village}{self._random.randrange(2, 140)}号",
        }
        if self._random.random() < 0.4:
            person["id_number"] = self._id_number()
        return person

    def neighbours(self, town: DemoTownship, many: int) -> list[dict[str, Any]]:
        """Others who join a matter."""
        return [self._person(town) for _number in range(many)]

    def _phone(self) -> str:
        # 120… is no number range of any operator.
        self._people += 1
        return f"120{self._random.randrange(10**4):04}{self._people:04}"

    def _id_number(self) -> str:
        born = (
            f"{self._random.randrange(1946, 2001)}{self._random.randrange(1, 13):02}{self._random.randrange(1, 29):02}"
        )
        plain = f"371700{born}{self._random.randrange(1000):03}"
        return plain + ric.calc_check_digit(plain + "0")
