"""The people of a journey as REST clients: a citizen with a code, staff with a login, each with what they may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from onewindow.api import models as out
from onewindow.api import models_own as own_out
from onewindow.office.types import SHANGHAI
from tests.support.processes import until

API = "/api/v1"
T = TypeVar("T", bound=out.Out)
# What an office says of an assignment that is still on its way to it, and the kernel of an office that is coming up.
NOT_YET = frozenset({"unknown", "away"})


class Problem(AssertionError):
    """The API refused."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        found = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        self.rule: str = found.get("rule", "")
        self.remedy: str = found.get("remedy", "")
        super().__init__(f"{answer.request.method} {answer.request.url.path}: {self.status} {answer.text[:500]}")


def today() -> date:
    """The day by which law counts."""
    return datetime.now(SHANGHAI).date()


class Caller:
    """Somebody who asks the API."""

    def __init__(self, http: httpx.Client, token: str = "") -> None:
        self._http = http
        self._who = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, key: str = "", **params: Any
    ) -> httpx.Response:
        """One request.

        Raises:
            Problem: it was refused.
        """
        headers = {**self._who, **({"Idempotency-Key": key} if key else {})}
        answer = self._http.request(method, API + path, json=body, params=params, headers=headers)
        if answer.status_code >= 400:
            raise Problem(answer)
        return answer

    def as_who(self, token: str) -> "Caller":
        """The same connection for somebody else."""
        return Caller(self._http, token)

    def one(self, model: type[T], path: str, **params: Any) -> T:
        return model.model_validate(self.ask("GET", path, **params).json())

    def several(self, model: type[T], path: str, **params: Any) -> list[T]:
        items = self.ask("GET", path, **params).json()["items"]
        return [model.model_validate(item) for item in items]

    def act(self, path: str, form: Mapping[str, Any], *, key: str | None = None) -> str:
        """Take an action of an office's procedure, waiting while the assignment is on its way; the key it had."""
        key = key or uuid4().hex

        def attempt() -> bool:
            try:
                answer = self.ask("POST", path, {"form": dict(form)}, key=key)
            except Problem as problem:
                if problem.rule in NOT_YET:
                    return False
                raise
            assert answer.json()["outcome"] == "done", answer.text
            return True

        until(attempt, of=f"the office to take {path.rpartition('/')[2]}")
        return key


def pdf(answer: httpx.Response) -> bytes:
    """A document's bytes, known to be one."""
    assert answer.headers["content-type"] == "application/pdf", answer.text
    assert answer.content.startswith(b"%PDF-")
    return answer.content


@dataclass
class Citizen:
    """Who brought a matter, with their receipt."""

    door: Caller
    receipt: out.RegisteredOut
    entered: Caller | None = None

    @property
    def number(self) -> str:
        return self.receipt.number

    @property
    def caller(self) -> Caller:
        """The party as the tracking code lets them in."""
        if self.entered is None:
            typed = self.receipt.code.lower().replace("-", " ")
            self.entered = self.door.as_who(self.door.ask("POST", "/tracking", {"code": typed}).json()["token"])
        return self.entered

    def tracked(self) -> own_out.TrackedOut:
        return self.caller.one(own_out.TrackedOut, "/tracking")

    def reaches(self, phase: str) -> own_out.TrackedOut:
        """The matter as tracked, once it is in this phase."""

        def look() -> own_out.TrackedOut | None:
            seen = self.tracked()
            return seen if seen.phase == phase else None

        return until(look, of=f"{self.number} to be {phase}")

    def papers(self) -> dict[str, bytes]:
        """Their documents as PDF, by kind."""
        return {d.kind: self._paper(d.id) for d in self.tracked().documents}

    def _paper(self, document: str) -> bytes:
        return pdf(self.caller.ask("GET", f"/tracking/documents/{document}"))

    def printed_receipt(self) -> bytes:
        return pdf(self.door.ask("POST", "/tracking/receipt", {"code": self.receipt.code}))

    def act(self, action: str, **form: Any) -> None:
        """Do what the office offers to a party."""

        def offered() -> out.OffersOut | None:
            found = self.caller.several(out.OffersOut, "/tracking/actions")
            return next((o for o in found if any(a.key == action for a in o.actions)), None)

        offer = until(offered, of=f"{action} to be offered")
        self.caller.act(f"/tracking/assignments/{offer.assignment}/actions/{action}", form)


