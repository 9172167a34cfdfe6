"""Each installed plugin is judged by itself: what is wrong with one quarantines that one, and the rest load."""

import pytest
from structlog.testing import capture_logs

from onewindow.plugins.discovery import Found, discover
from tests.unit.plugins.installing import Site, office_source

KERNEL = "0.1.4"


def found_in(site: Site) -> dict[str, Found]:
    return {one.id: one for one in discover(path=[str(site.folder)], kernel=KERNEL)}


def why_not(site: Site, name: str) -> str:
    """Why this one is quarantined; a good one beside it loads all the same."""
    site.install("good", office_source("good", "0801"))
    found = found_in(site)
    assert found["good"].office is not None and found["good"].reason is None
    assert found[name].office is None and found[name].manifest is None
    assert found[name].reason is not None
    return str(found[name].reason)


def test_a_good_one_is_found_with_its_manifest_and_bundle(site: Site) -> None:
    site.install("consumer", office_source("consumer", "0801"))
    one = found_in(site)["consumer"]
    assert one.office is not None and one.reason is None
    assert one.manifest is not None and one.bundle is not None
    assert one.manifest.bundle == one.bundle.hash
    assert (one.distribution, one.version, one.title) == ("onewindow-consumer 1.0", "1.0", "科室consumer")


def test_they_come_in_the_order_of_their_names(site: Site) -> None:
    for name in ("zebra", "alpha", "middle"):
        site.install(name, office_source(name, "0801"))
    assert list(found_in(site)) == ["alpha", "middle", "zebra"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import a_module_that_is_nowhere", "ModuleNotFoundError"),
        ("def broken(:\n", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("1 / 0", "ZeroDivisionError"),
        ("from onewindow.office import Office\nOffice(id='x y', title='', handles=set(), procedures=[])", "office id"),
        (
            "from onewindow.office import hookimpl\n@hookimpl\ndef onewindow_office():\n    raise KeyError('x')",
            "KeyError",
        ),
        ("from onewindow.office import hookimpl\n@hookimpl\ndef onewindow_nothing():\n    pass", "onewindow_nothing"),
        ("from onewindow.office import hookimpl\n@hookimpl\ndef onewindow_office():\n    return 5", "int"),
        ("from onewindow.office import hookimpl\n@hookimpl\nasync def onewindow_office():\n    pass", "coroutine"),
        (
            "from onewindow.office import hookimpl\n@hookimpl\ndef onewindow_office():\n    return None",
            "onewindow_office",
        ),
        ("x = 1", "onewindow_office"),
    ],
)
def test_one_that_breaks_when_it_is_loaded_is_quarantined(site: Site, source: str, said: str) -> None:
    site.install("broken", source)
    assert said in why_not(site, "broken")


@pytest.mark.parametrize(
    ("requires", "rule"),
    [
        ((), "no-specifier"),
        (("sqlalchemy>=2",), "no-specifier"),
        (("onewindow",), "no-specifier"),
        (("onewindow @ https://example.org/onewindow.whl",), "no-specifier"),
        (('onewindow>=0.1,<0.2; extra == "test"',), "no-specifier"),
        (("onewindow>=0.1",), "no-ceiling"),
        (("onewindow>=0.1,!=0.1.3",), "no-ceiling"),
        (("onewindow<0.2",), "no-floor"),
        (("onewindow>=0.2,<0.3",), "incompatible"),
        (("OneWindow>=0.1,<0.1.4",), "incompatible"),
    ],
)
def test_compatibility_is_judged_before_anything_is_loaded(site: Site, requires: tuple[str, ...], rule: str) -> None:
    site.install("other", "raise AssertionError('this was loaded')", requires=requires)
    assert "AssertionError" not in why_not(site, "other")
    reason = found_in(site)["other"].reason
    assert reason is not None and reason.rule == rule


@pytest.mark.parametrize(
    "requires", ["onewindow>=0.1,<0.2", "onewindow~=0.1.0", "onewindow==0.1.*", "OneWindow (>=0.1,<1)"]
)
def test_a_floor_and_a_ceiling_that_hold_us_are_compatible(site: Site, requires: str) -> None:
    site.install("consumer", office_source("consumer", "0801"), requires=(requires,))
    assert found_in(site)["consumer"].reason is None


def test_a_dependency_line_that_nobody_can_read_quarantines(site: Site) -> None:
    site.install("other", "raise AssertionError", requires=("onewindow >>> 1",))
    assert ">>>" in why_not(site, "other")


def test_two_distributions_of_one_name_are_both_out_and_both_named(site: Site) -> None:
    site.install("twin", office_source("twin", "0801"), distribution="onewindow-twin")
    site.install("twin", office_source("twin", "0801"), distribution="acme-twin", version="2.0")
    why = why_not(site, "twin")
    assert "onewindow-twin 1.0" in why and "acme-twin 2.0" in why


def test_an_office_under_another_name_than_its_entry_point_is_quarantined(site: Site) -> None:
    site.install("police", office_source("court", "0801"))
    why = why_not(site, "police")
    assert "police" in why and "court" in why


@pytest.mark.parametrize("name", ["kernel", "two-words", "Upper", "ow"])
def test_a_name_that_cannot_be_an_office_s_is_quarantined_under_a_name_that_can(site: Site, name: str) -> None:
    site.install(name, office_source("court", "0801"))
    (one,) = found_in(site).values()
    assert one.id.isalnum() and one.id != name and one.title == name
    assert name in str(one.reason)


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        (office_source("watch", "0801", title="宗教信仰"), "belief"),
        (office_source("watch", "0801", title="姓名"), "personal-undeclared"),
        (office_source("watch", "*"), "handles-everything"),
        (office_source("watch", "0801", procedure="重点人员稳控"), "watched-persons"),
    ],
)
def test_one_outside_the_boundary_is_quarantined_with_the_rule_and_logged(site: Site, source: str, rule: str) -> None:
    site.install("watch", source)
    with capture_logs() as logs:
        why_not(site, "watch")
    reason = found_in(site)["watch"].reason
    assert reason is not None and reason.rule == rule
    assert rule in [entry.get("rule") for entry in logs if entry["event"] == "boundary.refused"]


def test_half_an_uninstallation_stops_nobody(site: Site) -> None:
    (site.folder / "left_over-1.0.dist-info").mkdir()
    site.install("broken", "1 / 0")
    assert "ZeroDivisionError" in why_not(site, "broken")


def test_the_petition_office_of_this_environment_is_found() -> None:
    petition = next(one for one in discover() if one.id == "petition")
    assert petition.reason is None and petition.office is not None


def test_a_reason_is_put_into_words_for_each_reader(site: Site) -> None:
    site.install("other", "", requires=("onewindow>=3,<4",))
    reason = found_in(site)["other"].reason
    assert reason is not None
    assert "本中心是 0.1.4" in reason.text("zh")
    assert "0.1.4" in reason.text("en") and "本中心" not in reason.text("en")
