import { open } from 'node:fs/promises';
import { LOG_TAIL_BYTES } from './limits.ts';

/** The last line that says something in a log, or nothing when it can't be read. */
export async function lastLogLine(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      const start = Math.max(0, size - LOG_TAIL_BYTES);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOG_TAIL_BYTES), 0, LOG_TAIL_BYTES, start);
      const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
      return lines
        .map((line) => line.trim())
        .findLast((line) => line.length > 0 && !/^Node\.js v/.test(line));
    } finally {
      await handle.close();
    }
  } catch {
    // Only to make a message more telling; the file's name is in it anyway.
    return undefined;
  }
}
