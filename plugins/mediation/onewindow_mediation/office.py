"""调解室: people's mediation, from the application to the agreement that was kept."""

from onewindow.office import Office, hookimpl
from onewindow_mediation.mediation import Mediation
from onewindow_mediation.roster import RosterEntry

office = Office(id="mediation", title="调解室", handles={"F"}, procedures=[Mediation], records=[RosterEntry])


@hookimpl
def onewindow_office() -> Office:
    """The declaration of this office."""
    return office
