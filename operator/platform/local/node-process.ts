import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ADOPTED_CHECK_MS, KILL_TIMEOUT_MS, LOG_BYTES_MAX, STOP_TIMEOUT_MS } from './limits.ts';
import { isAlive } from './process-identity.ts';

/** How a process ended: by itself (or by somebody's kill), or because it was told to. */
export interface ProcessEnd {
  readonly reason: string;
  readonly wasAsked: boolean;
}

export interface ProcessPlan {
  readonly args: readonly string[];
  /** Where it runs, and looks for a `settings.json`. */
  readonly folder: string;
  readonly logFile: string;
  readonly revision: string;
}

export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAtMs: number;
  readonly revision: string;
}

/** One node process, started by this operator or found running from an earlier one. */
export class NodeProcess {
  readonly pid: number;
  readonly startedAtMs: number;
  /** Of the settings it was started with. */
  readonly revision: string;
  readonly ended: Promise<ProcessEnd>;
  #isStopping = false;
  #isRunning = true;

  private constructor({ pid, startedAtMs, revision }: ProcessIdentity, exit: Promise<string>) {
    this.pid = pid;
    this.startedAtMs = startedAtMs;
    this.revision = revision;
    this.ended = exit.then((reason) => {
      this.#isRunning = false;
      return { reason, wasAsked: this.#isStopping };
    });
  }

  /** Starts a program of this Node.js; what it prints goes to the end of the log file. */
  static async start({ args, folder, logFile, revision }: ProcessPlan): Promise<NodeProcess> {
    const log = openLog(logFile);
    try {
      const child = spawn(process.execPath, args, {
        cwd: folder,
        stdio: ['ignore', log, log],
        // Of its own, so that Ctrl-C in a terminal reaches the operator alone and it stops the nodes in order.
        detached: true,
      });
      await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
      return new NodeProcess({ pid: child.pid ?? 0, startedAtMs: Date.now(), revision }, exitOf(child));
    } finally {
      closeSync(log);
    }
  }

  /** Takes over a process that an operator before this one started. */
  static adopt(identity: ProcessIdentity): NodeProcess {
    return new NodeProcess(identity, disappearanceOf(identity.pid));
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Asks it to stop and waits until it has; after the limit it is killed. */
  async stop(timeoutMs = STOP_TIMEOUT_MS): Promise<void> {
    if (!this.#isRunning) return;
    this.#isStopping = true;
    this.#signal('SIGTERM');
    if (await this.#endsWithin(timeoutMs)) return;
    await this.kill();
  }

  async kill(): Promise<void> {
    this.#isStopping = true;
    this.#signal('SIGKILL');
    if (!(await this.#endsWithin(KILL_TIMEOUT_MS))) {
      throw new Error(`Process ${this.pid} does not end, though it was killed`);
    }
  }

  async #endsWithin(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, false);
    });
    const isOver = await Promise.race([this.ended.then(() => true), timeout]);
    clearTimeout(timer);
    return isOver;
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(this.pid, signal);
    } catch (error) {
      // It ended a moment ago, which is what was wanted.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_BYTES_MAX) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  });
}

/** Nobody tells us about the end of a process that is not our child. */
function disappearanceOf(pid: number): Promise<string> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(pid)) return;
      clearInterval(timer);
      resolve('it is not there any more');
    }, ADOPTED_CHECK_MS);
  });
}
