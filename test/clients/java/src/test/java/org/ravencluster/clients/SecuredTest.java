package org.ravencluster.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.FileReader;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import net.ravendb.client.documents.BulkInsertOperation;
import net.ravendb.client.documents.DocumentStore;
import net.ravendb.client.documents.session.IDocumentSession;
import net.ravendb.client.exceptions.security.AuthorizationException;
import net.ravendb.client.serverwide.DatabaseRecord;
import net.ravendb.client.serverwide.operations.CreateDatabaseOperation;
import net.ravendb.client.serverwide.operations.certificates.CertificateDefinition;
import net.ravendb.client.serverwide.operations.certificates.CreateClientCertificateOperation;
import net.ravendb.client.serverwide.operations.certificates.DatabaseAccess;
import net.ravendb.client.serverwide.operations.certificates.DeleteCertificateOperation;
import net.ravendb.client.serverwide.operations.certificates.GetCertificatesOperation;
import net.ravendb.client.serverwide.operations.certificates.SecurityClearance;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** TLS with client certificates: who is known may, others are told that they may not. */
@TestInstance(Lifecycle.PER_CLASS)
class SecuredTest {
  private static final String DATABASE = "java-secured";
  private static final String PASSWORD = "secret";

  private DocumentStore administrator;

  @BeforeAll
  void createDatabase() throws Exception {
    administrator = open(administratorCertificate());
    administrator.maintenance().server().send(new CreateDatabaseOperation(new DatabaseRecord(DATABASE)));
  }

  @AfterAll
  void close() {
    administrator.close();
  }

  private static DocumentStore open(KeyStore certificate) throws Exception {
    DocumentStore store = new DocumentStore(System.getenv("SECURED_URL"), DATABASE);
    store.setCertificate(certificate);
    store.setCertificatePrivateKeyPassword(PASSWORD.toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("authority", certificateIn(System.getenv("SECURED_AUTHORITY")));
    store.setTrustStore(trusted);
    store.initialize();
    return store;
  }

  private static Certificate certificateIn(String file) throws Exception {
    String text = Files.readString(Path.of(file));
    byte[] pem = text.substring(text.indexOf("-----BEGIN CERTIFICATE")).getBytes();
    return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
  }

  private static KeyStore administratorCertificate() throws Exception {
    String file = System.getenv("SECURED_OPERATOR");
    try (PEMParser parser = new PEMParser(new FileReader(file))) {
      var keys = new JcaPEMKeyConverter().getKeyPair((PEMKeyPair) parser.readObject());
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "administrator", keys.getPrivate(), PASSWORD.toCharArray(), new Certificate[] {certificateIn(file)});
      return store;
    }
  }

  /** One that the node makes, from the PKCS#12 file that it gives. */
  private KeyStore certificate(String name, Map<String, DatabaseAccess> permissions) throws Exception {
    var create = new CreateClientCertificateOperation(name, permissions, SecurityClearance.VALID_USER, PASSWORD);
    byte[] archive = administrator.maintenance().server().send(create).getRawData();
    try (ZipInputStream files = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry file = files.getNextEntry(); file != null; file = files.getNextEntry()) {
        if (file.getName().endsWith(".pfx")) return readKeyStore(files);
      }
    }
    throw new AssertionError("The answer has no PKCS#12 file.");
  }

  private static KeyStore readKeyStore(InputStream file) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(file, PASSWORD.toCharArray());
    return store;
  }

  @Test
  void storesQueriesAndInsertsMany() throws Exception {
    try (DocumentStore store = open(certificate("java-writer", Map.of(DATABASE, DatabaseAccess.READ_WRITE)))) {
      try (BulkInsertOperation bulk = store.bulkInsert()) {
        for (int i = 0; i < 100; i++) bulk.store(new User("Name " + i, i, null), "bulk/" + i);
      }
      try (IDocumentSession session = store.openSession()) {
        session.store(new User("Ada", 36, null), "users/ada");
        session.saveChanges();
        var query = session.query(User.class).waitForNonStaleResults(Cluster.PATIENCE);
        assertEquals(2, query.whereIn("name", List.of("Ada", "Name 7")).count());
      }
    }
  }

  @Test
  void readsOnly() throws Exception {
    try (DocumentStore store = open(certificate("java-reader", Map.of(DATABASE, DatabaseAccess.READ)));
        IDocumentSession session = store.openSession()) {
      session.load(User.class, "users/none");
      session.store(new User("No", 1, null), "users/no");
      assertThrows(AuthorizationException.class, session::saveChanges);
    }
  }

  @Test
  void hasNoAccessToOtherDatabases() throws Exception {
    try (DocumentStore store = open(certificate("java-stranger", Map.of("another", DatabaseAccess.ADMIN)));
        IDocumentSession session = store.openSession()) {
      assertThrows(AuthorizationException.class, () -> session.load(User.class, "users/ada"));
    }
  }

  @Test
  void listsAndDeletesCertificates() throws Exception {
    certificate("java-short-lived", Map.of(DATABASE, DatabaseAccess.READ));
    CertificateDefinition found = listed("java-short-lived").get(0);
    assertEquals(Map.of(DATABASE, DatabaseAccess.READ), found.getPermissions());
    administrator.maintenance().server().send(new DeleteCertificateOperation(found.getThumbprint()));
    assertFalse(listed("java-short-lived").iterator().hasNext());
  }

  private List<CertificateDefinition> listed(String name) {
    CertificateDefinition[] all = administrator.maintenance().server().send(new GetCertificatesOperation(0, 100));
    return Arrays.stream(all).filter(one -> name.equals(one.getName())).toList();
  }
}
