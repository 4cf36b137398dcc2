"""A database with a copy on every node: what is written is everywhere, and goes on while a node is down."""

from datetime import timedelta

import pytest
from ravendb import SessionOptions, TransactionMode
from ravendb.documents.conventions import DocumentConventions
from ravendb.http.misc import ReadBalanceBehavior
from ravendb.serverwide.operations.common import (
    AddDatabaseNodeOperation,
    GetDatabaseRecordOperation,
    ReorderDatabaseMembersOperation,
)

import cluster
from cluster import PATIENCE, URLS, eventually, new_database, open_store
from model import User, names


@pytest.fixture(scope="module")
def store():
    with new_database("python-failover", copies=len(URLS)) as store:
        yield store


def write(store, id, user, replicas=len(URLS) - 1):
    with store.open_session() as session:
        session.advanced.wait_for_replication_after_save_changes(
            lambda wait: wait.number_of_replicas(replicas).with_timeout(PATIENCE).throw_on_timeout(True)
        )
        session.store(user, id)
        session.save_changes()


def read(store, id):
    with store.open_session() as session:
        return session.load(id, User)


def only(url, database):
    """A store that asks one node, whatever that tells of others."""
    conventions = DocumentConventions()
    conventions.disable_topology_updates = True
    return open_store(database, [url], conventions)


def nodes_of(store):
    return {node.cluster_tag: node.url for node in store.get_request_executor().topology_nodes}


def test_the_client_learns_of_all_nodes_from_one(store):
    read(store, "users/none")
    with open_store(store.database, URLS[-1:]) as other:
        read(other, "users/none")
        assert nodes_of(other) == dict(zip("ABC", URLS))


def test_a_write_that_waits_is_on_every_node(store):
    write(store, "users/everywhere", User("Everywhere"))
    for url in URLS:
        with only(url, store.database) as near:
            assert read(near, "users/everywhere").name == "Everywhere"


def test_a_write_that_waits_in_vain_is_told_and_kept(store):
    with pytest.raises(Exception, match="(?i)replica"):
        with store.open_session() as session:
            session.advanced.wait_for_replication_after_save_changes(
                lambda wait: wait.number_of_replicas(7).with_timeout(timedelta(seconds=1)).throw_on_timeout(True)
            )
            session.store(User("Few"), "users/few")
            session.save_changes()
    eventually("the write to be there", lambda: read(store, "users/few"))


def test_a_cluster_wide_transaction_is_on_every_node(store):
    with store.open_session(session_options=SessionOptions(transaction_mode=TransactionMode.CLUSTER_WIDE)) as session:
        session.store(User("Agreed"), "users/agreed")
        session.save_changes()
        assert session.load("users/agreed", User).name == "Agreed"
    for url in URLS:
        with only(url, store.database) as near:
            eventually("the document to be there", lambda: read(near, "users/agreed"))


@pytest.mark.parametrize("behavior", [ReadBalanceBehavior.ROUND_ROBIN, ReadBalanceBehavior.NONE])
def test_reads_are_balanced(store, behavior):
    write(store, "users/balanced", User("Balanced"))
    conventions = DocumentConventions()
    conventions.read_balance_behavior = behavior
    with open_store(store.database, conventions=conventions) as other:
        assert [read(other, "users/balanced").name for _ in range(6)] == ["Balanced"] * 6


def test_members_are_reordered_and_added(store):
    send = store.maintenance.server.send
    send(ReorderDatabaseMembersOperation(store.database, ["C", "B", "A"]))
    topology = lambda database: send(GetDatabaseRecordOperation(database)).topology
    eventually("the new order", lambda: topology(store.database)["Members"] == ["C", "B", "A"])
    with new_database("python-grows") as small:
        before = topology(small.database)["Members"]
        added = send(AddDatabaseNodeOperation(small.database))
        assert len(added.topology.promotables or []) + len(added.topology.members) == 2
        eventually("the copy to be a member", lambda: len(topology(small.database)["Members"]) == 2)
        assert set(before) < set(topology(small.database)["Members"])


def test_goes_on_while_a_node_is_down(store):
    write(store, "users/survivor", User("Survivor", 1))
    victim = URLS[0]
    cluster.kill(victim)
    try:
        for i in range(6):
            assert read(store, "users/survivor").age == 1
            write(store, f"users/during-{i}", User("During"), replicas=1)
        with store.open_session() as session:
            found = session.query(object_type=User).where_starts_with("id()", "users/during-")
            assert names(found) == ["During"] * 6
    finally:
        cluster.start(victim)
    with only(victim, store.database) as back:
        for i in range(6):
            eventually("the node to have what it missed", lambda: read(back, f"users/during-{i}"))
