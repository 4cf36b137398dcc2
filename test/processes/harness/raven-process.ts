import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const MAIN = new URL('../../../node/main.ts', import.meta.url).pathname;

/** Longest time a process may take to serve, in milliseconds. */
const START_TIMEOUT_MS = 90_000;
/** Longest time it may take to stop when asked: after 28 s it ends by itself, however that goes, if the machine lets it. */
const STOP_TIMEOUT_MS = 40_000;

/** Lines of output kept for the report of a failure. */
const OUTPUT_LINES_MAX = 200;

/** One run of the node program, from its start to its end. */
export class RavenProcess {
  readonly #child: ChildProcess;
  readonly #output: string[] = [];
  readonly #exited: Promise<void>;
  #url: string | undefined;

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...withoutRavenVariables(process.env), ...environment },
    });
    this.#exited = once(this.#child, 'exit').then(() => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#onLine(line));
    }
    // A killed process breaks its pipe; the exit tells enough.
    this.#child.stdin?.on('error', () => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** What it printed last, for whoever has to explain a failure. */
  get output(): string {
    return this.#output.join('\n');
  }

  /** Resolves with the URL that the program says it serves at. */
  async served(): Promise<string> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (this.#url === undefined) {
      if (this.hasExited) throw new Error(`The node ended with ${this.#child.exitCode}:\n${this.output}`);
      if (performance.now() > deadline) throw new Error(`The node did not serve in time:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return this.#url;
  }

  /** As SIGKILL does: no goodbye, nothing flushed. */
  async kill(): Promise<void> {
    if (this.hasExited) return;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Freezes the process; the kernel keeps its sockets open. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Asks it to end. Rejects when it needs too long. */
  async stop(how: 'SIGTERM' | 'stdin' = 'SIGTERM'): Promise<void> {
    if (this.hasExited) return;
    if (how === 'stdin') this.#child.stdin?.write('shutdown no-confirmation\n');
    else this.#child.kill('SIGTERM');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`The node did not stop in time:\n${this.output}`)),
        STOP_TIMEOUT_MS,
      );
    });
    await Promise.race([this.#exited, late]).finally(() => clearTimeout(timer));
  }

  #onLine(line: string): void {
    this.#output.push(line);
    if (this.#output.length > OUTPUT_LINES_MAX) this.#output.shift();
    const match = /^Server available on: (\S+)/.exec(line);
    if (match?.[1] !== undefined) this.#url = match[1].replace(/\/$/, '');
  }
}

/** What the developer's shell sets must not reach the nodes under test. */
function withoutRavenVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('RAVEN_')));
}
