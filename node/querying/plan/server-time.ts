import { isoText, ticksOfMs } from '../../indexing/values/date-text.ts';
import { UnknownMethodError } from '../query-error.ts';
import type { MethodCall } from '../rql/syntax-tree.ts';
import type { QueryValue, ValueBinder } from './bind-values.ts';
import { isValue } from './names.ts';

const OFFSET = /^([+-])(?:(\d+)y)?(?:(\d+)mo)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;

/** `now()`, `now('+1d2h')`, `now($offset)` and `today()`, by the clock of this node, as a date text. */
export function serverTime(call: MethodCall, binder: ValueBinder, nowMs: number): QueryValue {
  const [offset] = call.arguments;
  if (call.path.length > 0) {
    throw binder.error(`${call.name}() is a date and has no member '${call.path.join('.')}' in a query`);
  }
  switch (call.name.toLowerCase()) {
    case 'now': {
      if (offset === undefined) return binder.time(`${isoText(ticksOfMs(nowMs))}Z`);
      const { expression } = offset;
      if (!isValue(expression)) throw binder.error('Method now() expects an offset as a text');
      return binder.time(`${isoText(ticksOfMs(moved(nowMs, binder.text(expression, 'now'), binder)))}Z`);
    }
    case 'today':
      if (offset !== undefined) throw binder.error('Method today() has no arguments');
      return binder.time(`${new Date(nowMs).toISOString().slice(0, 10)}T00:00:00.0000000Z`);
    default:
      throw new UnknownMethodError(call.name);
  }
}

function moved(nowMs: number, offset: string, binder: ValueBinder): number {
  const match = OFFSET.exec(offset);
  if (match === null) {
    throw binder.error(`'${offset}' is not an offset: write [+-]NyNmoNdNhNmNs, for instance +1d2h`);
  }
  const sign = match[1] === '-' ? -1 : 1;
  const amount = (group: number): number => sign * Number(match[group] ?? 0);
  const date = new Date(nowMs);
  date.setUTCFullYear(date.getUTCFullYear() + amount(2), date.getUTCMonth() + amount(3));
  return date.getTime() + (((amount(4) * 24 + amount(5)) * 60 + amount(6)) * 60 + amount(7)) * 1000;
}
