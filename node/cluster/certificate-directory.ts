import type { KnownCertificates, StoredCertificate } from '../security/certificate-definition.ts';
import { CERTIFICATES } from './state/state-keys.ts';
import type { StateReader } from './state/state-transaction.ts';

/** The client certificates in the cluster's state, as this node has applied it. */
export class CertificateDirectory implements KnownCertificates {
  readonly #state: StateReader;
  readonly #listeners = new Set<() => void>();
  #byThumbprint: ReadonlyMap<string, StoredCertificate> = new Map();
  #revision = 0;

  constructor(state: StateReader) {
    this.#state = state;
    this.stateChanged();
  }

  get revision(): number {
    return this.#revision;
  }

  find(thumbprint: string): StoredCertificate | undefined {
    return this.#byThumbprint.get(thumbprint.toUpperCase());
  }

  findSameKey(publicKeyPinningHash: string, issuer: string): StoredCertificate | undefined {
    const same = this.all().filter(
      (stored) => stored.issuer === issuer && stored.definition.PublicKeyPinningHash === publicKeyPinningHash,
    );
    // Dates of one form compare as texts.
    return same.sort((a, b) => b.definition.NotBefore.localeCompare(a.definition.NotBefore))[0];
  }

  /** By thumbprint. */
  all(): readonly StoredCertificate[] {
    return [...this.#byThumbprint.values()];
  }

  /** Called when a certificate came, went, or is trusted with something else. */
  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** To be called after each change of the state; one that touched no certificate changes nothing here. */
  stateChanged(): void {
    const entries = this.#state.list(CERTIFICATES) as readonly (readonly [string, StoredCertificate])[];
    const isSame =
      entries.length === this.#byThumbprint.size &&
      // Values are immutable: an edited one is another object.
      entries.every(([, stored]) => this.#byThumbprint.get(stored.definition.Thumbprint) === stored);
    if (isSame) return;
    this.#byThumbprint = new Map(entries.map(([, stored]) => [stored.definition.Thumbprint, stored]));
    this.#revision++;
    for (const listener of this.#listeners) listener();
  }
}
