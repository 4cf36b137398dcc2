import type { RavenDatabaseSpec, RavenDatabaseStatus } from '../../../../operator/api/raven-database.ts';
import type { DatabaseWish } from '../../../../operator/decide/observed.ts';
import { holds } from './invariant.ts';

type MutableWish = { -readonly [K in keyof DatabaseWish]: DatabaseWish[K] };

/** RavenDatabase resources of a world. One that is deleted stays until the operator has nothing left to do for it. */
export class Wishes {
  resources: MutableWish[] = [];
  #count = 0;

  add(spec: RavenDatabaseSpec, nowMs: number): void {
    this.#count += 1;
    this.resources.push({ resource: `wish-${this.#count}`, spec, createdAtMs: nowMs, isDeleted: false });
  }

  edit(index: number, spec: Omit<RavenDatabaseSpec, 'name' | 'clusterRef'>): void {
    const wish = this.resources[index % Math.max(1, this.resources.length)];
    if (wish === undefined || wish.isDeleted) return;
    wish.spec = { ...wish.spec, ...spec };
  }

  delete(index: number): void {
    const wish = this.resources[index % Math.max(1, this.resources.length)];
    if (wish !== undefined) wish.isDeleted = true;
  }

  /** @param exists whether there is such a database */
  report(
    statuses: Readonly<Record<string, RavenDatabaseStatus>>,
    settled: readonly string[],
    exists: (name: string) => boolean,
  ): void {
    for (const wish of this.resources) {
      const status = statuses[wish.resource];
      if (status !== undefined) wish.status = status;
      if (!settled.includes(wish.resource)) continue;
      holds(wish.isDeleted, `${wish.resource} is settled, but nobody deleted it`);
      const hasRival = this.resources.some(
        (other) =>
          other !== wish && other.spec.name === wish.spec.name && other.createdAtMs <= wish.createdAtMs,
      );
      const isToGo = wish.spec.reclaimPolicy === 'Delete' && !hasRival;
      holds(!isToGo || !exists(wish.spec.name), `${wish.resource} is settled before its database is gone`);
    }
    this.resources = this.resources.filter(({ resource }) => !settled.includes(resource));
  }
}
