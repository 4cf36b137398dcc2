package org.ravencluster.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.ravendb.client.documents.DocumentStore;
import net.ravendb.client.documents.operations.GetCollectionStatisticsOperation;
import net.ravendb.client.documents.operations.GetStatisticsOperation;
import net.ravendb.client.documents.operations.ToggleDatabasesStateOperation;
import net.ravendb.client.documents.operations.configuration.ClientConfiguration;
import net.ravendb.client.documents.operations.configuration.PutClientConfigurationOperation;
import net.ravendb.client.documents.session.IDocumentSession;
import net.ravendb.client.exceptions.ConcurrencyException;
import net.ravendb.client.exceptions.RavenException;
import net.ravendb.client.exceptions.database.DatabaseDisabledException;
import net.ravendb.client.exceptions.database.DatabaseDoesNotExistException;
import net.ravendb.client.serverwide.DatabaseRecord;
import net.ravendb.client.serverwide.DatabaseRecord.DatabaseLockMode;
import net.ravendb.client.serverwide.operations.AddDatabaseNodeOperation;
import net.ravendb.client.serverwide.operations.CreateDatabaseOperation;
import net.ravendb.client.serverwide.operations.DeleteDatabasesOperation;
import net.ravendb.client.serverwide.operations.GetBuildNumberOperation;
import net.ravendb.client.serverwide.operations.GetDatabaseNamesOperation;
import net.ravendb.client.serverwide.operations.GetDatabaseRecordOperation;
import net.ravendb.client.serverwide.operations.configuration.GetDatabaseSettingsOperation;
import net.ravendb.client.serverwide.operations.configuration.PutDatabaseSettingsOperation;
import net.ravendb.client.serverwide.operations.ongoingTasks.SetDatabasesLockOperation;
import org.junit.jupiter.api.Test;

/** Operations on databases, and what they tell. */
class AdministrationTest extends DatabaseTest {
  private List<String> names() {
    return Arrays.asList(store.maintenance().server().send(new GetDatabaseNamesOperation(0, 1000)));
  }

  @Test
  void createsGrowsAndDeletesDatabases() throws InterruptedException {
    var server = store.maintenance().server();
    String name = "java-short-lived";
    assertEquals(name, server.send(new CreateDatabaseOperation(new DatabaseRecord(name))).getName());
    assertThrows(
        ConcurrencyException.class, () -> server.send(new CreateDatabaseOperation(new DatabaseRecord(name))));
    assertTrue(names().contains(name));
    server.send(new AddDatabaseNodeOperation(name));
    Cluster.eventually(
        "the copy to be a member",
        () -> server.send(new GetDatabaseRecordOperation(name)).getTopology().getMembers().size() == 2);
    server.send(new SetDatabasesLockOperation(name, DatabaseLockMode.PREVENT_DELETES_ERROR));
    assertThrows(RavenException.class, () -> server.send(new DeleteDatabasesOperation(name, true)));
    server.send(new SetDatabasesLockOperation(name, DatabaseLockMode.UNLOCK));
    server.send(new DeleteDatabasesOperation(name, true, null, Duration.ofSeconds(30)));
    assertFalse(names().contains(name));
    try (DocumentStore gone = Cluster.open(name);
        IDocumentSession session = gone.openSession()) {
      assertThrows(DatabaseDoesNotExistException.class, () -> session.load(User.class, "users/1"));
    }
  }

  @Test
  void showsRecords() {
    inSession(session -> session.query(User.class).search("bio", "fox").whereEquals("age", 30).toList());
    var server = store.maintenance().server();
    var record = server.send(new GetDatabaseRecordOperation(store.getDatabase()));
    assertEquals(store.getDatabase(), record.getDatabaseName());
    assertEquals(1, record.getTopology().getMembers().size());
    assertTrue(record.getEtag() > 0);
    assertNull(server.send(new GetDatabaseRecordOperation("java-nowhere")));
  }

  @Test
  void disablesAndEnablesDatabases() throws InterruptedException {
    try (DocumentStore toggled = Cluster.create("java-toggled", 1)) {
      var server = toggled.maintenance().server();
      assertTrue(server.send(new ToggleDatabasesStateOperation("java-toggled", true)).isDisabled());
      Cluster.eventually("the database to be refused", () -> isRefused(toggled));
      assertFalse(server.send(new ToggleDatabasesStateOperation("java-toggled", false)).isDisabled());
      Cluster.eventually("the database to be back", () -> !isRefused(toggled));
      server.send(new DeleteDatabasesOperation("java-toggled", true));
    }
  }

  private static boolean isRefused(DocumentStore store) {
    try (IDocumentSession session = store.openSession()) {
      session.load(User.class, "users/1");
      return false;
    } catch (DatabaseDisabledException refused) {
      return true;
    }
  }

  @Test
  void tellsStatistics() {
    save("statistics/1", new User("Counted", 1, null));
    assertTrue(store.maintenance().send(new GetStatisticsOperation()).getCountOfDocuments() >= 1);
    assertTrue(store.maintenance().send(new GetCollectionStatisticsOperation()).getCollections().get("Users") >= 1);
    assertTrue(store.maintenance().server().send(new GetBuildNumberOperation()).getFullVersion().startsWith("7."));
  }

  @Test
  void keepsSettings() {
    String key = "Indexing.MapTimeoutInSec";
    store.maintenance().send(new PutDatabaseSettingsOperation(store.getDatabase(), Map.of(key, "20")));
    var settings = store.maintenance().send(new GetDatabaseSettingsOperation(store.getDatabase()));
    assertEquals("20", settings.getSettings().get(key));
  }

  @Test
  void tellsClientsHowToBehave() throws InterruptedException {
    ClientConfiguration configuration = new ClientConfiguration();
    configuration.setMaxNumberOfRequestsPerSession(3);
    store.maintenance().send(new PutClientConfigurationOperation(configuration));
    Cluster.eventually("the client to follow", () -> requestsMax() == 3);
    configuration.setDisabled(true);
    store.maintenance().send(new PutClientConfigurationOperation(configuration));
    Cluster.eventually("the client to go back", () -> requestsMax() > 3);
  }

  private int requestsMax() {
    try (IDocumentSession session = store.openSession()) {
      session.load(User.class, "users/1");
      return session.advanced().getMaxNumberOfRequestsPerSession();
    }
  }
}
