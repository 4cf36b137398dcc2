/**
 * Settings that keep a loaded node's memory in bounds, and that only a new process image can take. glibc keeps freed
 * memory in an arena a thread, and stops giving large blocks back once it has seen some: two arenas, and fixed
 * thresholds (in bytes), so that what came from sockets (64 KB blocks) goes back at once. V8's young generation grows to
 * three times the semi-space and is not given back. The old one begins with room for more than a node keeps (in
 * megabytes): V8 would begin with less, and collect all of it many times a second while large answers pass through.
 */
const ALLOCATOR = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(64 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(1024 * 1024),
};
const HEAP_FLAGS = ['--max-semi-space-size=8', '--initial-old-space-size=56'];

/**
 * Replaces this process by itself with the settings, once: same process id, same standard streams, some 30 ms. Where
 * that can't be done (Windows), or somebody has set MALLOC_ARENA_MAX on purpose, it goes on as it is.
 */
export function applyMemorySettings(): void {
  if (process.env.MALLOC_ARENA_MAX !== undefined || typeof process.execve !== 'function') return;
  if (process.platform === 'win32' || process.connected) return;
  const args = [process.execPath, ...HEAP_FLAGS, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, args, { ...process.env, ...ALLOCATOR });
}
