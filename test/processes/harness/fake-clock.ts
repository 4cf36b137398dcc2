import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where distributions put libfaketime for programs with threads. */
const LIBRARIES = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib64/faketime/libfaketimeMT.so.1',
  '/usr/lib/faketime/libfaketimeMT.so.1',
];

/** The wall clock of one program, which a test sets while it runs; monotonic time goes on as it does. */
export class FakeClock {
  /** For the program's start. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #folder: string;

  private constructor(library: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'raven-clock-'));
    this.environment = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: join(this.#folder, 'offset'),
      // Read at every look at the clock, so that a new offset counts at once.
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
    this.set(0);
  }

  /** undefined with the reason on the console where there is no libfaketime. */
  static create(): FakeClock | undefined {
    const library = LIBRARIES.find((path) => existsSync(path));
    if (library !== undefined) return new FakeClock(library);
    console.warn("Skipped: setting a program's clock needs libfaketime (Debian's package faketime).");
    return undefined;
  }

  /** So far ahead of the machine's clock, or behind it, in milliseconds. */
  set(offsetMs: number): void {
    const path = join(this.#folder, 'offset');
    const seconds = (offsetMs / 1000).toFixed(3);
    // Never seen half written.
    writeFileSync(`${path}.new`, offsetMs < 0 ? seconds : `+${seconds}`);
    renameSync(`${path}.new`, path);
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
