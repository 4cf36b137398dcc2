package org.ravencluster.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.util.function.Consumer;
import java.util.stream.Stream;
import net.ravendb.client.documents.DocumentStore;
import net.ravendb.client.documents.operations.revisions.ConfigureRevisionsOperation;
import net.ravendb.client.documents.operations.revisions.RevisionsConfiguration;
import net.ravendb.client.documents.session.IDocumentSession;
import net.ravendb.client.documents.subscriptions.SubscriptionCreationOptions;
import net.ravendb.client.exceptions.RavenException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is not built says so, and leaves the node as it was. */
class NotBuiltTest extends DatabaseTest {
  @BeforeAll
  void storeAda() {
    save("users/ada", new User("Ada", 36, null));
  }

  private interface Deed extends Consumer<DocumentStore> {}

  private static Arguments row(String name, Deed deed) {
    return arguments(name, deed);
  }

  private static Deed byASession(Consumer<IDocumentSession> deed) {
    return store -> {
      try (IDocumentSession session = store.openSession()) {
        deed.accept(session);
        session.saveChanges();
      }
    };
  }

  static Stream<Arguments> features() {
    SubscriptionCreationOptions subscription = new SubscriptionCreationOptions();
    subscription.setQuery("from Users");
    return Stream.of(
        row("subscriptions", store -> store.subscriptions().create(subscription)),
        row("counters", byASession(session -> session.countersFor("users/ada").increment("likes"))),
        row("reading counters", byASession(session -> session.countersFor("users/ada").get("likes"))),
        row(
            "attachments",
            byASession(
                session ->
                    session.advanced().attachments().store("users/ada", "a", new ByteArrayInputStream(new byte[] {1})))),
        row(
            "revisions",
            store -> store.maintenance().send(new ConfigureRevisionsOperation(new RevisionsConfiguration()))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("features")
  void saysSo(String name, Deed deed) {
    RavenException refusal = assertThrows(RavenException.class, () -> deed.accept(store));
    assertTrue(refusal.getMessage().contains("not built"), refusal.getMessage());
    assertEquals("Ada", load("users/ada").name);
  }
}
