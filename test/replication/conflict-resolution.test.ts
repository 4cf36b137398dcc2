import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareChangeVectors, mergeChangeVectors } from '../../node/documents/change-vector.ts';
import { DocumentFlag } from '../../node/documents/document-flags.ts';
import {
  type ConflictPolicy,
  resolveArrival,
  resolveStored,
} from '../../node/replication/conflict-resolution.ts';
import type { DocumentVersion } from '../../node/replication/document-version.ts';
import { compareVersions } from '../../node/replication/version-order.ts';
import { documentTraits } from '../../node/replication/version-traits.ts';

const databases = ['A', 'B', 'C'].map((tag) => ({ tag, id: tag.padEnd(22, 'x') }));

function vector(etags: readonly number[]): string {
  return databases.flatMap(({ tag, id }, i) => (etags[i] ? [`${tag}:${etags[i]}-${id}`] : [])).join(', ');
}

function version(
  changeVector: string,
  text: string | null,
  lastModified = 1n,
  more: Partial<DocumentVersion> = {},
): DocumentVersion {
  const content = text === null ? null : { body: Buffer.from(text), metadata: Buffer.from('{}') };
  return { changeVector, collection: 'Things', flags: 0, lastModified, content, ...more };
}

function arrive(
  local: readonly DocumentVersion[],
  arrived: DocumentVersion,
  policy: ConflictPolicy = 'latest',
) {
  return resolveArrival(local, arrived, policy, documentTraits);
}

/**
 * Versions that several databases wrote at the same time: unique vectors, few contents, few times. A database's own
 * times only grow, which is what its hybrid logical clock is for.
 */
