/** All lines of a page's shell blocks. */
export function commandsOf(page: string): readonly string[] {
  return [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => (block ?? '').trim().split('\n'));
}
