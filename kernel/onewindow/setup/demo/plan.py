"""Which matters the demo brings: how many take which course, how long ago they came, from where and how."""

from dataclasses import dataclass

from onewindow.setup.demo import words_claims, words_disputes, words_services
from onewindow.setup.demo.matter import Words


@dataclass(frozen=True, slots=True)
class Cast:
    """Matters of one course; one for each age in days. `ways` and `towns` (digits) are gone through in turn.

    A way is a channel, "anonymous" or "agent" beside one ("visit+agent"); `told` is what a newcomer reads beside the
    tracking code of the first of them.
    """

    course: str
    words: tuple[Words, ...]
    ages: tuple[int, ...]
    ways: tuple[str, ...] = ("visit", "web", "call", "letter", "room")
    towns: str = "123"
    told: str = ""


_C, _S, _D = words_claims.CLAIMS, words_services.SERVICES, words_disputes.DISPUTES
_SUG, _ACC = words_claims.SUGGESTIONS, words_claims.ACCUSATIONS
_WIN, _ELSE = words_services.AT_WINDOW, words_services.ELSEWHERE
_BETWEEN = (words_claims.BETWEEN,)
_TALKED = "12"

PLAN: tuple[Cast, ...] = (
    # 信访: just come, overdue for a notice, in hand, near and past the sixty days
    Cast("claim.new", _C, (0, 0, 0, 1, 1, 2, 3), ("web", "visit", "letter", "call", "visit+agent")),
    Cast("claim.signed", _C, (2, 4, 6, 9, 12, 13, 14, 17, 19), ("visit", "letter", "web", "room")),
    Cast("claim.accepted", _C, (8, 13, 19, 27, 36, 45, 52, 54, 57, 59, 60, 63, 66),
         ("visit", "web", "letter", "visit+agent"), told="信访事项，已受理，正在办理"),
    Cast("claim.post", _C, (15, 31), ("letter",)),
    Cast("claim.added", _C, (11, 23), ("web",)),
    Cast("claim.nudged", _C, (31, 34), ("web", "visit")),
    Cast("claim.suspended", _C, (24, 39), ("visit", "letter")),
    Cast("claim.extended", _C, (56, 74), ("visit",)),
    Cast("claim.drafted", _C, (14, 18, 27, 41)),
    Cast("claim.back", _C, (16,), ("visit",)),
    Cast("claim.replied", _C, (18, 24, 31, 37), ("visit", "web", "letter"),
         told="信访事项，已答复，可以评价或者请求复查"),
    Cast("claim.pleased", _C, (22, 29, 40), ("visit", "room")),
    Cast("claim.displeased", _C, (26, 35), ("web",)),
    Cast("claim.replied", _C, (55, 62, 71, 80, 88), ("visit", "letter", "web")),
    Cast("claim.reviewing", _C, (30, 41), ("visit",), "12"),
    Cast("claim.upheld", _C, (45,), ("letter",), "1"),
    Cast("claim.revoked", _C, (52,), ("visit",), "2"),
    Cast("claim.refused", _C, (10, 33), ("visit", "web")),
    Cast("claim.redirected", _C, (8, 28), ("web", "visit")),
    Cast("claim.transferred", _C, (12, 44), ("letter",)),
    Cast("claim.objected", _C, (3, 4), ("call", "web"), "13"),
    Cast("claim.objection_refused", _C, (17,), ("visit",), "2"),
    Cast("claim.objection_upheld", _C, (21,), ("web",), "1"),
    Cast("claim.withdrawing", _C, (11,), ("web",), "1"),
    Cast("claim.withdrawn", _C, (32, 60), ("web",), "12"),
    Cast("claim.withdrawn_paper", _C, (22,), ("visit",), "3"),
    Cast("claim.taken_back", _C, (20,), ("web",), "2"),
    Cast("claim.recusing", _C, (4,), ("visit",), "1"),
    Cast("claim.recused", _C, (16,), ("letter",), "2"),
    Cast("claim.retracked", _S, (9,), ("call",), "1"),
    Cast("claim.void", _C, (7,), ("web",), "3"),
    Cast("claim.mediating", _BETWEEN, (18, 26), ("visit",), _TALKED),
    Cast("claim.mediation_declined", _BETWEEN, (29,), ("visit",), "1"),
    Cast("claim.mass", (words_claims.MASS,), (12,), ("visit+group",), "1"),
    Cast("suggestion.new", _SUG, (1, 2), ("web", "api")),
    Cast("suggestion.studied", _SUG, (5, 9, 17), ("web", "visit")),
    Cast("suggestion.adopted", _SUG, (13, 21, 38), ("web", "call", "room")),
    Cast("suggestion.noted", _SUG, (24, 47), ("letter", "web")),
    # 密件
    Cast("sealed.new", _ACC, (1,), ("letter+anonymous",), "1"),
    Cast("sealed.signed", _ACC, (6,), ("web",), "2"),
    Cast("sealed.handing", _ACC, (9,), ("letter+anonymous",), "3"),
    Cast("sealed.handed", _ACC, (27, 50), ("letter", "web"), "12"),
    # 调解: the first of a township puts its mediator on the roster
    Cast("dispute.first", _D, (58, 57), ("visit",), _TALKED),
    Cast("dispute.new", _D, (0, 0, 1, 2), ("visit", "room"), _TALKED),
    Cast("dispute.asked", _D, (4, 5), ("visit", "room"), _TALKED),
    Cast("dispute.half", _D, (4, 6), ("room", "visit"), _TALKED),
    Cast("dispute.taken", _D, (7, 8), ("visit",), _TALKED),
    Cast("dispute.appointed", _D, (9, 31), ("visit", "call"), _TALKED),
    Cast("dispute.talking", _D, (12, 14, 19, 30), ("visit", "room"), _TALKED, told="民间纠纷，正在调解"),
    Cast("dispute.signing", _D, (17, 20), ("visit",), _TALKED),
    Cast("dispute.in_force", _D, (22, 29, 37), ("visit", "room"), _TALKED),
    Cast("dispute.oral", _D, (14, 25), ("room",), _TALKED),
    Cast("dispute.court", _D, (28,), ("visit",), "1"),
    Cast("dispute.kept", _D, (40,), ("visit",), "2"),
    Cast("dispute.finished", _D, (46, 51), ("visit", "web"), _TALKED),
    Cast("dispute.broken", _D, (47,), ("visit",), "1"),
    Cast("dispute.declined", _D, (15, 26), ("web", "visit"), _TALKED),
    Cast("dispute.failed", _D, (33,), ("visit",), "2"),
    Cast("dispute.unfit", _D, (11,), ("call",), "2"),
    # Where nobody mediates in the system, a dispute goes to the justice bureau on paper.
    Cast("paper.printed", _D, (1, 3), ("visit", "room"), "3"),
    Cast("paper.signed", _D, (8, 17), ("visit", "room"), "3"),
    Cast("paper.answered", _D, (14, 32), ("visit",), "3"),
    # 其他单位，纸质流转
    Cast("stays", _S, (0, 0, 0, 1, 1), ("web", "call", "room", "visit")),
    Cast("paper.printed", _S, (0, 1, 1, 2, 4, 6), ("call", "visit", "room", "web")),
    Cast("paper.signed", _S, (3, 5, 7, 9, 12, 18, 23), ("call", "room", "visit", "api")),
    Cast("paper.hotline", _S, (2, 4, 8), ("call", "api")),
    Cast("paper.fast", _S, (3, 5, 7, 10, 15, 21, 34), ("call", "room", "web", "room+anonymous")),
    Cast("paper.answered", _S, (9, 13, 18, 25, 33, 42, 55), ("visit", "letter", "call", "web")),
    Cast("paper.pleased", _S, (8, 16, 29, 48), ("web", "visit")),
    Cast("paper.fairly", _S, (20, 36), ("web",)),
    Cast("paper.signed", _ELSE, (5, 11, 16), ("visit", "call")),
    Cast("paper.answered", _ELSE, (19, 28), ("visit", "letter")),
    Cast("danger", _S[10:11], (1,), ("call+anonymous",), "2"),
    # The window's own queue
    Cast("stays", _WIN, (0, 0, 0, 0, 1, 1, 2, 3, 5), ("web", "call+anonymous", "visit", "room", "letter")),
)  # fmt: skip
