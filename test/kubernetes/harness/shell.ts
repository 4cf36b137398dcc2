import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** A command that ended with something else than 0; the message has what it said. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: number | null;
  readonly output: string;

  constructor(command: string, code: number | null, output: string) {
    super(`${command} ended with ${code}: ${output.trim().slice(-2000)}`);
    this.code = code;
    this.output = output;
  }
}

export interface RunOptions {
  readonly input?: string;
  /** Longest it may take, in milliseconds. */
  readonly timeoutMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

/** Longest a command may take when nothing else is said, in milliseconds. */
const COMMAND_TIMEOUT_MS = 120_000;

/** Runs a command to its end and gives what it printed. @throws CommandError */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? COMMAND_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    env: { ...process.env, ...options.environment },
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  // A program that does not read its input to the end says so by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((settle, fail) => {
    child.once('error', fail);
    child.once('close', settle);
  });
  if (code !== 0) throw new CommandError(`${program} ${args.join(' ')}`, code, `${errors}\n${output}`);
  return output;
}

/** Starts a process that outlives this one unless somebody stops it. Gives its pid. */
export function launch(
  program: string,
  args: readonly string[],
  options: { readonly log: string; readonly environment?: Readonly<Record<string, string>> },
): number {
  const log = openSync(options.log, 'a');
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...options.environment },
  });
  closeSync(log);
  child.unref();
  // Without a pid it was not started; whoever waits for it to work says more.
  child.on('error', () => undefined);
  if (child.pid === undefined) throw new Error(`${program} could not be started`);
  return child.pid;
}
