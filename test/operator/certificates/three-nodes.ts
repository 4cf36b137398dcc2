import type { CertificateFacts, Holder } from '../../../operator/certificates/certificate-facts.ts';
import type { Publication } from '../../../operator/certificates/certificate-input.ts';
import { CertificateWorld } from './certificate-world.ts';

const TAGS = ['A', 'B', 'C'];

/** A cluster of three nodes with its first certificates, whose making is no longer among the writes. */
export class ThreeNodes extends CertificateWorld {
  constructor() {
    super();
    this.pass();
    for (const tag of TAGS) this.start(tag, false);
    this.writes.length = 0;
  }

  /** Why each write was made. */
  reasons(): readonly (string | undefined)[] {
    return this.writes.map((step) =>
      step.type === 'Publish' ? `${step.to} ${step.reason ?? 'Trust'}` : step.reason,
    );
  }

  loadAll(): void {
    for (const tag of TAGS) this.load(tag);
  }

  /** How many authorities the nodes trust. */
  trusted(): number | undefined {
    return this.published.Nodes?.trust.length;
  }

  publishedTo(holder: Holder): Publication | undefined {
    return this.published[holder];
  }

  leafOf(holder: Holder): CertificateFacts | undefined {
    return this.publishedTo(holder)?.leaf?.certificate;
  }

  /** Whether the certificate of the nodes is still good. */
  usable(): boolean {
    const leaf = this.leafOf('Nodes');
    return leaf !== undefined && leaf.notAfterMs > this.nowMs;
  }
}
