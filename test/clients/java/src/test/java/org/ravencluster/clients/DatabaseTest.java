package org.ravencluster.clients;

import java.util.function.Function;
import net.ravendb.client.documents.DocumentStore;
import net.ravendb.client.documents.session.IDocumentSession;
import net.ravendb.client.serverwide.operations.DeleteDatabasesOperation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Tests on a database of their own. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class DatabaseTest {
  DocumentStore store;
  private final int copies;

  /** With one copy: a test reads what it has written, whichever node a busy machine makes the preferred one. */
  DatabaseTest() {
    this(1);
  }

  DatabaseTest(int copies) {
    this.copies = copies;
  }

  @BeforeAll
  void createDatabase() {
    store = Cluster.create("java-" + getClass().getSimpleName(), copies);
  }

  @AfterAll
  void deleteDatabase() {
    store.maintenance().server().send(new DeleteDatabasesOperation(store.getDatabase(), true));
    store.close();
  }

  <R> R inSession(Function<IDocumentSession, R> deed) {
    try (IDocumentSession session = store.openSession()) {
      return deed.apply(session);
    }
  }

  void save(String id, Object entity) {
    inSession(
        session -> {
          session.store(entity, id);
          session.saveChanges();
          return null;
        });
  }

  User load(String id) {
    return inSession(session -> session.load(User.class, id));
  }
}
