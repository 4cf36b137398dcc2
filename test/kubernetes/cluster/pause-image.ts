import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeOneLayerImage } from './oci-archive.ts';

/** The image of the container that holds a pod's network. */
export const PAUSE_IMAGE = 'localhost/pause:1';

/** Makes the archive of the image, once a folder. Gives its path. */
export async function pauseImageArchive(folder: string): Promise<string> {
  const archive = join(folder, 'pause.tar');
  if (existsSync(archive)) return archive;
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'pause-'));
  const root = join(work, 'root');
  await mkdir(root);
  await writeFile(join(root, 'pause'), pauseProgram());
  await chmod(join(root, 'pause'), 0o755);
  const draft = join(work, 'pause.tar');
  await writeOneLayerImage({ name: PAUSE_IMAGE, root, archive: draft, config: { Entrypoint: ['/pause'] } });
  await rename(draft, archive);
  await rm(work, { recursive: true });
  return archive;
}

const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const LOAD_ADDRESS = 0x400000n;

/**
 * A program that waits for ever, in its whole: an ELF header, one segment, three instructions. So no compiler is needed
 * to test. (It is the first process of its pod and gets no signal but SIGKILL; containerd ends it by that.)
 */
function pauseProgram(): Buffer {
  if (process.arch !== 'x64') throw new Error(`The pause program is for x64, not for ${process.arch}`);
  const code = Buffer.from([
    ...[0xb8, 34, 0, 0, 0], // mov eax, 34: the number of pause(2)
    ...[0x0f, 0x05], // syscall
    ...[0xeb, 0xf7], // jmp to the beginning
  ]);
  const codeAt = HEADER_BYTES + PROGRAM_HEADER_BYTES;
  const file = Buffer.alloc(codeAt + code.length);
  file.write('\x7fELF', 'latin1');
  file.set([2, 1, 1], 4); // 64 bits, little endian, version 1
  file.writeUInt16LE(2, 16); // an executable
  file.writeUInt16LE(62, 18); // for x86-64
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(LOAD_ADDRESS + BigInt(codeAt), 24); // where it begins
  file.writeBigUInt64LE(BigInt(HEADER_BYTES), 32); // where the segments are described
  file.writeUInt16LE(HEADER_BYTES, 52);
  file.writeUInt16LE(PROGRAM_HEADER_BYTES, 54);
  file.writeUInt16LE(1, 56); // one segment: the whole file, to be loaded, read and executed
  file.writeUInt32LE(1, HEADER_BYTES);
  file.writeUInt32LE(5, HEADER_BYTES + 4);
  for (const offset of [16, 24]) file.writeBigUInt64LE(LOAD_ADDRESS, HEADER_BYTES + offset);
  for (const offset of [32, 40]) file.writeBigUInt64LE(BigInt(file.length), HEADER_BYTES + offset);
  file.writeBigUInt64LE(0x1000n, HEADER_BYTES + 48);
  code.copy(file, codeAt);
  return file;
}
