/** What people hear of the plumbing: one line an event. */
export interface KubeLog {
  info(message: string): void;
  warn(message: string): void;
}
