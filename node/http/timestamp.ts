/** `yyyy-MM-ddTHH:mm:ss.fffffffZ`: always seven digits, since the Node client refuses dates without a fraction. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, -1)}0000Z`;
}

/** How the protocol writes a date that was never set. */
export const UNSET_DATE = '0001-01-01T00:00:00.0000000Z';
