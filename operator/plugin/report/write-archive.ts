import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { ReportFile } from './report-file.ts';

/**
 * Writes files as they come into a gzipped tar archive that only its owner may read.
 *
 * @param folder that everything is in within the archive
 * @returns how many files there are in it
 * @throws when the file exists already, or can't be written
 */
export async function writeArchive(
  target: string,
  folder: string,
  files: AsyncIterable<ReportFile>,
): Promise<number> {
  const archive = pack();
  const written = pipeline(archive, createGzip(), createWriteStream(target, { flags: 'wx', mode: 0o600 }));
  // Whatever fails first is what the caller hears of; the other end is closed with it.
  const filled = fill(archive, folder, files).catch((error: unknown) => {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  const [count] = await Promise.all([filled, written]);
  return count;
}

async function fill(
  archive: ReturnType<typeof pack>,
  folder: string,
  files: AsyncIterable<ReportFile>,
): Promise<number> {
  let count = 0;
  for await (const { path, text } of files) {
    await new Promise<void>((resolve, reject) => {
      archive.entry({ name: `${folder}/${path}`, mode: 0o600, mtime: new Date() }, text, (error) =>
        error === null || error === undefined ? resolve() : reject(error),
      );
    });
    count += 1;
  }
  archive.finalize();
  return count;
}
