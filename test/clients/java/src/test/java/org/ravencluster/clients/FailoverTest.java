package org.ravencluster.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.ravendb.client.documents.DocumentStore;
import net.ravendb.client.documents.session.IDocumentSession;
import net.ravendb.client.http.ReadBalanceBehavior;
import net.ravendb.client.serverwide.operations.GetDatabaseRecordOperation;
import net.ravendb.client.serverwide.operations.ReorderDatabaseMembersOperation;
import org.junit.jupiter.api.Test;

/** A database with a copy on every node: what is written is everywhere, and goes on while a node is down. */
class FailoverTest extends DatabaseTest {
  FailoverTest() {
    super(Cluster.URLS.length);
  }

  private void write(String id, User user, int replicas, Duration timeout) {
    try (IDocumentSession session = store.openSession()) {
      session
          .advanced()
          .waitForReplicationAfterSaveChanges(
              wait -> wait.numberOfReplicas(replicas).withTimeout(timeout).throwOnTimeout(true));
      session.store(user, id);
      session.saveChanges();
    }
  }

  private static User loadFrom(DocumentStore store, String id) {
    try (IDocumentSession session = store.openSession()) {
      return session.load(User.class, id);
    }
  }

  @Test
  void learnsOfAllNodesFromOne() {
    try (DocumentStore other = Cluster.open(store.getDatabase(), Cluster.URLS[2])) {
      loadFrom(other, "users/none");
      Set<String> urls =
          other.getRequestExecutor().getTopologyNodes().stream().map(node -> node.getUrl()).collect(Collectors.toSet());
      assertEquals(Set.of(Cluster.URLS), urls);
    }
  }

  @Test
  void holdsAWriteOnEveryNodeBeforeItSaysSo() {
    write("users/everywhere", new User("Everywhere", 1, null), 2, Cluster.PATIENCE);
    for (String url : Cluster.URLS) {
      try (DocumentStore near = Cluster.openOnly(store.getDatabase(), url)) {
        assertEquals("Everywhere", loadFrom(near, "users/everywhere").name);
      }
    }
  }

  @Test
  void tellsThatAWriteIsNotOnAsManyNodesAsAskedFor() throws InterruptedException {
    User few = new User("Few", 1, null);
    assertThrows(RuntimeException.class, () -> write("users/few", few, 7, Duration.ofSeconds(1)));
    Cluster.eventually("the write to be there", () -> load("users/few") != null);
  }

  @Test
  void reordersMembers() {
    var server = store.maintenance().server();
    server.send(new ReorderDatabaseMembersOperation(store.getDatabase(), List.of("C", "B", "A")));
    var record = server.send(new GetDatabaseRecordOperation(store.getDatabase()));
    assertEquals(List.of("C", "B", "A"), record.getTopology().getMembers());
  }

  @Test
  void balancesReads() {
    write("users/balanced", new User("Balanced", 1, null), 2, Cluster.PATIENCE);
    for (ReadBalanceBehavior behavior : List.of(ReadBalanceBehavior.ROUND_ROBIN, ReadBalanceBehavior.FASTEST_NODE)) {
      try (DocumentStore balanced = new DocumentStore(Cluster.URLS, store.getDatabase())) {
        balanced.getConventions().setReadBalanceBehavior(behavior);
        balanced.initialize();
        for (int i = 0; i < 6; i++) assertEquals("Balanced", loadFrom(balanced, "users/balanced").name);
      }
    }
  }

  @Test
  void goesOnWhileThePreferredNodeIsDown() throws IOException, InterruptedException {
    write("users/survivor", new User("Survivor", 1, null), 2, Cluster.PATIENCE);
    String victim = store.getRequestExecutor().getPreferredNode().currentNode.getUrl();
    Cluster.kill(victim);
    try {
      assertEquals("Survivor", load("users/survivor").name);
      write("users/during", new User("During", 1, null), 1, Cluster.PATIENCE);
      assertEquals("During", load("users/during").name);
      assertNotEquals(victim, store.getRequestExecutor().getPreferredNode().currentNode.getUrl());
    } finally {
      Cluster.start(victim);
    }
    try (DocumentStore back = Cluster.openOnly(store.getDatabase(), victim)) {
      Cluster.eventually("the node to have what it missed", () -> loadFrom(back, "users/during") != null);
    }
  }
}
