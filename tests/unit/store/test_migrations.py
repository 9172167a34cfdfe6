"""Migrations: two distributions in one database, up and down, drift, and the range that a process accepts."""

from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, create_engine, inspect, text

from onewindow.errors import Misconfigured, Unavailable
from onewindow.store import Instant, Place, Store, counter_table, new_metadata
from onewindow.store.engine import migration_engine
from onewindow.store.migrations import Migrations, upgrade


def kernel_metadata() -> MetaData:
    metadata = new_metadata()
    counter_table(metadata)
    Table("matter", metadata, Column("id", String, primary_key=True), Column("opened_at", Instant(), index=True))
    note = Table("note", metadata, Column("id", Integer, primary_key=True), Column("matter", ForeignKey("matter.id")))
    Index(None, note.c.matter)
    return metadata


@pytest.fixture
def kernel(store_url: str, tmp_path: Path) -> Migrations:
    """A distribution with its first revision written and applied."""
    folder = tmp_path / "kernel"
    folder.mkdir()
    made = Migrations(store_url, "window", [folder], "alembic_kernel", kernel_metadata())
    made.make_revision("the first tables")
    made.upgrade()
    return made


def tables_of(migrations: Migrations) -> set[str]:
    engine = migration_engine(Place.parse(migrations.url, migrations.schema))
    with engine.connect() as conn:
        names = set(inspect(conn).get_table_names())
    engine.dispose()
    return names


def test_a_generated_revision_makes_exactly_the_models_tables(kernel: Migrations) -> None:
    assert tables_of(kernel) == {"counter", "matter", "note", "alembic_kernel", "schema_oldest"}
    assert (kernel.current(), kernel.heads(), kernel.differences()) == ("0001", ("0001",), [])
    kernel.check()


def test_the_revision_is_numbered_and_names_our_types(kernel: Migrations) -> None:
    source = (Path(kernel.locations[0]) / "0001_the_first_tables.py").read_text()
    assert "from onewindow.store.types import Instant" in source
    assert "sqlmodel" not in source


def test_up_down_and_up_again(kernel: Migrations) -> None:
    kernel.downgrade("base")
    assert tables_of(kernel) == {"alembic_kernel", "schema_oldest"}
    kernel.upgrade()
    kernel.check()


def test_two_distributions_in_one_database_leave_each_other_alone(kernel: Migrations, tmp_path: Path) -> None:
    folder = tmp_path / "office"
    folder.mkdir()
    metadata = new_metadata()
    Table("site", metadata, Column("id", String, primary_key=True))
    office = Migrations(kernel.url, kernel.schema, [folder], "alembic_safety", metadata)
    source = office.make_revision("sites").read_text()
    assert "site" in source and "drop_table('matter')" not in source.replace('"', "'")
    upgrade(office.url, office.schema, office.locations, office.version_table, office.metadata)
    assert {"site", "matter", "alembic_safety"} <= tables_of(kernel)
    office.downgrade("base")
    kernel.check()
    assert "matter" in tables_of(kernel) and "site" not in tables_of(kernel)


def test_a_model_without_its_revision_is_a_difference(kernel: Migrations) -> None:
    Table("late", kernel.metadata, Column("id", String, primary_key=True))
    assert [change[0] for change in kernel.differences()] == ["add_table"]


def revision(folder: Path, number: int, body: str, oldest: str | None = None) -> None:
    (folder / f"{number:04d}_step.py").write_text(
        f'"""Step."""\n\nfrom alembic import op\nimport sqlalchemy as sa\n\nrevision = "{number:04d}"\n'
        f"down_revision = {f'{number - 1:04d}' if number > 1 else None!r}\nbranch_labels = None\ndepends_on = None\n"
        f"oldest = {oldest!r}\n\n\ndef upgrade() -> None:\n    {body}\n\n\ndef downgrade() -> None:\n    pass\n"
    )


