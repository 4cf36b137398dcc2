/** The databases that a world may have. */
export const DATABASES = ['shop', 'books', 'films'];

const ACCOUNT_COUNT = 4;
export const BALANCE = 100;
export const TOTAL = ACCOUNT_COUNT * BALANCE;

/** What tells one life of a database, from its creation to its deletion, from all others of the same name. */
export interface LifeIds {
  /** Begins the ids of all documents that are written in it. */
  readonly number: number;
  /** In the change vectors of cluster transactions. */
  readonly groupId: string;
  readonly transactionsId: string;
}

export function lifeIds(number: number): LifeIds {
  return {
    number,
    groupId: `GROUP${number}`.padEnd(22, 'x'),
    transactionsId: `TRANSACTIONS${number}`.padEnd(22, 'x'),
  };
}

/** Number of the life in which a document of this id is written. */
export function lifeOf(id: string): number {
  return Number.parseInt(id, 10);
}

/** Accounts, between which cluster transactions move a sum that stays the same. */
export function accountsOf(life: number): readonly string[] {
  return Array.from({ length: ACCOUNT_COUNT }, (_, at) => `${life}/accounts/${at}`);
}

/** Written by cluster transactions alone: what they are on a copy follows from how far the copy is. */
export function isOfClusterOnly(id: string): boolean {
  return !id.includes('/things/');
}

/** As a client sends it. */
export function documentOf(value: string): string {
  return JSON.stringify({ value, '@metadata': { '@collection': 'Things' } });
}

export function valueIn(body: Buffer | string): string {
  return (JSON.parse(body.toString()) as { readonly value: string }).value;
}

/** An account's value: the balance, and what makes each write of it another one. */
export function balanceOf(value: string): number {
  return Number(value.split(' ')[0]);
}
