const TIME_SPAN = /^(-)?(?:(\d{1,8})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/;

/** Milliseconds of a .NET TimeSpan `[d.]hh:mm[:ss[.fffffff]]`, or of a bare number of milliseconds; null otherwise. */
export function parseTimeSpanMs(text: string): number | null {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const match = TIME_SPAN.exec(text);
  if (match === null) return null;
  const [, sign, days, hours, minutes, seconds, fraction] = match;
  const wholeSeconds =
    ((Number(days ?? 0) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds ?? 0);
  const ms = wholeSeconds * 1000 + Number(`0.${fraction ?? '0'}`) * 1000;
  return sign === undefined ? ms : -ms;
}

/** `[d.]hh:mm:ss[.fffffff]`, as .NET writes it. */
export function formatTimeSpan(ms: number): string {
  const ticks = Math.round(Math.abs(ms) * 10_000);
  const pad = (value: number, digits: number) => String(value).padStart(digits, '0');
  const seconds = Math.floor(ticks / 10_000_000);
  const days = Math.floor(seconds / 86_400);
  const clock = `${pad(Math.floor(seconds / 3600) % 24, 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  const rest = ticks % 10_000_000;
  return `${ms < 0 ? '-' : ''}${days > 0 ? `${days}.` : ''}${clock}${rest > 0 ? `.${pad(rest, 7)}` : ''}`;
}
