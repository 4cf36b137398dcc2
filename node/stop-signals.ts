/**
 * What a signal to stop does. As the first process of a container a program gets no signal that it does not listen for,
 * so this is loaded before everything else; until there is something to stop in order, the process just ends: nothing
 * acknowledged is lost by it.
 */
let stop: (reason: string) => void = () => process.exit(0);

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));

/** From now on a signal calls `handler` with its name. */
export function onStopSignal(handler: (reason: string) => void): void {
  stop = handler;
}
