import { PAUSED_ANNOTATION } from '../api/annotations.ts';
import type { RavenCluster } from '../api/raven-cluster.ts';
import type { ClusterEvent } from '../decide/event-reasons.ts';
import type { ConditionDraft } from '../decide/step.ts';
import { SECRET } from '../platform/kubernetes/api/kinds.ts';
import { KubeError } from '../platform/kubernetes/api/kube-error.ts';
import { namespaceOf } from '../resources/desired-object.ts';
import { authoritySecretName, FIELD_MANAGER } from '../resources/names.ts';
import { askNodes, type RunningNode } from './ask-nodes.ts';
import { HOLDERS, type Holder } from './certificate-facts.ts';
import type { CertificateInput, NodeTrust, Publication, Supply } from './certificate-input.ts';
import type { CertificatesStatus } from './certificate-status.ts';
import type { CertificateStep } from './certificate-step.ts';
import { type ClientIdentity, clientIdentityOf } from './client-identity.ts';
import type { KubeAccess } from './kube-access.ts';
import {
  CLOCK_LEAD_MAX_MS,
  NEXT_LOOK_MAX_MS,
  NEXT_LOOK_MIN_MS,
  STEPS_PER_PASS_MAX,
  WAITING_LOOK_MS,
} from './limits.ts';
import { type CertificatePlan, planCertificates } from './plan-certificates.ts';
import { knownAuthorities, readAuthoritySecret, readPublication } from './read-secrets.ts';
import { holderSecretName, metadataOf, secretNameOf, secretOf } from './secret-manifest.ts';
import type { SecretObject } from './secret-object.ts';
import { SecureFetch } from './secure-fetch.ts';
import { clockLeadMs } from './server-clock.ts';
import { describeStep, eventsOf } from './step-events.ts';
import { lookForSupply } from './supply-source.ts';
import { type TlsPolicy, tlsPolicyOf } from './tls-policy.ts';
import { haveAllLoaded } from './trust-progress.ts';
import { wantedNames } from './wanted-names.ts';

/** What came of one look at the certificates of a cluster. */
export interface CertificatesResult {
  /** CertificatesReady; none without TLS. */
  readonly conditions: readonly ConditionDraft[];
  /** For `status.certificates`; absent without TLS. */
  readonly status?: CertificatesStatus;
  readonly events: readonly ClusterEvent[];
  /** When to come again, in milliseconds from now, if nothing happens before. */
  readonly requeueAfterMs: number;
  /** How the operator speaks to the nodes; absent without TLS, and while there are no certificates. */
  readonly identity?: ClientIdentity;
}

/** A Secret of this name in the namespace of the cluster, as new as the reader knows it. */
export type SecretReader = (namespace: string, name: string) => Promise<SecretObject | undefined>;

/** Everything that was found of a cluster's certificates. */
interface Findings {
  readonly secrets: ReadonlyMap<string, SecretObject | undefined>;
  readonly policy: TlsPolicy;
  readonly names: readonly string[];
  readonly supply: Supply | undefined;
}

/** Somebody else wrote first. */
const RACES: ReadonlySet<string> = new Set(['Conflict', 'AlreadyExists']);

const NO_TLS: CertificatesResult = { conditions: [], events: [], requeueAfterMs: NEXT_LOOK_MAX_MS };

/**
 * Keeps the certificates of one cluster: looks, plans, writes one Secret, plans again, until nothing is left to do now.
 * Holds nothing that a restart would need.
 */
export class CertificateKeeper {
  readonly #client: KubeAccess;
  readonly #clusterDomain: string;
  readonly #readSecret: SecretReader;
  readonly #tell: (message: string) => void;
  #fetch: SecureFetch | undefined;
  /** What the nodes said last, for looks that follow each other quickly. */
  #answers: NodeAnswers | undefined;

