import { describe, expect, it } from 'vitest';
import {
  type AutoIndexUse,
  retirementOf,
  type SeenAutoIndex,
  usesAt,
} from '../../node/landlord/retire-auto-indexes.ts';

const TIMES = { idleAfterMs: 30, deleteAfterMs: 1000 };

const NOTHING = { idle: [], awake: [], remove: [] };

/** Looks of one node at one index, at these times. */
class Node {
  #uses: ReadonlyMap<string, AutoIndexUse> = new Map();
  readonly #isMine: boolean;

  constructor(isMine: boolean) {
    this.#isMine = isMine;
  }

  look(nowMs: number, isIdle: boolean, lastQueriedMs: number | null = null) {
    const seen: SeenAutoIndex = { name: 'Auto/A', isIdle, lastQueriedMs };
    this.#uses = usesAt([seen], this.#uses, nowMs);
    return retirementOf(this.#uses, TIMES, nowMs, this.#isMine);
  }
}

describe('an auto index that nobody asks', () => {
  it('becomes idle after a while, counted from when the node first saw it, and is deleted after another', () => {
    const node = new Node(true);
    expect(node.look(10_000, false)).toEqual(NOTHING);
    expect(node.look(10_029, false)).toEqual(NOTHING);
    expect(node.look(10_030, false)).toEqual({ ...NOTHING, idle: ['Auto/A'] });
    expect(node.look(10_040, true)).toEqual(NOTHING);
    expect(node.look(11_039, true)).toEqual(NOTHING);
    expect(node.look(11_040, true)).toEqual({ ...NOTHING, remove: ['Auto/A'] });
  });

  it('is left to the node whose part that is', () => {
    const node = new Node(false);
    node.look(10_000, false);
    expect(node.look(20_000, false)).toEqual(NOTHING);
    expect(node.look(20_100, true)).toEqual(NOTHING);
    expect(node.look(90_000, true)).toEqual(NOTHING);
  });
});

describe('an auto index that somebody asks', () => {
  it('stays as it is', () => {
    const node = new Node(true);
    node.look(10_000, false);
    expect(node.look(10_035, false, 10_010)).toEqual(NOTHING);
  });

  it('is woken by the node where that was', () => {
    const node = new Node(false);
    node.look(10_000, false);
    expect(node.look(10_100, true, 10_090)).toEqual({ ...NOTHING, awake: ['Auto/A'] });
  });

  it('and that another node woke is in use for as long as one that was asked here', () => {
    const node = new Node(true);
    node.look(10_000, false);
    expect(node.look(10_030, false).idle).toEqual(['Auto/A']);
    expect(node.look(10_040, true)).toEqual(NOTHING);
    expect(node.look(10_050, false)).toEqual(NOTHING);
    expect(node.look(10_079, false)).toEqual(NOTHING);
    expect(node.look(10_080, false).idle).toEqual(['Auto/A']);
  });

  it('is not deleted, however long it was idle before', () => {
    const node = new Node(true);
    node.look(10_000, true);
    expect(node.look(12_000, true, 11_990)).toEqual({ ...NOTHING, awake: ['Auto/A'] });
  });

  it('is not woken because the node starts and has forgotten', () => {
    expect(new Node(true).look(10_000, true)).toEqual(NOTHING);
  });
});
