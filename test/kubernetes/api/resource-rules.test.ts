import { describe, expect, it } from 'vitest';
import { API_GROUP_VERSION } from '../../../operator/api/api-group.ts';
import type { CelRule } from '../../../operator/api/cel-rule.ts';
import { RAVEN_CLUSTER, RAVEN_DATABASE, type ResourceKind } from '../../../operator/api/resource-kind.ts';
import { validateResource } from '../../../operator/api/validate-resource.ts';
import type { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import { KubeError } from '../../../operator/platform/kubernetes/api/kube-error.ts';
import type { KindRef, KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { adminClient, describeOnKubernetes, newNamespace } from '../harness/api-test.ts';
import {
  CLUSTER_EXAMPLES,
  DATABASE_EXAMPLES,
  type Example,
  type RuleExamples,
  ruleName,
} from './rule-examples.ts';

const KINDS: readonly {
  readonly kind: ResourceKind;
  readonly examples: Readonly<Record<string, RuleExamples>>;
}[] = [
  { kind: RAVEN_CLUSTER, examples: CLUSTER_EXAMPLES },
  { kind: RAVEN_DATABASE, examples: DATABASE_EXAMPLES },
];

function kindRef({ kind, plural }: ResourceKind): KindRef {
  return { apiVersion: API_GROUP_VERSION, kind, plural, namespaced: true };
}

interface Resource extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

/** What the API server says to an example, and what we say without one: the fields and sentences that are wrong. */
interface Verdict {
  readonly server: readonly string[];
  readonly local: readonly string[];
}

class Judge {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #kind: ResourceKind;

  constructor(client: KubeClient, namespace: string, kind: ResourceKind) {
    this.#client = client;
    this.#namespace = namespace;
    this.#kind = kind;
  }

  async verdict({ from, to, name = 'x' }: Example): Promise<Verdict> {
    const kind = kindRef(this.#kind);
    const resource = (spec: Readonly<Record<string, unknown>>): Resource => ({
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: { namespace: this.#namespace, name },
      spec,
    });
    const options = { kind, dryRun: true, fieldValidation: 'Strict', isUrgent: true } as const;
    if (from === undefined) {
      const server = await refusals(() => this.#client.create(resource(to), options));
      return { server, local: this.#localFaults(resource(to), undefined) };
    }
    const before = await this.#client.create(resource(from), {
      kind,
      fieldValidation: 'Strict',
      isUrgent: true,
    });
    const after = { ...resource(to), metadata: before.metadata };
    const server = await refusals(() => this.#client.replace(after, options));
    await this.#client.delete({ kind, namespace: this.#namespace, name }, { isUrgent: true });
    return { server, local: this.#localFaults(resource(to), resource(from)) };
  }

  #localFaults(resource: Resource, previous: Resource | undefined): readonly string[] {
    const old = previous && validateResource(this.#kind, previous);
    expect(old?.faults ?? []).toEqual([]);
    const context = old === undefined ? {} : { previous: old.value };
    return validateResource(this.#kind, resource, context).faults.map(
      ({ path, message }) => `${path.join('.')} ${message}`,
    );
  }
}

interface Cause {
  readonly reason?: string;
  readonly field?: string;
  readonly message?: string;
}

/** The causes of a refusal; none when it was no refusal. */
async function refusals(write: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await write();
    return [];
  } catch (error) {
    if (!(error instanceof KubeError) || error.reason !== 'Invalid') throw error;
    const { causes = [] } = error.details as { readonly causes?: readonly Cause[] };
    return causes.map(({ field, message }) => `${field}: ${message}`);
  }
}

describe.each(KINDS)('the examples of $kind.kind', ({ kind, examples }) => {
  it('leave out no rule, and are of no rule that is not there', () => {
    expect(Object.keys(examples).sort()).toEqual(kind.rules.map(ruleName).sort());
    for (const { accepted, refused } of Object.values(examples)) {
      expect(accepted.length).toBeGreaterThan(0);
      expect(refused.length).toBeGreaterThan(0);
    }
  });
});

describeOnKubernetes.each(KINDS)(
  'the API server and our own validation judge $kind.kind alike',
  ({ kind, examples }) => {
    it.each(kind.rules.map((rule) => [ruleName(rule), rule] as const))('%s', async (name, rule: CelRule) => {
      const client = adminClient();
      const judge = new Judge(client, await newNamespace(client), kind);
      const { accepted = [], refused = [] } = examples[name] ?? {};
      for (const example of accepted) {
        expect({ example, ...(await judge.verdict(example)) }).toEqual({ example, server: [], local: [] });
      }
      for (const example of refused) {
        const { server, local } = await judge.verdict(example);
        expect({ example, local }).toEqual({ example, local: [name] });
        expect({ example, count: server.length }).toEqual({ example, count: 1 });
        // The sentence, and the field where the API server lets a rule name one.
        expect(server[0]).toContain(rule.message);
        const field = rule.field ?? [];
        const named = field[0] === 'metadata' ? [] : [...rule.at, ...field];
        expect(server[0]?.startsWith(`${named.join('.') || '<nil>'}: `)).toBe(true);
      }
    });
  },
);
