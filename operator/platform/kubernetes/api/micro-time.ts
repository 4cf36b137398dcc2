/** A MicroTime of the Kubernetes API: RFC 3339 with six digits after the second. */
export function microTime(date: Date): string {
  return date.toISOString().replace(/Z$/, '000Z');
}