const concurrentVersions = fc
  .array(
    fc.record({
      database: fc.nat(2),
      text: fc.constantFrom('{"a":1}', '{"a":2}', '{"a":3}', null),
      pause: fc.bigInt({ min: 1n, max: 3n }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((writes) => {
    const clocks = [0n, 0n, 0n];
    return writes.map(({ database, text, pause }, i) => {
      const etags = [0, 0, 0];
      etags[database] = i + 1;
      const lastModified = (clocks[database] ?? 0n) + pause;
      clocks[database] = lastModified;
      return version(vector(etags), text, lastModified);
    });
  });

/** What a node holds after versions arrived in an order; resolutions keep their merged vector. */
function holdAfter(
  arrivals: readonly DocumentVersion[],
  policy: ConflictPolicy,
  before: readonly DocumentVersion[] = [],
): readonly DocumentVersion[] {
  return arrivals.reduce<readonly DocumentVersion[]>((local, arrived) => {
    const outcome = arrive(local, arrived, policy);
    if (outcome.kind === 'ignore') return local;
    return outcome.kind === 'conflict' ? outcome.versions : [outcome.version];
  }, before);
}

function summary(versions: readonly DocumentVersion[]): readonly string[] {
  return versions
    .map(({ content, changeVector, lastModified }) => {
      const sorted = changeVector.split(', ').sort().join(', ');
      return `${content?.body.toString() ?? 'deleted'} ${lastModified} ${sorted}`;
    })
    .sort();
}

describe('the rule of conflicts', () => {
  it('takes a version that includes what is there, and ignores one that is included', () => {
    const first = version(vector([1, 0, 0]), '{"n":1}');
    const second = version(vector([1, 2, 0]), '{"n":2}');
    expect(arrive([], first).kind).toBe('store');
    expect(arrive([first], second)).toEqual({ kind: 'store', version: second });
    expect(arrive([second], first).kind).toBe('ignore');
    expect(arrive([first], first).kind).toBe('ignore');
  });

  it('merges the vectors of two writes of the same content without a write of its own', () => {
    const here = version(vector([1, 0, 0]), '{}', 5n);
    const there = version(vector([0, 1, 0]), '{}', 9n);
    const outcome = arrive([here], there);
    expect(outcome.kind).toBe('merge');
    expect(outcome).toMatchObject({ version: { changeVector: vector([1, 1, 0]), lastModified: 9n } });
    expect(arrive([version(vector([1, 0, 0]), null)], version(vector([0, 1, 0]), null)).kind).toBe('merge');
  });

  it('writes the vector of merged twins alike, whichever half came first', () => {
    const one = version(vector([1, 0, 0]), '{}');
    const other = version(vector([0, 1, 0]), '{}');
    const third = version(vector([0, 0, 1]), '{}');
    const orders = [
      [one, other, third],
      [third, other, one],
      [other, third, one],
    ] as const;
    const texts = orders.map((order) => holdAfter(order, 'latest').map(({ changeVector }) => changeVector));
    expect(new Set(texts.flat()).size).toBe(1);
  });

  it('lets the later write win over a deletion or an update, and keeps the loser', () => {
    const deleted = version(vector([1, 0, 0]), null, 5n);
    const updated = version(vector([0, 1, 0]), '{}', 9n);
    for (const [local, arrived] of [
      [deleted, updated],
      [updated, deleted],
    ] as const) {
      const outcome = arrive([local], arrived);
      expect(outcome).toMatchObject({ kind: 'resolve', losers: [deleted] });
      expect(outcome).toMatchObject({ version: { content: updated.content, lastModified: 9n } });
    }
  });

  it('decides between versions in different collections as between any others', () => {
    const users = version(vector([1, 0, 0]), '{}', 5n, { collection: 'Users' });
    const orders = version(vector([0, 1, 0]), '{}', 5n, { collection: 'Orders' });
    const one = arrive([users], orders);
    const other = arrive([orders], users);
    expect(one).toMatchObject({ kind: 'resolve' });
    expect(one.kind === 'resolve' && one.version.collection).toBe(
      other.kind === 'resolve' && other.version.collection,
    );
  });

  it('gives HiLo documents the greatest Max, whatever the times and the policy', () => {
    const low = version(vector([1, 0, 0]), '{"Max":32}', 9n, { collection: '@hilo' });
    const high = version(vector([0, 1, 0]), '{"Max":64}', 5n, { collection: '@hilo' });
    for (const policy of ['latest', 'manual'] as const) {
      expect(arrive([low], high, policy)).toMatchObject({
        kind: 'resolve',
        version: high && { lastModified: 5n },
      });
      expect(arrive([high], low, policy)).toMatchObject({ kind: 'resolve', losers: [low] });
    }
  });

  it('lets a version of a cluster transaction win over a later ordinary one', () => {
    const raft = `RAFT:7-${'r'.repeat(22)}`;
    const flags = DocumentFlag.FromClusterTransaction;
    const transaction = version(raft, '{"from":"raft"}', 1n, { flags });
    const ordinary = version(vector([1, 0, 0]), '{}', 9n);
    expect(arrive([ordinary], transaction)).toMatchObject({ kind: 'resolve', losers: [ordinary] });
    expect(arrive([transaction], ordinary, 'manual')).toMatchObject({ kind: 'resolve', losers: [ordinary] });
  });

  it('tells what became of the same content that a cluster transaction has written, too: it does not merge', () => {
    const flags = DocumentFlag.FromClusterTransaction;
    const transaction = version(`RAFT:7-${'r'.repeat(22)},TRXN:20-${'t'.repeat(22)}`, '{"a":1}', 1n, {
      flags,
    });
    const ordinary = version(vector([1, 0, 0]), '{"a":1}', 9n);
    for (const outcome of [arrive([ordinary], transaction), arrive([transaction], ordinary)]) {
      expect(outcome).toMatchObject({ kind: 'resolve', version: { lastModified: 1n }, losers: [ordinary] });
    }
    // What two nodes come to so are twins again, and merge.
    const [one, other] = ['A:4', 'B:5'].map((own) => ({
      ...transaction,
      changeVector: `${own}-${own[0]?.padEnd(22, 'x')}, ${transaction.changeVector}`,
    }));
    if (one === undefined || other === undefined) throw new Error('There are two.');
    expect(arrive([one], other).kind).toBe('merge');
  });

  it('lets the later of two cluster transactions win, also over one of the former database of its name', () => {
    const flags = DocumentFlag.FromClusterTransaction;
    const former = version(`RAFT:40-${'f'.repeat(22)},TRXN:90-${'u'.repeat(22)}`, '{"a":1}', 9n, { flags });
    const later = version(`RAFT:3-${'r'.repeat(22)},TRXN:95-${'t'.repeat(22)}`, '{"a":2}', 1n, { flags });
    for (const outcome of [arrive([former], later), arrive([later], former)]) {
      expect(outcome).toMatchObject({ kind: 'resolve', losers: [former] });
    }
  });

  it('keeps all versions under the manual policy until one includes them all', () => {
    const a = version(vector([1, 0, 0]), '{"from":"a"}');
    const b = version(vector([0, 1, 0]), '{"from":"b"}');
    const outcome = arrive([a], b, 'manual');
    expect(outcome).toEqual({ kind: 'conflict', versions: [a, b] });
    expect(arrive([a, b], version(vector([1, 1, 1]), '{}'), 'manual').kind).toBe('store');
    expect(arrive([a, b], a, 'manual').kind).toBe('ignore');
    const c = version(vector([0, 2, 0]), '{"from":"b again"}');
    expect(arrive([a, b], c, 'manual')).toEqual({ kind: 'conflict', versions: [a, c] });
  });

  it('resolves what is stored to the version that would have won at once', () => {
    fc.assert(
      fc.property(concurrentVersions, (versions) => {
        const stored = holdAfter(versions, 'manual');
        const outcome = resolveStored(stored, documentTraits);
        const later = 'version' in outcome ? [outcome.version] : [];
        expect(summary(later)).toEqual(summary(holdAfter(versions, 'latest')));
      }),
    );
  });

  it('comes to the same content, time and vector in every order of arrival, repeated arrivals included', () => {
    fc.assert(
      fc.property(
        concurrentVersions,
        fc.constantFrom<ConflictPolicy>('latest', 'manual'),
        fc.infiniteStream(fc.nat()),
        (versions, policy, choices) => {
          const shuffled = versions
            .map((each) => ({ each, at: choices.next().value as number }))
            .sort((a, b) => a.at - b.at)
            .map(({ each }) => each);
          const repeated = [...shuffled, ...versions.slice(0, 2)];
          const here = holdAfter(versions, policy);
          const there = holdAfter(repeated, policy);
          // What is in conflict is always sent, which evens out how much of a vector twins have taken in.
          expect(summary(holdAfter(there, policy, here))).toEqual(summary(holdAfter(here, policy, there)));
          if (policy === 'latest') expect(summary(there)).toEqual(summary(here));
        },
      ),
    );
  });

  it('never forgets a version: what is held includes everything that arrived', () => {
    fc.assert(
      fc.property(
        concurrentVersions,
        fc.constantFrom<ConflictPolicy>('latest', 'manual'),
        (versions, policy) => {
          const held = holdAfter(versions, policy);
          const joined = held.map(({ changeVector }) => changeVector).reduce(mergeChangeVectors, '');
          for (const { changeVector } of versions) {
            expect(compareChangeVectors(changeVector, joined)).toBe('AlreadyMerged');
          }
        },
      ),
    );
  });
});

describe('the order of versions', () => {
  const anyVersion = concurrentVersions.map(([first]) => first as DocumentVersion);

  it('is total: antisymmetric, transitive, and a tie only between equal contents', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, anyVersion, (a, b, c) => {
        const compare = (x: DocumentVersion, y: DocumentVersion) =>
          Math.sign(compareVersions(x, y, documentTraits));
        expect(compare(a, b) + compare(b, a)).toBe(0);
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
        if (compare(a, b) === 0) expect(a.content?.body).toEqual(b.content?.body);
      }),
    );
  });
});
