import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Operation } from '../history/operation.ts';

const run = promisify(execFile);

const SOURCE = new URL('.', import.meta.url).pathname;

/** Of Porcupine: `Unknown` when it found no answer in time. */
export type Verdict = 'Ok' | 'Illegal' | 'Unknown';

/** Porcupine, built from its source by Go; see main.go. */
export class OutsideChecker {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** undefined with the reason on the console where there is no Go, or where it can't get Porcupine. */
  static async build(): Promise<OutsideChecker | undefined> {
    try {
      await run('go', ['mod', 'download'], { cwd: SOURCE });
    } catch (error) {
      const [reason] = String(error).split('\n');
      console.warn(`Skipped: the outside checker needs Go, and the Go module Porcupine. ${reason}`);
      return undefined;
    }
    const folder = await mkdtemp(join(tmpdir(), 'outside-checker-'));
    const checker = new OutsideChecker(folder);
    await run('go', ['build', '-o', checker.#program, '.'], { cwd: SOURCE });
    return checker;
  }

  get #program(): string {
    return join(this.#folder, 'outside');
  }

  /** One verdict for each history. Throws for what is none. */
  async judge(histories: readonly (readonly Operation[])[]): Promise<readonly Verdict[]> {
    const child = spawn(this.#program, ['batch'], { stdio: ['pipe', 'pipe', 'pipe'] });
    // Whoever ends early says why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(histories.map((history) => `${JSON.stringify(history)}\n`).join(''));
    const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const verdicts = said.split('\n').filter((line) => line !== '') as Verdict[];
    if (verdicts.length === histories.length) return verdicts;
    throw new Error(`The outside checker gave ${verdicts.length} verdicts of ${histories.length}: ${errors}`);
  }

  /** Checks a file of a history as a whole; `report` has a line for each of its parts. */
  checkFile(file: string): Promise<{ readonly isRight: boolean; readonly report: string }> {
    return new Promise((resolve, reject) => {
      execFile(this.#program, ['check', file], (error, stdout, stderr) => {
        if (error !== null && error.code !== 1) reject(new Error(stderr, { cause: error }));
        else resolve({ isRight: error === null, report: stdout });
      });
    });
  }

  dispose(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
