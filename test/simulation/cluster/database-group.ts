/** The one database of a world. */
export const DATABASE = 'shop';

/** Its ids in the change vectors of cluster transactions. */
export const GROUP = 'GROUPxxxxxxxxxxxxxxxxx';
export const TRANSACTIONS = 'TRANSACTIONSxxxxxxxxxx';

/** Accounts, between which cluster transactions move a sum that stays the same. */
export const ACCOUNTS = Array.from({ length: 4 }, (_, at) => `accounts/${at}`);
export const BALANCE = 100;
export const TOTAL = ACCOUNTS.length * BALANCE;

/** Written by cluster transactions alone: what they are on a copy follows from how far the copy is. */
export function isOfClusterOnly(id: string): boolean {
  return !id.startsWith('things/');
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