  constructor(options: {
    readonly client: KubeAccess;
    /** Domain of the Kubernetes cluster, such as `cluster.local`. */
    readonly clusterDomain: string;
    /** Asks the API server when absent. */
    readonly readSecret?: SecretReader;
    /** Hears of every change in one line. */
    readonly tell: (message: string) => void;
  }) {
    const { client } = options;
    this.#client = client;
    this.#clusterDomain = options.clusterDomain;
    this.#readSecret =
      options.readSecret ??
      ((namespace, name) => client.get<SecretObject>({ kind: SECRET, namespace, name }));
    this.#tell = options.tell;
  }

  /**
   * @param nodes those that have a process now
   * @throws KubeError when the API server can't be asked; a write that it refuses is told as a condition
   */
  async reconcile(
    cluster: RavenCluster,
    nodes: readonly RunningNode[],
    nowMs: number,
  ): Promise<CertificatesResult> {
    if (cluster.spec.tls.mode === 'Disabled') return NO_TLS;
    const isReadOnly =
      cluster.metadata.annotations?.[PAUSED_ANNOTATION] === 'true' ||
      cluster.metadata.deletionTimestamp !== undefined;
    let findings = await this.#look(cluster, nowMs, isReadOnly);
    const events: ClusterEvent[] = [];
    for (let written = 0; ; written += 1) {
      const known = knownAuthorities([...findings.secrets.values()]);
      const silent = inputOf(cluster.metadata.name, findings, known, nowMs);
      const identity = clientIdentityOf(silent, known);
      const input = { ...silent, nodes: await this.#ask(nodes, silent, identity) };
      const plan = planCertificates(input);
      if (plan.step === undefined || isReadOnly || written === STEPS_PER_PASS_MAX) {
        return resultOf(plan, events, identity);
      }
      const leadMs = written === 0 ? await clockLeadMs(this.#client, cluster, nowMs) : undefined;
      if (Math.abs(leadMs ?? 0) > CLOCK_LEAD_MAX_MS) {
        return troubled(resultOf(plan, events, identity), describeClock(leadMs ?? 0));
      }
      try {
        findings = await this.#carryOut(plan.step, cluster, findings, nowMs);
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        // Somebody else wrote first, or a cache was behind: look at what there is now.
        if (RACES.has(error.reason)) {
          return { ...resultOf(plan, events, identity), requeueAfterMs: NEXT_LOOK_MIN_MS };
        }
        return troubled(resultOf(plan, events, identity), `A Secret could not be written: ${error.message}`);
      }
      this.#tell(describeStep(plan.step));
      events.push(...eventsOf(plan.step));
    }
  }

  /** Closes the connections to the nodes. */
  async stop(): Promise<void> {
    await this.#fetch?.close();
  }

  async #look(cluster: RavenCluster, nowMs: number, isReadOnly: boolean): Promise<Findings> {
    const { name } = cluster.metadata;
    const namespace = namespaceOf(cluster);
    const policy = tlsPolicyOf(cluster);
    const names = wantedNames({ name, namespace, spec: cluster.spec }, this.#clusterDomain);
    const secretNames = [
      authoritySecretName(name),
      ...HOLDERS.map((holder) => holderSecretName(name, holder)),
    ];
    const [supply, ...secrets] = await Promise.all([
      lookForSupply(this.#client, { cluster, policy, names, nowMs, isReadOnly }),
      ...secretNames.map((secret) => this.#readSecret(namespace, secret)),
    ]);
    return {
      secrets: new Map(secretNames.map((secret, index) => [secret, secrets[index]])),
      policy,
      names,
      supply,
    };
  }

  async #carryOut(
    step: CertificateStep,
    cluster: RavenCluster,
    findings: Findings,
    nowMs: number,
  ): Promise<Findings> {
    const { policy, names } = findings;
    const name = secretNameOf(step, cluster.metadata.name);
    const before = findings.secrets.get(name) ?? (await this.#reserve(step, cluster));
    const wanted = await secretOf(step, { cluster, nowMs, lifetimeMs: policy.lifetimeMs, names });
    const resourceVersion = before?.metadata.resourceVersion;
    const metadata = { ...wanted.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    // Never over what somebody else wrote meanwhile: another operator, or a person.
    const options = { kind: SECRET, fieldManager: FIELD_MANAGER, force: true } as const;
    const written = await this.#client.apply({ ...wanted, metadata }, options);
    return { ...findings, secrets: new Map([...findings.secrets, [name, written]]) };
  }

  /** An empty Secret, which only one can create: of two operators that make a first key at once, one must not. */
  async #reserve(step: CertificateStep, cluster: RavenCluster): Promise<SecretObject | undefined> {
    if (step.type !== 'WriteAuthority') return undefined;
    const metadata = metadataOf(cluster, secretNameOf(step, cluster.metadata.name));
    const empty: SecretObject = { apiVersion: SECRET.apiVersion, kind: SECRET.kind, metadata };
    return this.#client.create(empty, { kind: SECRET, fieldManager: FIELD_MANAGER });
  }

  /** Asks the nodes what they have loaded, while it is not known that all have loaded everything. */
  async #ask(
    nodes: readonly RunningNode[],
    input: CertificateInput,
    identity: ClientIdentity | undefined,
  ): Promise<readonly NodeTrust[]> {
    const last = this.#answers;
    const isOfNow = last !== undefined && input.nowMs - last.atMs < WAITING_LOOK_MS && isAbout(last, nodes);
    if (isOfNow) return last.trust;
    if (last !== undefined && isAbout(last, nodes) && haveAllLoaded(last.trust, input)) return last.trust;
    if (identity === undefined) return nodes.map(({ tag }) => ({ tag }));
    this.#fetch ??= new SecureFetch(identity);
    this.#fetch.use(identity);
    const trust = await askNodes(nodes, this.#fetch.fetch);
    this.#answers = { atMs: input.nowMs, trust };
    return trust;
  }
}

interface NodeAnswers {
  readonly atMs: number;
  readonly trust: readonly NodeTrust[];
}

function isAbout({ trust }: NodeAnswers, nodes: readonly RunningNode[]): boolean {
  return trust.length === nodes.length && nodes.every(({ tag }) => trust.some((one) => one.tag === tag));
}

function inputOf(
  cluster: string,
  { secrets, policy, names, supply }: Findings,
  known: ReturnType<typeof knownAuthorities>,
  nowMs: number,
): CertificateInput {
  const authority = readAuthoritySecret(secrets.get(authoritySecretName(cluster)));
  const published = HOLDERS.flatMap((holder): readonly [Holder, Publication][] => {
    const found = readPublication(secrets.get(holderSecretName(cluster, holder)), known, nowMs);
    return found === undefined ? [] : [[holder, found]];
  });
  return {
    nowMs,
    policy,
    names,
    nodes: [],
    published: Object.fromEntries(published),
    ...(authority === undefined ? {} : { authority }),
    ...(supply === undefined ? {} : { supply }),
  };
}

function resultOf(
  { condition, status, lookAgainInMs }: CertificatePlan,
  events: readonly ClusterEvent[],
  identity: ClientIdentity | undefined,
): CertificatesResult {
  return {
    conditions: [condition],
    status,
    events,
    requeueAfterMs: lookAgainInMs,
    ...(identity === undefined ? {} : { identity }),
  };
}

/** What is there goes on working; what could not be done is tried again. */
function troubled(result: CertificatesResult, trouble: string): CertificatesResult {
  const conditions = result.conditions.map((condition) => ({
    ...condition,
    message: `${condition.message ?? ''}. ${trouble}`,
  }));
  return { ...result, conditions, requeueAfterMs: WAITING_LOOK_MS };
}

/** A clock that is wrong makes certificates that no node accepts, and drops authorities that are in use. */
function describeClock(leadMs: number): string {
  const minutes = Math.round(Math.abs(leadMs) / 60_000);
  return `The clock of the operator is ${minutes} minutes ${leadMs > 0 ? 'ahead of' : 'behind'} the one of the API server, so no certificate is made or dropped: put the clock right, on the machine of the operator or on that of the API server`;
}
