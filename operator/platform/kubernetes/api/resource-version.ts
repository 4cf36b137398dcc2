/**
 * Whether version `a` is at least as new as `b` of the same object. Resource versions are decimal numbers that grow;
 * of anything else only equality means something.
 */
export function isAtLeast(a: string, b: string): boolean {
  if (a === b) return true;
  const areNumbers = /^\d+$/.test(a) && /^\d+$/.test(b);
  return areNumbers && (a.length === b.length ? a > b : a.length > b.length);
}
