"""TLS with client certificates: who is known may, others are told that they may not."""

import io
import os
import zipfile

import pytest
from ravendb import DocumentStore
from ravendb.serverwide.database_record import DatabaseRecord
from ravendb.serverwide.operations.certificates import (
    CreateClientCertificateOperation,
    DatabaseAccess,
    DeleteCertificateOperation,
    GetCertificatesOperation,
    SecurityClearance,
)
from ravendb.serverwide.operations.common import CreateDatabaseOperation, DeleteDatabaseOperation

from model import User

DATABASE = "python-secured"


def open_secured(certificate, database=DATABASE):
    store = DocumentStore(os.environ["SECURED_URL"], database)
    store.certificate_pem_path = str(certificate)
    store.trust_store_path = os.environ["SECURED_AUTHORITY"]
    store.initialize()
    return store


@pytest.fixture(scope="module")
def administrator():
    with open_secured(os.environ["SECURED_OPERATOR"]) as store:
        server = store.maintenance.server
        server.send(CreateDatabaseOperation(DatabaseRecord(DATABASE)))
        yield store
        server.send(DeleteDatabaseOperation(DATABASE, hard_delete=True))


@pytest.fixture
def certificate(administrator, tmp_path):
    """Has the node make a certificate, and gives the file of it."""

    def make(name, permissions, clearance=SecurityClearance.VALID_USER):
        archive = administrator.maintenance.server.send(
            CreateClientCertificateOperation(name, permissions, clearance)
        ).raw_data
        path = tmp_path / f"{name}.pem"
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            path.write_bytes(files.read(f"{name}.key") + files.read(f"{name}.crt"))
        return path

    return make


def test_stores_queries_and_inserts_many(certificate):
    with open_secured(certificate("writer", {DATABASE: DatabaseAccess.READ_WRITE})) as store:
        with store.open_session() as session:
            session.store(User("Ada"), "users/ada")
            session.save_changes()
        with store.bulk_insert() as bulk:
            for i in range(100):
                bulk.store_as(User(f"Name {i}"), f"bulk/{i}")
        with store.open_session() as session:
            query = session.query(object_type=User).where_in("name", ["Ada", "Name 7"]).wait_for_non_stale_results()
            assert query.count() == 2


def test_reads_only(certificate, administrator):
    with open_secured(certificate("reader", {DATABASE: DatabaseAccess.READ})) as store:
        with store.open_session() as session:
            assert session.load("users/none", User) is None
            session.store(User("No"), "users/no")
            with pytest.raises(Exception, match="(?i)forbidden|authoriz|read"):
                session.save_changes()


def test_has_no_access_to_other_databases(certificate):
    with open_secured(certificate("stranger", {"another": DatabaseAccess.ADMIN})) as store:
        with store.open_session() as session, pytest.raises(Exception, match="(?i)forbidden|authoriz|access"):
            session.load("users/ada", User)


def test_certificates_are_listed_and_deleted(certificate, administrator):
    certificate("short-lived", {DATABASE: DatabaseAccess.READ})
    send = administrator.maintenance.server.send
    listed = lambda: {found.name: found for found in send(GetCertificatesOperation(0, 100))}
    found = listed()["short-lived"]
    assert found.permissions == {DATABASE: DatabaseAccess.READ}
    send(DeleteCertificateOperation(found.thumbprint))
    assert "short-lived" not in listed()
