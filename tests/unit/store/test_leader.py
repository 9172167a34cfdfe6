"""One of several processes leads, and whoever lets go leaves nothing behind."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from onewindow.store.engine import Place
from onewindow.store.leader import Leader

pytestmark = pytest.mark.postgres


def test_one_leads_until_it_lets_go(postgres_url: str) -> None:
    first, second = (Leader(Place.parse(postgres_url), "relay") for _ in range(2))
    assert first.holds() and first.holds()
    assert not second.holds()
    first.release()
    assert second.holds()
    second.release()


def test_letting_go_while_another_thread_is_still_trying_leaves_no_connection(postgres_url: str) -> None:
    leader = Leader(Place.parse(postgres_url), "relay")
    with ThreadPoolExecutor(2) as threads, psycopg.connect(postgres_url) as watching:
        for _ in range(20):
            together = threading.Barrier(2)

            def hold(together: threading.Barrier = together) -> bool:
                together.wait()
                return leader.holds()

            trying = threads.submit(hold)
            together.wait()
            leader.release()
            trying.result()
            leader.release()
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        for _ in range(50):
            left = watching.execute(query).fetchone()
            watching.rollback()
            if left == (0,):
                break
            threading.Event().wait(0.1)
    assert left == (0,)
