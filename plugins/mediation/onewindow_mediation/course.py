"""The course of a mediation: its states, and the periods that the law sets it."""

from collections.abc import Mapping

from onewindow.office import (
    Clock,
    Moment,
    Phase,
    Span,
    State,
    by_hand,
    days,
    entering,
    stated,
    working_days,
)
from onewindow.office import Extension as Longer


class Course:
    """States and clocks; the steps stand in the modules after this one, in the order of a caseworker's day."""

    applied = State("已收到", phase=Phase.IN_HAND, initial=True)
    consenting = State("征询各方意见", phase=Phase.WAITING_FOR_YOU)
    declined = State("有一方不同意，已告知途径", phase=Phase.ENDED, final=True)
    unfit = State("不能调解，已告知去向", phase=Phase.REDIRECTED, final=True)
    accepted = State("已受理", phase=Phase.IN_HAND)
    in_session = State("调解中", phase=Phase.IN_HAND)
    appraising = State("等待鉴定", phase=Phase.SUSPENDED)
    signing = State("协议待签章", phase=Phase.WAITING_FOR_YOU)
    performing = State("协议已生效", phase=Phase.ANSWERED)
    performed = State("协议已履行", phase=Phase.ENDED, final=True)
    broken = State("协议未全部履行，已告知途径", phase=Phase.ENDED, final=True)
    failed = State("调解不成，已告知途径", phase=Phase.ENDED, final=True)
    timed_out = State("期限届满，已告知途径", phase=Phase.ENDED, final=True)

    _over: Moment = entering(performing, failed, timed_out)

    @staticmethod
    def _term(
        title: str, span: Span, source: str, over: Moment, longer: Longer | None, still: Mapping[str, tuple[State, ...]]
    ) -> Clock:
        return Clock(title, span, source=source, starts=by_hand(), stops=over, extend=longer, pauses=still)

    # The parties extend by agreeing: there is no notice to serve.
    _longer, _still = Longer(days(30), times=2), {"鉴定": (appraising,)}
    mediate_by = _term("调解期限", days(30), "人民调解工作若干规定 第三十三条", _over, _longer, {})
    labour_by = _term("劳动争议调解期限", days(15), "劳动争议调解仲裁法 第十四条", _over, None, {})
    medical_by = _term(
        "医疗纠纷调解期限", working_days(30), "医疗纠纷预防和处理条例 第三十八条", _over, _longer, _still
    )
    court_by = _term(
        "委派调解期限", days(30), "最高人民法院关于人民法院特邀调解的规定 第二十七条", _over, _longer, _still
    )
    court_ordinary_by = _term(
        "委托调解期限（普通程序）", days(15), "最高人民法院关于人民法院特邀调解的规定 第二十七条", _over, _longer, {}
    )
    court_summary_by = _term(
        "委托调解期限（简易程序）", days(7), "最高人民法院关于人民法院特邀调解的规定 第二十七条", _over, _longer, {}
    )

    court_accept_by = Clock(
        "确认接受委派期限", working_days(3), source="人民法院在线调解规则 第十二条", starts=by_hand(),
        stops=entering(consenting, unfit), protects="authority",
    )  # fmt: skip
    court_consult_by = Clock(
        "征询对方意见期限", working_days(3), source="人民法院在线调解规则 第十五条", starts=by_hand(),
        stops=entering(accepted, declined, unfit), protects="authority",
    )  # fmt: skip

    confirm_by = Clock(
        "共同申请司法确认期限", days(30), source="人民调解法 第三十三条", starts=stated("confirmable_from"),
        stops=(stated("confirm_submitted_on"), entering(performed, broken)), warn=days(7),
    )  # fmt: skip
    perform_by = Clock(
        "履行期限", per="promises", until="due_on", source="人民调解法 第三十一条", starts=entering(performing),
        stops=(stated("kept_on"), stated("broken_on")), warn=days(3),
    )  # fmt: skip


TERMS = ("mediate_by", "labour_by", "medical_by", "court_by", "court_ordinary_by", "court_summary_by")
EXTENDABLE = frozenset(TERMS) - {"labour_by"}