class Staff(Caller):
    """Somebody of the staff, logged in."""

    def __init__(self, http: httpx.Client, login: str, password: str) -> None:
        answer = Caller(http).ask("POST", "/sessions", {"login": login, "password": password})
        super().__init__(http, answer.json()["token"])
        self.login = login

    # Reading ---------------------------------------------------------------------------------------------------------

    def case(self, number: str) -> out.CaseOut:
        return self.one(out.CaseOut, f"/cases/{number}")

    def sees(self, number: str) -> bool:
        """Whether the case is there for them."""
        try:
            self.case(number)
        except Problem as problem:
            assert problem.status == 404, problem
            return False
        return True

    def queue(self, **narrowing: Any) -> list[out.AssignmentLine]:
        return self.several(out.AssignmentLine, "/queue", **narrowing)

    def window(self, township: str) -> out.WindowOut:
        return self.one(out.WindowOut, f"/townships/{township}/window")

    def timeline(self, number: str) -> list[out.EntryOut]:
        return self.several(out.EntryOut, f"/cases/{number}/timeline")

    def verified(self, number: str) -> out.VerdictOut:
        return self.one(out.VerdictOut, f"/cases/{number}/verify")

    def clock(self, number: str, key: str) -> out.ClockOut:
        return next(clock for clock in self.case(number).clocks if clock.key == key)

    def offer(self, number: str, action: str) -> out.OfferOut:
        """An action as the office offers it to this person, its form prefilled."""

        def look() -> out.OfferOut | None:
            found = self.several(out.OffersOut, f"/cases/{number}/actions")
            return next((a for o in found for a in o.actions if a.key == action), None)

        return until(look, of=f"{action} to be offered on {number}")

    # Moving a case on ------------------------------------------------------------------------------------------------

    def assignment(self, number: str) -> out.AssignmentOut:
        """The newest one."""
        return max(self.case(number).assignments, key=lambda a: a.id)

    def sign(self, number: str, assignment: str | None = None) -> None:
        self.ask("POST", f"/cases/{number}/assignments/{assignment or self.assignment(number).id}/signature")

    def take(self, number: str, action: str, *, key: str | None = None, **form: Any) -> str:
        """Take an office's action on the newest assignment of its office; the key it had."""
        rows = [a for a in self.case(number).assignments if a.office and a.state in ("sent", "received")]
        newest = max(rows, key=lambda a: a.id)
        return self.act(f"/cases/{number}/assignments/{newest.id}/actions/{action}", form, key=key)

    def documents(self, number: str) -> list[out.DocumentOut]:
        return self.several(out.DocumentOut, f"/cases/{number}/documents")

    def document(self, number: str, kind: str) -> out.DocumentOut:
        """The newest document of a kind, once its bytes are there."""

        def look() -> out.DocumentOut | None:
            found = [d for d in self.several(out.DocumentOut, f"/cases/{number}/documents") if d.kind == kind]
            assert all(d.state != "failed" for d in found), found
            newest = max(found, key=lambda d: d.id, default=None)
            return newest if newest and newest.state == "ready" else None

        return until(look, of=f"the document {kind} of {number}")

    def read(self, document: out.DocumentOut) -> bytes:
        return pdf(self.ask("GET", f"/documents/{document.id}"))

    def serve(self, number: str, kind: str, *, days_ago: int = 0) -> out.ServedOut:
        """Record that the newest document of a kind was handed to the applicant."""
        party = next(p for p in self.case(number).parties if p.role == "applicant")
        served = {"method": "in_person", "served_on": str(today() - timedelta(days=days_ago)), "party_id": party.id}
        answer = self.ask("POST", f"/documents/{self.document(number, kind).id}/services", served)
        return out.ServedOut.model_validate(answer.json())

    def reaches(self, number: str, state: str) -> None:
        """Wait until the newest of the office's proceedings is in this state."""

        def look() -> bool:
            rows = [a for a in self.case(number).assignments if a.office]
            return max(rows, key=lambda a: a.id).proceeding_state == state

        until(look, of=f"the proceeding of {number} to be {state}")
