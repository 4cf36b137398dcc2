import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { chainFault, type PresentedCertificate } from './certificate-chain.ts';
import type { KnownCertificates } from './certificate-definition.ts';
import { type CertificateFacts, factsOf } from './certificate-facts.ts';
import type { CertificateStore } from './certificate-store.ts';
import { type Identity, identify } from './identity.ts';
import { INTERMEDIATES_MAX, REMEMBERED_CHAINS_MAX, STRANGER_RECHECK_MS } from './limits.ts';

/** The other end of a connection. Who it is may change while the connection lives: ask at each request. */
export interface Peer {
  /** null: it showed no certificate. */
  readonly certificate: CertificateFacts | null;
  identity(): Identity;
}

export interface AuthorityOptions {
  readonly store: CertificateStore;
  readonly wellKnownAdmins: readonly string[];
  readonly wellKnownIssuers: readonly X509Certificate[];
  readonly known: () => KnownCertificates;
}

/** Says who a peer is by the certificate it showed, what the files say, and what the cluster knows. */
export class Authority {
  readonly #store: CertificateStore;
  readonly #wellKnownAdmins: ReadonlySet<string>;
  readonly #wellKnownIssuers: readonly X509Certificate[];
  readonly #known: () => KnownCertificates;
  /** By SHA-256 of the peer's certificate, the longest unused first. */
  readonly #chains = new Map<string, readonly X509Certificate[]>();
  #reloads = 0;

  constructor({ store, wellKnownAdmins, wellKnownIssuers, known }: AuthorityOptions) {
    this.#store = store;
    this.#wellKnownAdmins = new Set(wellKnownAdmins);
    this.#wellKnownIssuers = wellKnownIssuers;
    this.#known = known;
    store.onReplaced(() => {
      this.#reloads++;
    });
  }

  /** For a connection whose handshake is over. */
  peerOf(socket: TLSSocket): Peer {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return new CertifiedPeer(null, this);
    const facts = factsOf(certificate);
    const intermediates = this.#intermediatesOf(facts, certificate, socket.isSessionReused());
    return new CertifiedPeer({ facts, shown: { certificate, intermediates } }, this);
  }

  /** Changes whenever an identity may have become another. */
  get revision(): number {
    return this.#reloads + this.#known().revision;
  }

  identify(peer: ShownCertificate | null, nowMs: number): Identity {
    const fault = (authorities: readonly X509Certificate[]) =>
      peer === null ? 'there is no certificate' : faultOf(peer.shown, authorities, nowMs);
    return identify(
      peer?.facts ?? null,
      {
        server: this.#store.server.facts,
        wellKnownAdmins: this.#wellKnownAdmins,
        known: this.#known(),
        chainFault: () => fault(this.#store.trust.authorities),
        isFromWellKnownIssuer: () => fault(this.#wellKnownIssuers) === null,
      },
      nowMs,
    );
  }

  /** A resumed session brings the peer's own certificate only; the others are those of the full handshake. */
  #intermediatesOf(
    { sha256 }: CertificateFacts,
    certificate: X509Certificate,
    isResumed: boolean,
  ): readonly X509Certificate[] {
    const remembered = this.#chains.get(sha256);
    const intermediates = isResumed ? (remembered ?? []) : shownWith(certificate);
    this.#chains.delete(sha256);
    if (intermediates.length === 0) return intermediates;
    this.#chains.set(sha256, intermediates);
    for (const oldest of this.#chains.keys()) {
      if (this.#chains.size <= REMEMBERED_CHAINS_MAX) break;
      this.#chains.delete(oldest);
    }
    return intermediates;
  }
}

interface ShownCertificate {
  readonly facts: CertificateFacts;
  readonly shown: PresentedCertificate;
}

class CertifiedPeer implements Peer {
  readonly #shown: ShownCertificate | null;
  readonly #authority: Authority;
  #identity: Identity | undefined;
  #revision = -1;
  #validUntilMs = 0;

  constructor(shown: ShownCertificate | null, authority: Authority) {
    this.#shown = shown;
    this.#authority = authority;
  }

  get certificate(): CertificateFacts | null {
    return this.#shown?.facts ?? null;
  }

  identity(): Identity {
    const nowMs = Date.now();
    const { revision } = this.#authority;
    if (this.#identity !== undefined && revision === this.#revision && nowMs <= this.#validUntilMs) {
      return this.#identity;
    }
    const identity = this.#authority.identify(this.#shown, nowMs);
    this.#identity = identity;
    this.#revision = revision;
    // One that is trusted stays so until its certificate ends; one that is not may become valid at any time.
    const endMs = this.#shown?.facts.notAfter.getTime() ?? nowMs;
    this.#validUntilMs = identity.fault === null ? endMs : nowMs + STRANGER_RECHECK_MS;
    return identity;
  }
}

function faultOf(
  shown: PresentedCertificate,
  authorities: readonly X509Certificate[],
  nowMs: number,
): string | null {
  try {
    return chainFault(shown, authorities, nowMs);
  } catch (error) {
    // A certificate that can't be read to its end proves nothing.
    return `its chain can't be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The certificates that came along, the nearest first. */
function shownWith(certificate: X509Certificate): readonly X509Certificate[] {
  const shown: X509Certificate[] = [];
  let next = certificate.issuerCertificate;
  while (next !== undefined && shown.length < INTERMEDIATES_MAX) {
    shown.push(next);
    next = next.issuerCertificate;
  }
  return shown;
}
