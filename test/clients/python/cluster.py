"""The cluster that the suite was started beside, and stores for it."""

import os
import time
from contextlib import contextmanager
from datetime import timedelta

import requests
from ravendb import DocumentStore
from ravendb.serverwide.database_record import DatabaseRecord
from ravendb.serverwide.operations.common import CreateDatabaseOperation, DeleteDatabaseOperation

URLS = os.environ["CLUSTER_URLS"].split(",")

# How long a condition may take to hold, and an index to catch up.
PATIENCE = timedelta(seconds=30)


def open_store(database, urls=URLS, conventions=None):
    store = DocumentStore(list(urls), database)
    if conventions is not None:
        store.conventions = conventions
    store.initialize()
    return store


@contextmanager
def new_database(database, copies=1):
    """
    A store for a new database, which is gone afterwards.

    With one copy, unless a test is about several: this client prefers no node, each request goes to the next one, where
    a write of a moment ago may not have arrived.
    """
    with open_store(database) as store:
        server = store.maintenance.server
        server.send(CreateDatabaseOperation(DatabaseRecord(database), copies))
        for url in URLS:
            eventually("every node to know the database", lambda: _knows(url, database))
        yield store
        server.send(DeleteDatabaseOperation(database, hard_delete=True))


def _knows(url, database):
    return requests.get(f"{url}/topology", params={"name": database}, timeout=30).ok


def eventually(what, condition):
    """
    Looks again until the condition gives something true, and gives that.

    What is asked of the server, not of a database, goes to the next node each time, which may not have heard of what
    another one has just done.
    """
    deadline = time.monotonic() + PATIENCE.total_seconds()
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"Waited in vain for {what}."
        time.sleep(0.05)


def kill(url):
    """Ends the process of a node as SIGKILL does."""
    _knock("kill", url)


def start(url):
    """Starts a node that is down, and waits until it serves."""
    _knock("start", url)


def _knock(deed, url):
    answer = requests.post(f"{os.environ['CLUSTER_DOOR']}/{deed}", params={"node": url}, timeout=120)
    assert answer.ok, answer.text
