import { unzipSync } from 'fflate';

/** Files of a ZIP by their ending, such as `pfx`. */
export function unzip(zip: Buffer): ReadonlyMap<string, { readonly name: string; readonly bytes: Buffer }> {
  const files = Object.entries(unzipSync(zip));
  return new Map(
    files.map(([name, bytes]) => [
      name.slice(name.lastIndexOf('.') + 1),
      { name, bytes: Buffer.from(bytes) },
    ]),
  );
}
