import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** Version of this program, such as `0.1.0`: that of its package. */
export const PROGRAM_VERSION = versionOfPackage();

function versionOfPackage(): string {
  const manifest = findPackageJSON(import.meta.url);
  if (manifest === undefined)
    throw new Error('The package.json of this program is missing: install it again');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version;
}
