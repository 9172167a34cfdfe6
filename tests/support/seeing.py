"""Whether somebody can find a matter, by any door that the desk has."""

from typing import Any

from onewindow.access.principal import Principal
from onewindow.errors import NotFound
from onewindow.routing.listing import Filters
from tests.support.matter import Matter
from tests.support.path import Running


async def sees(path: Running, who: Principal, matter: Matter) -> bool:
    """Whether somebody can open it or finds it in any list."""
    try:
        await path.centre.desk.read(who, matter.number)
    except NotFound:
        pages = [await path.centre.desk.queue(who), await listed(path, who)]
        assert matter.number not in {row["number"] for page in pages for row in page.rows}
        return False
    return True


async def listed(path: Running, who: Principal) -> Any:
    return await path.centre.desk.cases(who, Filters())