def test_a_changed_column_keeps_rows_and_references(kernel: Migrations) -> None:
    with_rows(kernel, "INSERT INTO matter (id) VALUES ('m')", "INSERT INTO note (id, matter) VALUES (1, 'm')")
    change = 'with op.batch_alter_table("matter") as b: b.add_column(sa.Column("title", sa.String(), nullable=True)); '
    revision(Path(kernel.locations[0]), 2, change + 'b.alter_column("opened_at", nullable=True, new_column_name="at")')
    kernel.upgrade()
    assert with_rows(kernel, "SELECT matter FROM note WHERE matter IN (SELECT id FROM matter)") == [("m",)]


def test_a_migration_that_breaks_references_is_taken_back(kernel: Migrations) -> None:
    with_rows(kernel, "INSERT INTO matter (id) VALUES ('m')", "INSERT INTO note (id, matter) VALUES (1, 'm')")
    revision(Path(kernel.locations[0]), 2, 'op.execute("DELETE FROM matter")')
    with pytest.raises(Exception, match=r"引用失效|violates foreign key"):
        kernel.upgrade()
    assert kernel.current() == "0001"
    assert with_rows(kernel, "SELECT id FROM matter") == [("m",)]


def with_rows(migrations: Migrations, *statements: str) -> list[tuple[object, ...]]:
    engine = migration_engine(Place.parse(migrations.url, migrations.schema))
    found: list[tuple[object, ...]] = []
    with engine.begin() as conn:
        for statement in statements:
            result = conn.execute(text(statement))
            found = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return found


def test_a_process_refuses_a_database_that_is_behind_it(kernel: Migrations) -> None:
    revision(Path(kernel.locations[0]), 2, "pass")
    with pytest.raises(Misconfigured) as refused:
        kernel.check()
    assert refused.value.params == {"current": "0001", "head": "0002"}


@pytest.mark.parametrize(("oldest", "accepted"), [(None, True), ("0001", True), ("0002", False)])
def test_a_process_runs_on_newer_tables_while_they_say_so(
    kernel: Migrations, oldest: str | None, accepted: bool
) -> None:
    folder = Path(kernel.locations[0])
    revision(folder, 2, "pass")
    revision(folder, 3, "pass", oldest=oldest)
    kernel.upgrade()
    for later in (2, 3):  # the process of the release before does not have these files
        (folder / f"{later:04d}_step.py").unlink()
    if accepted:
        kernel.check()
    else:
        with pytest.raises(Misconfigured):
            kernel.check()


def test_two_heads_are_a_mistake(kernel: Migrations) -> None:
    folder = Path(kernel.locations[0])
    revision(folder, 2, "pass")
    (folder / "0003_step.py").write_text((folder / "0002_step.py").read_text().replace('"0002"', '"0003"'))
    with pytest.raises(Misconfigured):
        kernel.check()


def test_an_open_store_keeps_migrations_out_of_its_file(sqlite_url: str, tmp_path: Path) -> None:
    migrations = Migrations(sqlite_url, None, [tmp_path], "alembic_kernel", kernel_metadata())
    store = Store.open(sqlite_url, metadata=kernel_metadata())
    with pytest.raises(Unavailable):
        migrations.upgrade()
    migrations.upgrade(lock=False)
    store.close_now()


@pytest.mark.postgres
def test_each_schema_has_its_own_tables(postgres_url: str, tmp_path: Path) -> None:
    for schema in ("east", "west"):
        folder = tmp_path / schema
        folder.mkdir()
        Migrations(postgres_url, schema, [folder], "alembic_kernel", kernel_metadata()).make_revision("first")
    Migrations(postgres_url, "east", [tmp_path / "east"], "alembic_kernel", kernel_metadata()).upgrade()
    engine = create_engine(Place.parse(postgres_url).url)
    found = inspect(engine)
    assert "matter" in found.get_table_names("east") and "matter" not in found.get_table_names("west")
    assert found.get_table_names("public") == []
    engine.dispose()


@pytest.mark.parametrize("url", ["sqlite://", "mysql://x/y", "nonsense"])
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured):
        Place.parse(url)


def test_a_schema_name_is_checked_before_it_becomes_sql() -> None:
    with pytest.raises(Misconfigured):
        Place.parse("postgresql://h/d", 'x"; DROP SCHEMA public; --')
