"""The words of offices in other languages, from the catalogues of their bundles, a domain for each."""

import re

import structlog
from sqlalchemy import Connection

from onewindow.documents.bundle import BadBundle, load_bundle
from onewindow.errors import NotFound
from onewindow.i18n import DEFAULT, LANGUAGES, catalogue, parse_catalogue
from onewindow.plugins.offices import Offices

_CATALOGUE = re.compile(r"locale/([a-z]{2,3})\.po")
log = structlog.get_logger(__name__)


class OfficeTexts:
    """Loads the catalogue of each bundle once, when its office's manifest is first seen with it."""

    def __init__(self) -> None:
        self._loaded: set[str] = set()

    def load(self, conn: Connection, offices: Offices) -> None:
        """Make the titles of these offices readable; one whose bundle is missing or broken stays Chinese."""
        for office, known in offices.known.items():
            digest = known.manifest.bundle if known.manifest else ""
            if not digest or digest in self._loaded:
                continue
            try:
                files = load_bundle(conn, digest)
                named = [(_CATALOGUE.fullmatch(name), data) for name, data in files.items()]
                texts = {match[1]: parse_catalogue(data.decode()) for match, data in named if match}
            except (NotFound, BadBundle, ValueError) as error:
                log.warning("office.no_texts", office=office, error=type(error).__name__)
                continue
            self._loaded.add(digest)
            for lang, found in texts.items():
                if lang in LANGUAGES and lang != DEFAULT:
                    catalogue(lang).add(office, found)
