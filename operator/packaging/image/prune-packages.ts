/**
 * Leaves in a node_modules folder only what the programs need while they run: no declarations and source maps, no
 * packages that only a build needs, no binaries of other systems. Run in the image's build stage, after
 * `npm prune --omit=dev`.
 *
 *     node operator/packaging/image/prune-packages.ts node_modules
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Declared as dependencies of packages that only need them to be built. */
const BUILD_ONLY: Readonly<Record<string, readonly string[]>> = {
  '@nxtedition/rocksdb': ['prebuildify', 'napi-macros'],
};

/**
 * Packages with nothing but declarations, packages for another runtime than Node.js (bare-*), and the Node.js that the
 * launcher brings for machines without one.
 */
const NEVER_LOADED = /^(@types\/.+|undici-types|bare-.+|node-(linux|darwin|win|bin)-.+)$/;

/** Files that no program reads. Licences stay. */
const UNREAD = /(\.(d\.[cm]?ts|map|markdown|gypi?|cc|h|c|zip)|(?<!LICENSE|NOTICE)\.md)$/i;

/** Folders of sources and of binaries, in packages that have both. */
const UNREAD_FOLDERS: Readonly<Record<string, RegExp>> = {
  '@nxtedition/rocksdb': /^(deps|prebuilds\/(?!linux-).+)$/,
};

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Folders of the packages that are reached from the roots, following what is needed at run time only. */
function neededFolders(modules: string, roots: readonly string[]): ReadonlySet<string> {
  const needed = new Set<string>();
  const visit = (name: string, from: string): void => {
    const folder = resolvePackage(name, from, modules);
    // Optional dependencies of other systems are not installed.
    if (folder === undefined || needed.has(folder) || NEVER_LOADED.test(name)) return;
    needed.add(folder);
    const manifest = readManifest(folder);
    const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    for (const next of names) if (!BUILD_ONLY[name]?.includes(next)) visit(next, folder);
  };
  for (const root of roots) visit(root, modules);
  return needed;
}

/** Node's own rule: the nearest node_modules on the way up. */
function resolvePackage(name: string, from: string, modules: string): string | undefined {
  for (let folder = from; folder.startsWith(modules); folder = join(folder, '..')) {
    const candidate = folder === modules ? join(modules, name) : join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  return undefined;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Every package folder at any depth. */
function packagesUnder(modules: string): string[] {
  if (!existsSync(modules)) return [];
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'));
  const folders = names.flatMap((name) =>
    name.startsWith('@')
      ? readdirSync(join(modules, name)).map((inner) => join(modules, name, inner))
      : [join(modules, name)],
  );
  return folders.flatMap((folder) => [folder, ...packagesUnder(join(folder, 'node_modules'))]);
}

function prunePackage(folder: string, name: string): void {
  const isUnreadFolder = UNREAD_FOLDERS[name];
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const inside = path.slice(folder.length + 1);
    if (entry.isDirectory() ? isUnreadFolder?.test(inside) : UNREAD.test(entry.name)) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

export function prunePackages(modules: string): void {
  const manifest = readManifest(join(modules, '..'));
  const needed = neededFolders(modules, Object.keys(manifest.dependencies ?? {}));
  for (const folder of packagesUnder(modules)) {
    if (needed.has(folder))
      prunePackage(folder, folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length));
    else rmSync(folder, { recursive: true, force: true });
  }
  rmSync(join(modules, '.bin'), { recursive: true, force: true });
  rmSync(join(modules, '.package-lock.json'), { force: true });
  const binding = join(modules, '@nxtedition', 'rocksdb', 'prebuilds', `${process.platform}-${process.arch}`);
  if (!existsSync(binding))
    throw new Error(
      `The RocksDB binding has no binary for ${process.platform}-${process.arch}: build for linux/amd64`,
    );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , modules] = process.argv;
  if (modules === undefined) throw new Error('Name the node_modules folder to prune');
  prunePackages(modules);
}
