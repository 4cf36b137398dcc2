import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Durability } from '../../../node/rachis/core/durability.ts';
import type { Entry } from '../../../node/rachis/core/entry.ts';
import { RaftLog } from '../../../node/rachis/core/raft-log.ts';

type Step =
  | { readonly kind: 'append'; readonly count: number }
  | { readonly kind: 'overwrite'; readonly back: number }
  | { readonly kind: 'take' }
  | { readonly kind: 'confirm'; readonly count: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('overwrite' as const), back: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('take' as const) }),
  fc.record({ kind: fc.constant('confirm' as const), count: fc.integer({ min: 1, max: 2 }) }),
);

function cut(log: readonly Entry[], write: readonly Entry[]): readonly Entry[] {
  const from = write[0]?.index ?? log.length + 1;
  return [...log.slice(0, from - 1), ...write];
}

function commonLength(left: readonly Entry[], right: readonly Entry[]): number {
  const differs = left.findIndex((entry, position) => entry !== right[position]);
  return differs < 0 ? left.length : differs;
}

test('durable is what the disk holds now and will hold after every write to come', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const log = new RaftLog({ index: 0, term: 0 }, []);
      const durability = new Durability(log);
      // The model: the disk as of the last confirmed write, and the writes after it. Entries are told apart by
      // identity, so that one written back after it was overwritten is another.
      let disk: readonly Entry[] = [];
      const writes: (readonly Entry[])[] = [];
      let ticket = 0;
      let confirmed = 0;
      let term = 1;
      const append = (count: number) => {
        const from = log.lastIndex + 1;
        for (let left = count; left > 0; left--) log.append({ kind: 'noop', index: log.lastIndex + 1, term });
        durability.entriesChanged(from);
      };
      for (const { kind, ...detail } of steps) {
        if (kind === 'append' && 'count' in detail) append(detail.count);
        else if (kind === 'overwrite' && 'back' in detail && log.lastIndex > 0) {
          term++;
          log.truncateFrom(Math.max(1, log.lastIndex + 1 - detail.back));
          append(1);
        } else if (kind === 'take') {
          const request = durability.take(1, null);
          if (request === null) continue;
          ticket = request.ticket;
          writes.push(request.entries);
        } else if (kind === 'confirm' && 'count' in detail && confirmed < ticket) {
          const upTo = Math.min(ticket, confirmed + detail.count);
          durability.confirm(upTo);
          for (; confirmed < upTo; confirmed++) disk = cut(disk, writes[confirmed] ?? []);
        }
        const present = log.slice(1, log.lastIndex, Infinity, Infinity);
        let stable = commonLength(disk, present);
        let later = disk;
        for (const write of writes.slice(confirmed)) {
          later = cut(later, write);
          const first = write[0]?.index;
          if (first !== undefined) stable = Math.min(stable, first - 1);
        }
        expect(durability.stableIndex).toBe(Math.min(stable, commonLength(later, present)));
      }
    }),
    { numRuns: 500 },
  );
});
