package org.ravencluster.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import net.ravendb.client.documents.BulkInsertOperation;
import net.ravendb.client.documents.bulkInsert.BulkInsertOptions;
import net.ravendb.client.documents.commands.batches.DeleteCommandData;
import net.ravendb.client.documents.commands.batches.PatchCommandData;
import net.ravendb.client.documents.operations.DeleteByQueryOperation;
import net.ravendb.client.documents.operations.PatchByQueryOperation;
import net.ravendb.client.documents.operations.PatchOperation;
import net.ravendb.client.documents.operations.PatchRequest;
import net.ravendb.client.documents.operations.PatchStatus;
import net.ravendb.client.documents.queries.IndexQuery;
import net.ravendb.client.documents.session.IDocumentSession;
import net.ravendb.client.documents.session.JavaScriptArray;
import net.ravendb.client.documents.session.JavaScriptMap;
import net.ravendb.client.exceptions.ConcurrencyException;
import net.ravendb.client.exceptions.RavenException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes that are more than stored documents: patches, deferred commands, bulk insert, and what a batch waits for. */
class BatchesTest extends DatabaseTest {
  private static final String ID = "users/ada";
  private static final String ANOTHER_VERSION = "A:1-AAAAAAAAAAAAAAAAAAAAAA";

  @BeforeEach
  void storeAda() {
    User ada = new User("Ada", 36, null);
    ada.tags = List.of("a", "b");
    ada.address = Map.of("zip", "1");
    save(ID, ada);
  }

  private static PatchRequest script(String script, Map<String, Object> values) {
    PatchRequest request = PatchRequest.forScript(script);
    request.setValues(values);
    return request;
  }

  @Test
  void patchesByScript() {
    PatchRequest older = script("this.age += args.years", Map.of("years", 2));
    assertEquals(PatchStatus.PATCHED, store.operations().send(new PatchOperation(ID, null, older)));
    assertEquals(38, load(ID).age);
    PatchRequest same = PatchRequest.forScript("this.age = 38");
    assertEquals(PatchStatus.NOT_MODIFIED, store.operations().send(new PatchOperation(ID, null, same)));
    assertEquals(
        PatchStatus.DOCUMENT_DOES_NOT_EXIST, store.operations().send(new PatchOperation("users/never", null, same)));
    assertThrows(
        ConcurrencyException.class, () -> store.operations().send(new PatchOperation(ID, ANOTHER_VERSION, same)));
    PatchRequest wrong = PatchRequest.forScript("this.age = = 1");
    assertThrows(RavenException.class, () -> store.operations().send(new PatchOperation(ID, null, wrong)));
  }

  @Test
  void patchesInASession() {
    try (IDocumentSession session = store.openSession()) {
      session.advanced().increment(ID, "age", 4);
      session.advanced().patch(ID, "name", "Ada L.");
      session.advanced().patchArray(ID, "tags", (JavaScriptArray<String> tags) -> tags.add("c", "d").removeAt(0));
      session
          .advanced()
          .<User, String, String>patchObject(
              ID, "address", (JavaScriptMap<String, String> map) -> map.put("street", "Main").remove("zip"));
      session.saveChanges();
    }
    User ada = load(ID);
    assertEquals(40, ada.age);
    assertEquals("Ada L.", ada.name);
    assertEquals(List.of("b", "c", "d"), ada.tags);
    assertEquals(Map.of("street", "Main"), ada.address);
  }

  @Test
  void addsOrPatches() {
    for (int i = 0; i < 2; i++) {
      try (IDocumentSession session = store.openSession()) {
        session.advanced().addOrIncrement("users/i", new User("i", 1, null), "age", 4);
        session.advanced().addOrPatch("users/p", new User("p", 1, null), "age", 9);
        session.saveChanges();
      }
    }
    assertEquals(5, load("users/i").age);
    assertEquals(9, load("users/p").age);
  }

  @Test
  void patchesAndDeletesByQuery() {
    for (int i = 0; i < 5; i++) save("ulm/" + i, new User("u", i, "Ulm"));
    inSession(s -> s.query(User.class).waitForNonStaleResults(Cluster.PATIENCE).whereEquals("city", "Ulm").toList());
    store
        .operations()
        .sendAsync(new PatchByQueryOperation("from Users where city = 'Ulm' update { this.age += 10 }"))
        .waitForCompletion();
    assertEquals(14, load("ulm/4").age);
    IndexQuery query = new IndexQuery("from Users where city = 'Ulm'");
    query.setWaitForNonStaleResults(true);
    query.setWaitForNonStaleResultsTimeout(Cluster.PATIENCE);
    store.operations().sendAsync(new DeleteByQueryOperation(query)).waitForCompletion();
    assertNull(load("ulm/4"));
    assertNotNull(load(ID));
  }

  @Test
  void carriesDeferredCommands() {
    save("users/gone", new User("Gone", 1, null));
    try (IDocumentSession session = store.openSession()) {
      session
          .advanced()
          .defer(
              new PatchCommandData(ID, null, PatchRequest.forScript("this.age = 1")),
              new DeleteCommandData("users/gone", null));
      session.saveChanges();
    }
    assertEquals(1, load(ID).age);
    assertNull(load("users/gone"));
  }

  @Test
  void writesABatchWholeOrNotAtAll() {
    try (IDocumentSession session = store.openSession()) {
      session.store(new User("New", 1, null), "users/whole");
      session.advanced().defer(new DeleteCommandData(ID, ANOTHER_VERSION));
      assertThrows(ConcurrencyException.class, session::saveChanges);
    }
    assertNull(load("users/whole"));
  }

  @Test
  void waitsForIndexes() {
    inSession(s -> s.query(User.class).waitForNonStaleResults(Cluster.PATIENCE).whereEquals("city", "Waited").toList());
    try (IDocumentSession session = store.openSession()) {
      session
          .advanced()
          .waitForIndexesAfterSaveChanges(wait -> wait.withTimeout(Cluster.PATIENCE).throwOnTimeout(true));
      session.store(new User("W", 1, "Waited"), "users/waited");
      session.saveChanges();
      assertEquals(1, session.query(User.class).whereEquals("city", "Waited").count());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void insertsMany(boolean isCompressed) {
    BulkInsertOptions options = new BulkInsertOptions();
    options.setUseCompression(isCompressed);
    try (BulkInsertOperation bulk = store.bulkInsert(options)) {
      for (int i = 0; i < 2_000; i++) bulk.store(new User("Name " + i, i, null), "bulk-" + isCompressed + "/" + i);
    }
    int[] sum = {0};
    try (IDocumentSession session = store.openSession();
        var stream = session.advanced().stream(User.class, "bulk-" + isCompressed + "/")) {
      stream.forEachRemaining(result -> sum[0] += result.getDocument().age);
    }
    assertEquals(2_000 * 1_999 / 2, sum[0]);
  }

  @Test
  void givesIdsToWhatIsInserted() {
    String id;
    try (BulkInsertOperation bulk = store.bulkInsert()) {
      id = bulk.store(new User("Nobody gave me an id", 1, null));
    }
    assertTrue(id.startsWith("users/"), id);
    assertEquals("Nobody gave me an id", load(id).name);
  }
}
