"""What is not built says so, and leaves the session and the node as they were."""

import pytest
from ravendb import (
    CompactDatabaseOperation,
    CompactSettings,
    ConfigureExpirationOperation,
    ConfigureRevisionsOperation,
    ExpirationConfiguration,
    RevisionsConfiguration,
    SubscriptionCreationOptions,
)
from ravendb.exceptions.raven_exceptions import RavenException

from model import User


@pytest.fixture(scope="module", autouse=True)
def document(store):
    with store.open_session() as session:
        session.store(User("Ada"), "users/ada")
        session.save_changes()


def in_session(deed):
    def run(store):
        with store.open_session() as session:
            deed(session)
            session.save_changes()

    return run


def listen(store):
    with store.changes() as changes:
        changes.ensure_connected_now()


NOT_BUILT = {
    "subscriptions": lambda store: store.subscriptions.create_for_options(
        SubscriptionCreationOptions(query="from Users")
    ),
    "attachments": in_session(lambda session: session.advanced.attachments.store("users/ada", "a.txt", b"a")),
    "counters": in_session(lambda session: session.counters_for("users/ada").increment("likes")),
    "reading counters": in_session(lambda session: session.counters_for("users/ada").get("likes")),
    "revisions": lambda store: store.maintenance.send(ConfigureRevisionsOperation(RevisionsConfiguration())),
    "expiration": lambda store: store.maintenance.send(ConfigureExpirationOperation(ExpirationConfiguration())),
    "compaction": lambda store: store.maintenance.server.send_async(
        CompactDatabaseOperation(CompactSettings(store.database, True))
    ),
}


@pytest.mark.parametrize("what", NOT_BUILT)
def test_not_built(store, what):
    with pytest.raises(RavenException, match="(?i)not built|NotImplemented"):
        NOT_BUILT[what](store)
    with store.open_session() as session:
        assert session.load("users/ada", User).name == "Ada"
