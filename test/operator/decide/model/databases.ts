import type { Action } from '../../../../operator/decide/action.ts';
import { ordinalOfTag } from '../../../../operator/decide/node-tag.ts';
import type { ObservedDatabase } from '../../../../operator/decide/observed.ts';
import { holds } from './invariant.ts';
import type { ModelNodes } from './model-node.ts';

type MutableDatabase = { -readonly [K in keyof ObservedDatabase]: ObservedDatabase[K] } & {
  settings: Readonly<Record<string, string>>;
};

type GroupAction = Extract<Action, { type: 'AddDatabaseReplica' | 'RemoveDatabaseReplica' }>;

/** The databases of a world: records, and what is on the disks of the nodes that they name. */
export class Databases {
  records: MutableDatabase[] = [];
  readonly #nodes: ModelNodes;
  readonly #takesPart: (tag: string) => boolean;

  constructor(nodes: ModelNodes, takesPart: (tag: string) => boolean) {
    this.#nodes = nodes;
    this.#takesPart = takesPart;
  }

  named(name: string): MutableDatabase | undefined {
    return this.records.find((record) => record.name === name);
  }

  listing(tag: string): readonly MutableDatabase[] {
    return this.records.filter((record) => holders(record).includes(tag));
  }

  create(name: string, tags: readonly string[], settings: Readonly<Record<string, string>> = {}): void {
    if (this.named(name) !== undefined) return;
    for (const tag of tags) this.#diskOf(tag).copies.add(name);
    this.records.push({
      name,
      disabled: false,
      members: tags,
      promotables: [],
      rehabs: [],
      deleting: [],
      settings,
    });
  }

  delete(name: string): void {
    const record = this.named(name);
    if (record === undefined) return;
    record.deleting = [...new Set([...record.deleting, ...holders(record)])];
    for (const tag of record.deleting) withoutTag(record, tag);
  }

  changeGroup(action: GroupAction): void {
    const { tag } = action;
    const record = this.named(action.database);
    if (record === undefined) return;
    if (action.type === 'AddDatabaseReplica') {
      holds(!holders(record).includes(tag), `a second copy of ${record.name} on ${tag}`);
      record.promotables = [...record.promotables, tag];
      return;
    }
    this.requireAnotherCopy(record, tag, 'removing');
    withoutTag(record, tag);
    record.deleting = [...record.deleting, tag];
  }

  /** Somebody else is a member and has the data on a disk that is still there. */
  requireAnotherCopy(record: ObservedDatabase, tag: string, doing: string): void {
    const left = record.members.filter((member) => member !== tag);
    holds(
      left.some((member) => this.#diskOf(member).copies.has(record.name)),
      `${doing} ${tag} drops the last copy of ${record.name}`,
    );
  }

  /** A node left the membership: its place in every group goes. */
  forget(tag: string): void {
    for (const record of this.records) {
      withoutTag(record, tag);
      record.deleting = record.deleting.filter((one) => one !== tag);
    }
    this.#dropFinished();
  }

  /** Copies are filled by a member that has the data, and deleted by those that are to. */
  move(belongs: (tag: string) => boolean): void {
    for (const record of this.records) {
      const hasSource = record.members.some(
        (tag) => this.#takesPart(tag) && this.#diskOf(tag).copies.has(record.name),
      );
      const filled = [...record.promotables, ...record.rehabs].filter(
        (tag) => hasSource && !record.disabled && this.#takesPart(tag),
      );
      for (const tag of filled) this.#diskOf(tag).copies.add(record.name);
      record.members = [...record.members, ...filled];
      record.promotables = record.promotables.filter((tag) => !filled.includes(tag));
      record.rehabs = record.rehabs.filter((tag) => !filled.includes(tag));
      const deleted = record.deleting.filter((tag) => this.#takesPart(tag) || !belongs(tag));
      for (const tag of deleted) this.#diskOf(tag).copies.delete(record.name);
      record.deleting = record.deleting.filter((tag) => !deleted.includes(tag));
    }
    this.#dropFinished();
  }

  /** The observer's part: members that are away no longer count as up to date, where others are there. */
  rehabilitate(): void {
    for (const record of this.records) {
      const there = record.members.filter((tag) => this.#takesPart(tag));
      if (there.length === 0) continue;
      record.rehabs = [...record.rehabs, ...record.members.filter((tag) => !there.includes(tag))];
      record.members = there;
    }
  }

  #dropFinished(): void {
    this.records = this.records.filter((record) => holders(record).length + record.deleting.length > 0);
  }

  #diskOf(tag: string) {
    return this.#nodes.at(ordinalOfTag(tag) ?? -1).disk;
  }
}

export function holders(database: ObservedDatabase): readonly string[] {
  return [...database.members, ...database.promotables, ...database.rehabs];
}

function withoutTag(database: MutableDatabase, tag: string): void {
  database.members = database.members.filter((one) => one !== tag);
  database.promotables = database.promotables.filter((one) => one !== tag);
  database.rehabs = database.rehabs.filter((one) => one !== tag);
}
