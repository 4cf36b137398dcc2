/**
 * Builds the image of the node and the operator, with docker, podman or buildah, whichever is at work here:
 *
 *     npm run image -- [--name ravencluster:0.1.0] [--output build/image] [--local-base]
 *
 * Writes `ravencluster.tar` (an archive that `ctr images import` and `docker load` take) and `sbom.cdx.json` to the
 * output folder. With --local-base the base images are made on this machine instead of pulled (root, buildah,
 * debootstrap; see local-base.sh). The build sees npm's user configuration and NODE_EXTRA_CA_CERTS as secrets; neither
 * gets into a layer.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';

const PROJECT = join(import.meta.dirname, '..', '..', '..');
const BASE_IMAGE = 'docker.io/library/debian:bookworm-slim';
const NODE_IMAGE = 'docker.io/library/node:24-bookworm-slim';

interface Tool {
  readonly name: string;
  /** How to call it: program and the arguments that every call has. */
  readonly call: readonly [string, ...string[]];
  readonly build: readonly string[];
  /** Arguments that write the image to a file. */
  save(image: string, file: string): readonly string[];
}

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ravencluster-image');

const BUILDAH: Tool = {
  name: 'buildah',
  // Storage of its own: what is built for a test is no business of the machine's other images.
  call: [
    'buildah',
    '--root',
    join(CACHE, 'storage'),
    '--runroot',
    '/run/ravencluster-image',
    '--storage-driver',
    'overlay',
  ],
  build: ['bud', '--isolation', 'chroot', '--layers', '--format', 'oci'],
  save: (image, file) => ['push', '--quiet', '--disable-compression', image, `oci-archive:${file}:${image}`],
};
const TOOLS: readonly Tool[] = [
  {
    name: 'docker',
    call: ['docker'],
    build: ['build'],
    save: (image, file) => ['save', '--output', file, image],
  },
  {
    name: 'podman',
    call: ['podman'],
    build: ['build'],
    save: (image, file) => ['save', '--format', 'oci-archive', '--output', file, image],
  },
  BUILDAH,
];

async function isAtWork({ call: [program, ...args], name }: Tool): Promise<boolean> {
  // `info` needs docker's daemon; for the others it is a look at their storage.
  const probe = name === 'docker' ? ['info', '--format', '{{.ServerVersion}}'] : ['--version'];
  const { status } = await runQuietly(program, [...args, ...probe]);
  return status;
}

async function runQuietly(
  program: string,
  args: readonly string[],
): Promise<{ status: boolean; output: string }> {
  try {
    const { stdout } = await promisify(execFile)(program, [...args], {
      cwd: PROJECT,
      maxBuffer: 64 * 1024 * 1024,
    });
    return { status: true, output: stdout };
  } catch (error) {
    return { status: false, output: String(error) };
  }
}

/** Runs a command whose output people may want to see. @throws Error when it fails */
async function run([program, ...args]: readonly [string, ...string[]]): Promise<void> {
  const child = spawn(program, args, { cwd: PROJECT, stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((settle, fail) => {
    child.once('error', fail);
    child.once('exit', settle);
  });
  if (code !== 0) throw new Error(`${program} ${args.slice(0, 6).join(' ')} … ended with ${code}`);
}

async function toolFor(wantsLocalBase: boolean): Promise<Tool> {
  for (const tool of wantsLocalBase ? [BUILDAH] : TOOLS) if (await isAtWork(tool)) return tool;
  throw new Error(
    wantsLocalBase
      ? 'Making the base images here needs buildah and debootstrap: apt-get install buildah debootstrap'
      : 'Building the image needs docker (with its daemon running), podman or buildah',
  );
}

async function makeLocalBase(): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  // npm tells the scripts it runs where its own program is: <npm>/bin/npm-cli.js.
  const npm = process.env.npm_execpath;
  if (npm === undefined) throw new Error('Start this by npm: npm run image -- --local-base');
  const script = join(import.meta.dirname, 'local-base.sh');
  await run([
    'bash',
    script,
    CACHE,
    process.execPath,
    dirname(dirname(npm)),
    BASE_IMAGE,
    NODE_IMAGE,
    ...BUILDAH.call,
  ]);
}

async function secrets(): Promise<readonly string[]> {
  const npmrc = (await runQuietly('npm', ['config', 'get', 'userconfig'])).output.trim();
  const files = { npmrc, certificates: process.env.NODE_EXTRA_CA_CERTS ?? '' };
  return Object.entries(files).flatMap(([id, file]) =>
    existsSync(file) ? ['--secret', `id=${id},src=${file}`] : [],
  );
}

async function main(): Promise<void> {
  const { version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const { values } = parseArgs({
    options: {
      name: { type: 'string', default: `ravencluster:${version}` },
      output: { type: 'string', default: join(PROJECT, 'build', 'image') },
      'local-base': { type: 'boolean', default: false },
    },
  });
  const output = resolve(values.output);
  const archive = join(output, 'ravencluster.tar');
  const tool = await toolFor(values['local-base']);
  await mkdir(output, { recursive: true });
  if (values['local-base']) await makeLocalBase();
  const revision = await runQuietly('git', ['rev-parse', 'HEAD']);
  await run([
    ...tool.call,
    ...tool.build,
    ...(values['local-base'] ? ['--pull-never'] : []),
    ...(await secrets()),
    '--build-arg',
    `VERSION=${version}`,
    '--build-arg',
    `REVISION=${revision.status ? revision.output.trim() : 'unknown'}`,
    '--tag',
    values.name,
    PROJECT,
  ]);
  // buildah adds to an archive that is there.
  await rm(archive, { force: true });
  await run([...tool.call, ...tool.save(values.name, archive)]);
  const sbom = await runQuietly('npm', [
    'sbom',
    '--package-lock-only',
    '--omit',
    'dev',
    '--sbom-format',
    'cyclonedx',
  ]);
  if (!sbom.status) throw new Error(`npm sbom failed: ${sbom.output}`);
  await writeFile(join(output, 'sbom.cdx.json'), sbom.output);
  console.log(`${values.name} by ${tool.name}: ${archive}`);
}

await main();
