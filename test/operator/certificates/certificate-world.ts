import type {
  CertificateFacts,
  FoundAuthority,
  FoundLeaf,
} from '../../../operator/certificates/certificate-facts.ts';
import { type Holder, UNITS } from '../../../operator/certificates/certificate-facts.ts';
import type {
  AuthoritySecret,
  CertificateInput,
  NodeTrust,
  Publication,
  Supply,
} from '../../../operator/certificates/certificate-input.ts';
import type {
  AuthorityOrder,
  CertificateStep,
  LeafOrder,
} from '../../../operator/certificates/certificate-step.ts';
import { AUTHORITY_LIFETIME_MS, CLOCK_DIFFERENCE_MS } from '../../../operator/certificates/limits.ts';
import { type CertificatePlan, planCertificates } from '../../../operator/certificates/plan-certificates.ts';
import { PrivateKey } from '../../../operator/certificates/private-key.ts';
import type { TlsPolicy } from '../../../operator/certificates/tls-policy.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** After this long kubelets have brought a Secret to every running pod, whether the operator can ask it or not. */
const PROPAGATION_MS = HOUR_MS;

/** A pod that starts may get a Secret as it was this long ago. */
const STALE_READ_MS = 30_000;

interface Loaded {
  readonly leaf: FoundLeaf;
  readonly trust: readonly CertificateFacts[];
}

interface Version extends Loaded {
  readonly atMs: number;
}

interface ModelNode {
  isRunning: boolean;
  isSilent: boolean;
  /** Index of the version of the Secret that it uses. */
  version: number;
  /** Something keeps it from reading a newer one. */
  isHeldBack: boolean;
}

/** A violated promise: the message says which. */
export class BrokenPromiseError extends Error {}

/**
 * Secrets, the nodes that read them sooner or later, and an operator that may stop after any write. Certificates are
 * facts without cryptography: who vouches for whom, and until when.
 */
export class CertificateWorld {
  nowMs = Date.UTC(2026, 0, 1);
  authority: AuthoritySecret | undefined;
  published: Partial<Record<Holder, Publication>> = {};
  policy: TlsPolicy = { lifetimeMs: 90 * DAY_MS, renewBeforeMs: 30 * DAY_MS, overlapMs: DAY_MS };
  names: readonly string[] = ['db'];
  supply: Supply | undefined;
  readonly nodes = new Map<string, ModelNode>();
  /** Every state of the Secret that pods mount. */
  readonly versions: Version[] = [];
  readonly writes: CertificateStep[] = [];
  #made = 0;

  input(): CertificateInput {
    const { nowMs, policy, names, authority, published, supply } = this;
    return {
      nowMs,
      policy,
      names,
      nodes: this.#answers(),
      published: { ...published },
      ...(authority === undefined ? {} : { authority }),
      ...(supply === undefined ? {} : { supply }),
    };
  }

  /** Plans and writes until there is nothing to do, or the operator dies after so many writes. */
  pass(writes = 100): CertificatePlan {
    for (let count = 0; ; count += 1) {
      const plan = planCertificates(this.input());
      if (plan.step === undefined || count === writes) return plan;
      if (count > 20) throw new BrokenPromiseError(`a pass has no end: ${JSON.stringify(plan.step)}`);
      this.#write(plan.step);
      this.check();
    }
  }

  advance(ms: number): void {
    this.nowMs += ms;
    const atLeast = this.#newestAt(this.nowMs - PROPAGATION_MS);
    for (const node of this.nodes.values()) {
      if (!node.isHeldBack) node.version = Math.max(node.version, atLeast);
    }
    this.check();
  }

  /** The pod of a node starts, if there is a Secret to mount; `isStale` when the kubelet's cache is behind. */
  start(tag: string, isStale: boolean): void {
    if (this.published.Nodes === undefined || this.nodes.get(tag)?.isRunning === true) return;
    const version = this.#newestAt(isStale ? this.nowMs - STALE_READ_MS : this.nowMs);
    this.nodes.set(tag, {
      isRunning: true,
      isSilent: false,
      isHeldBack: false,
      version: Math.max(0, version),
    });
    this.check();
  }

  stop(tag: string): void {
    const node = this.nodes.get(tag);
    if (node !== undefined) node.isRunning = false;
  }

  silence(tag: string, isSilent: boolean): void {
    const node = this.nodes.get(tag);
    if (node !== undefined) node.isSilent = isSilent;
  }

  /** From now on the node reads nothing new any more, however long it is there. */
  holdBack(tag: string): void {
    const node = this.nodes.get(tag);
    if (node !== undefined) node.isHeldBack = true;
  }

  /** The node reads a newer version of the Secret: `skip` is how many it is still behind afterwards. */
  load(tag: string, skip = 0): void {
    const node = this.nodes.get(tag);
    if (node?.isRunning !== true) return;
    node.version = Math.max(node.version, this.versions.length - 1 - skip);
    this.check();
  }

