import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../harness/shell.ts';

interface Blob {
  readonly digest: string;
  readonly size: number;
}

/** Packs a folder as an image of one layer, without a daemon: an archive that `ctr images import` takes. */
export async function writeOneLayerImage(options: {
  readonly name: string;
  readonly root: string;
  readonly archive: string;
  /** As in an image's configuration: Entrypoint, User and so on. */
  readonly config: Readonly<Record<string, unknown>>;
}): Promise<void> {
  const work = await mkdtemp(join(dirname(options.archive), 'oci-'));
  const blobs = join(work, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  const put = async (content: Buffer): Promise<Blob> => {
    const hash = createHash('sha256').update(content).digest('hex');
    await writeFile(join(blobs, hash), content);
    return { digest: `sha256:${hash}`, size: content.length };
  };
  const putJson = (value: unknown) => put(Buffer.from(JSON.stringify(value)));
  const layerFile = join(work, 'layer.tar');
  await run('tar', [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '-C',
    options.root,
    '-cf',
    layerFile,
    '.',
  ]);
  const layer = await put(await readFile(layerFile));
  const config = await putJson({
    architecture: 'amd64',
    os: 'linux',
    config: options.config,
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = await putJson({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
  });
  const index = {
    schemaVersion: 2,
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        ...manifest,
        annotations: { 'io.containerd.image.name': options.name },
      },
    ],
  };
  await writeFile(join(work, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(work, 'index.json'), JSON.stringify(index));
  await run('tar', ['-C', work, '-cf', options.archive, 'oci-layout', 'index.json', 'blobs']);
  await rm(work, { recursive: true });
}
