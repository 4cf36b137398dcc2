export interface PemBlock {
  /** For instance `CERTIFICATE` or `EC PRIVATE KEY`. */
  readonly label: string;
  /** The whole block, its lines of dashes included. */
  readonly text: string;
}

/** The blocks of a PEM file in their order; what stands between them is commentary. */
export function pemBlocks(text: string): readonly PemBlock[] {
  const blocks = text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g);
  return [...blocks].map(([block, label = '']) => ({ label, text: block }));
}

export function isPem(bytes: Buffer): boolean {
  return bytes.includes('-----BEGIN ');
}