  makeAuthority(lifetimeMs = AUTHORITY_LIFETIME_MS): FoundAuthority {
    return { certificate: this.#facts({ lifetimeMs, isAuthority: true }), key: new PrivateKey('') };
  }

  makeLeaf(
    authority: FoundAuthority,
    options: { lifetimeMs?: number; names?: readonly string[]; unit?: string } = {},
  ): FoundLeaf {
    const { lifetimeMs = this.policy.lifetimeMs, names = this.names, unit = UNITS.Nodes } = options;
    const leftMs = authority.certificate.notAfterMs - this.nowMs;
    const certificate = this.#facts({ lifetimeMs: Math.min(lifetimeMs, leftMs), names, units: [unit] });
    const { sha256 } = authority.certificate;
    return { certificate, chain: certificate.pem, key: new PrivateKey(''), authority: sha256 };
  }

  loadedBy(tag: string): Loaded | undefined {
    const node = this.nodes.get(tag);
    return node?.isRunning === true ? this.versions[node.version] : undefined;
  }

  /**
   * Every running node trusts what every other one shows, and what the operator shows. A node whose certificate has
   * ended talks to nobody any more.
   */
  check(): void {
    const running = [...this.nodes.keys()].filter((tag) => {
      const endMs = this.loadedBy(tag)?.leaf.certificate.notAfterMs;
      return endMs !== undefined && endMs > this.nowMs;
    });
    for (const tag of running) {
      const trust = new Set(this.loadedBy(tag)?.trust.map(({ sha256 }) => sha256));
      const shown = [
        ...running.map((peer) => ({ by: `node ${peer}`, leaf: this.loadedBy(peer)?.leaf })),
        { by: 'the operator', leaf: this.published.Operator?.leaf },
        // Whoever supplies certificates and none for Prometheus wants none.
        ...(this.supply === undefined || this.supply.certificates?.metrics !== undefined
          ? [{ by: 'Prometheus', leaf: this.published.Metrics?.leaf }]
          : []),
      ];
      for (const { by, leaf } of shown) {
        if (leaf === undefined || leaf.certificate.notAfterMs <= this.nowMs) continue;
        if (leaf.authority === undefined || !trust.has(leaf.authority)) {
          throw new BrokenPromiseError(
            `node ${tag} trusts ${[...trust].join(', ')}, but ${by} shows a certificate of ${leaf.authority}`,
          );
        }
      }
    }
  }

  /** For messages of tests: who trusts whom. */
  describe(): string {
    const ids = (trust: readonly CertificateFacts[] | undefined): string =>
      (trust ?? []).map(({ sha256 }) => sha256).join('+');
    const of = (one: Publication | Loaded | undefined): string =>
      `${one?.leaf?.certificate.sha256} of ${one?.leaf?.authority} trusting ${ids(one?.trust)}`;
    return [
      `authority ${this.authority?.current.certificate.sha256}, next ${this.authority?.next?.certificate.sha256}`,
      `nodes ${of(this.published.Nodes)}`,
      `operator ${of(this.published.Operator)}`,
      `supply ${of(this.supply?.certificates)}`,
      ...[...this.nodes.keys()].map((tag) => `${tag}: ${of(this.loadedBy(tag))}`),
    ].join('; ');
  }

  #answers(): readonly NodeTrust[] {
    return [...this.nodes.entries()]
      .filter(([, node]) => node.isRunning)
      .map(([tag, { isSilent }]) => {
        const loaded = this.loadedBy(tag);
        if (isSilent || loaded === undefined) return { tag };
        const trusted = loaded.trust.map(({ sha256 }) => sha256);
        const { thumbprint, notAfterMs } = loaded.leaf.certificate;
        return { tag, loaded: { thumbprint, trusted, notAfterMs } };
      });
  }

  #write(step: CertificateStep): void {
    this.writes.push(step);
    if (step.type === 'WriteAuthority') {
      this.authority = {
        current: this.#order(step.current),
        ...(step.next === undefined ? {} : { next: this.#order(step.next) }),
        ...(step.handledRequest === undefined ? {} : { handledRequest: step.handledRequest }),
      };
      return;
    }
    const { trust, trustSinceMs, authoritySinceMs } = step;
    const leaf = this.#leafOf(step.leaf, step.to);
    this.published[step.to] = { leaf, trust, trustSinceMs, authoritySinceMs };
    if (step.to === 'Nodes') this.versions.push({ leaf, trust, atMs: this.nowMs });
  }

  #order(order: AuthorityOrder): FoundAuthority {
    return order === 'New' ? this.makeAuthority() : order;
  }

  #leafOf(order: LeafOrder, to: Holder): FoundLeaf {
    if (!('issueUnder' in order)) return order;
    const { issueUnder } = order;
    if (issueUnder.key === undefined) throw new BrokenPromiseError('asked to sign without a key');
    return this.makeLeaf(issueUnder, {
      unit: UNITS[to],
      names: to === 'Nodes' ? this.names : [],
    });
  }

  #newestAt(ms: number): number {
    return this.versions.findLastIndex((version) => version.atMs <= ms);
  }

  #facts(options: {
    lifetimeMs: number;
    names?: readonly string[];
    units?: readonly string[];
    isAuthority?: boolean;
  }): CertificateFacts {
    this.#made += 1;
    const id = `${options.isAuthority === true ? 'CA' : 'LEAF'}${this.#made}`;
    return {
      pem: id,
      sha256: id,
      thumbprint: `${id}-SHA1`,
      subject: id,
      issuer: '',
      notBeforeMs: this.nowMs - CLOCK_DIFFERENCE_MS,
      notAfterMs: this.nowMs + options.lifetimeMs,
      names: options.names ?? [],
      units: options.units ?? [],
      isAuthority: options.isAuthority === true,
      forServers: true,
      forClients: true,
    };
  }
}
