package org.ravencluster.clients;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import net.ravendb.client.documents.DocumentStore;
import net.ravendb.client.serverwide.DatabaseRecord;
import net.ravendb.client.serverwide.operations.CreateDatabaseOperation;

/** The cluster that the suite was started beside. */
final class Cluster {
  /** Of the nodes A, B and C. */
  static final String[] URLS = System.getenv("CLUSTER_URLS").split(",");

  /** How long a condition may take to hold, and an index to catch up. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private Cluster() {}

  static DocumentStore open(String database, String... urls) {
    DocumentStore store = new DocumentStore(urls.length == 0 ? URLS : urls, database);
    store.initialize();
    return store;
  }

  /** A store that asks one node, whatever that tells of others. */
  static DocumentStore openOnly(String database, String url) {
    DocumentStore store = new DocumentStore(url, database);
    store.getConventions().setDisableTopologyUpdates(true);
    store.initialize();
    return store;
  }

  /** A store for a new database. */
  static DocumentStore create(String database, int copies) {
    DocumentStore store = open(database);
    store.maintenance().server().send(new CreateDatabaseOperation(new DatabaseRecord(database), copies));
    return store;
  }

  /** Looks again until the condition holds. */
  static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) throw new AssertionError("Waited in vain for " + what + ".");
      Thread.sleep(50);
    }
  }

  /** Ends the process of a node as SIGKILL does. */
  static void kill(String url) throws IOException, InterruptedException {
    knock("kill", url);
  }

  /** Starts a node that is down, and waits until it serves. */
  static void start(String url) throws IOException, InterruptedException {
    knock("start", url);
  }

  private static void knock(String deed, String url) throws IOException, InterruptedException {
    String node = URLEncoder.encode(url, StandardCharsets.UTF_8);
    URI door = URI.create(System.getenv("CLUSTER_DOOR") + "/" + deed + "?node=" + node);
    HttpRequest request = HttpRequest.newBuilder(door).POST(BodyPublishers.noBody()).build();
    var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 200) throw new IOException(answer.body());
  }
}
