"""信访办: petitions of three kinds, each in a module of its own."""

from onewindow.office import Office, hookimpl
from onewindow_petition.accusation import Accusation
from onewindow_petition.claim import Claim
from onewindow_petition.ledger import WayOut
from onewindow_petition.suggestion import Suggestion

office = Office(
    id="petition",
    title="信访办",
    handles={"C", "D", "E", "1801", "1802", "1803"},
    procedures=[Claim, Suggestion, Accusation],
    records=[WayOut],
)


@hookimpl
def onewindow_office() -> Office:
    """The declaration of this office."""
    return office
