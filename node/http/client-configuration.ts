import type { DatabaseRecord } from '../cluster/database-record.ts';

/** RavenDB's ClientConfiguration; every key is always shown, null when unset. */
export interface ClientConfiguration {
  readonly Disabled: boolean;
  /** Raft index of its last change. */
  readonly Etag: number;
  readonly MaxNumberOfRequestsPerSession: number | null;
  readonly ReadBalanceBehavior: string | null;
  readonly LoadBalanceBehavior: string | null;
  readonly LoadBalancerContextSeed: number | null;
  readonly IdentityPartsSeparator: string | null;
}

/** Who knows the server-wide one. */
export interface ServerWideConfiguration {
  clientConfiguration(): Readonly<Record<string, unknown>> | null;
}

/** What a client must be told of: the etag alone, or with a configuration. -2: none is set anywhere. */
export interface EffectiveConfiguration {
  readonly Etag: number;
  readonly Configuration: ClientConfiguration | null;
}

const NONE: EffectiveConfiguration = { Etag: -2, Configuration: null };

/**
 * The database's own wins whole; when it is absent or disabled the server-wide one counts. The etag is that of the last
 * change of either: clients ask again only for a greater one, so it must not fall when the database's own is disabled,
 * and a disabled one has to be shown where there is no other, for clients to go back to their own conventions.
 */
export function effectiveClientConfiguration(
  record: DatabaseRecord,
  cluster: ServerWideConfiguration,
): EffectiveConfiguration {
  const own = isObject(record.Client) ? record.Client : null;
  const serverWide = cluster.clientConfiguration();
  const chosen = own !== null && own.Disabled !== true ? own : (serverWide ?? own);
  if (chosen === null) return NONE;
  return {
    Etag: Math.max(etagOf(own), etagOf(serverWide)),
    Configuration: showClientConfiguration(chosen),
  };
}

function etagOf(raw: Readonly<Record<string, unknown>> | null): number {
  return typeof raw?.Etag === 'number' ? raw.Etag : NONE.Etag;
}

/** All keys, in the protocol's order. */
export function showClientConfiguration(raw: Readonly<Record<string, unknown>>): ClientConfiguration {
  const number = (key: string) => (typeof raw[key] === 'number' ? raw[key] : null);
  const text = (key: string) => (typeof raw[key] === 'string' ? raw[key] : null);
  return {
    Disabled: raw.Disabled === true,
    Etag: number('Etag') ?? 0,
    MaxNumberOfRequestsPerSession: number('MaxNumberOfRequestsPerSession'),
    ReadBalanceBehavior: text('ReadBalanceBehavior'),
    LoadBalanceBehavior: text('LoadBalanceBehavior'),
    LoadBalancerContextSeed: number('LoadBalancerContextSeed'),
    IdentityPartsSeparator: text('IdentityPartsSeparator'),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
