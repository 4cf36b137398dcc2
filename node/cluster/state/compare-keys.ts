/** The order of keys in storage: by their bytes. That of JavaScript is another one beyond the basic plane. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
