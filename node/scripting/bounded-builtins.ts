import { SCRIPT_CHARACTERS_MAX, SCRIPT_LIST_MAX } from './limits.ts';

/**
 * Runs in the isolate before anything of a user. The engine ends a script that takes too long only where it runs
 * JavaScript: what its own functions do in one go it does not interrupt. So those that could go on for minutes are
 * given bounds, and those that nobody needs in a database are taken away.
 */
export const BOUNDED_BUILTINS = `
(() => {
  'use strict';
  const { apply, defineProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
  const { isArray } = Array;
  const { isView } = ArrayBuffer;
  const toObject = Object;
  const TooLong = RangeError;
  const replace = (holder, name, value) =>
    defineProperty(holder, name, { value, writable: true, enumerable: false, configurable: true });

  const tooLong = () => new TooLong('Lists have ${SCRIPT_LIST_MAX} elements at most here.');
  const View = Proxy;
  /** The object with what \`get\` gives for its members. */
  defineProperty(globalThis, '__view', {
    value: (target, get) =>
      new View(target, {
        get: (_, name) => {
          if (typeof name === 'symbol') return target[name];
          const value = get(name);
          if (name === 'length' && Number(value) > ${SCRIPT_LIST_MAX}) throw tooLong();
          return value;
        },
      }),
  });

  for (const name of [
    'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'Proxy', 'eval',
    'BigInt', 'BigInt64Array', 'BigUint64Array',
  ]) delete globalThis[name];
  delete DataView.prototype.getBigInt64;
  delete DataView.prototype.getBigUint64;

  const refuse = function () {
    throw new EvalError('Code can not be made of texts here: write the function itself.');
  };
  for (const one of [function () {}, async function () {}, function* () {}, async function* () {}]) {
    defineProperty(Object.getPrototypeOf(one), 'constructor', { value: refuse });
  }
  // What is tested with instanceof stays.
  refuse.prototype = Function.prototype;
  replace(globalThis, 'Function', refuse);

  // By these, patterns would be asked around the functions of texts below. Replacing what is behind them would make all
  // patterns ten times as slow.
  const Known = Symbol;
  const hidden = [Known.match, Known.matchAll, Known.replace, Known.search, Known.split];
  const Named = function Symbol(description) {
    if (new.target !== undefined) throw new TypeError('Symbol is not a constructor');
    return Known(description);
  };
  for (const name of ownKeys(Known)) {
    const own = getOwnPropertyDescriptor(Known, name);
    if (!hidden.includes(own.value) && name !== 'name' && name !== 'length') defineProperty(Named, name, own);
  }
  replace(Known.prototype, 'constructor', Named);
  replace(globalThis, 'Symbol', Named);
  const isShown = (key) => !hidden.includes(key);
  const symbolsOf = Object.getOwnPropertySymbols;
  replace(Object, 'getOwnPropertySymbols', (value) => symbolsOf(value).filter(isShown));
  replace(Reflect, 'ownKeys', (value) => ownKeys(value).filter(isShown));
  const descriptorsOf = Object.getOwnPropertyDescriptors;
  replace(Object, 'getOwnPropertyDescriptors', (value) => {
    const all = descriptorsOf(value);
    for (const key of hidden) delete all[key];
    return all;
  });

  function isLong(list) {
    if (list === null || list === undefined || isView(list)) return false;
    const length = getOwnPropertyDescriptor(toObject(list), 'length');
    if (length === undefined) return 'length' in toObject(list);
    if (length.get !== undefined) return true;
    // Whatever is no number becomes one each time that it is asked.
    return length.value !== undefined && !(typeof length.value === 'number' && length.value <= ${SCRIPT_LIST_MAX});
  }
  const lists = Array.prototype;
  for (const name of ownKeys(lists)) {
    const method = lists[name];
    if (typeof method !== 'function' || name === 'constructor') continue;
    if (['push', 'pop', 'at', 'keys', 'values', 'entries', Symbol.iterator].includes(name)) continue;
    replace(lists, name, {
      method(a, b) {
        if (isArray(this) ? this.length > ${SCRIPT_LIST_MAX} : isLong(this)) throw tooLong();
        switch (arguments.length) {
          case 0: return apply(method, this, []);
          case 1: return apply(method, this, [a]);
          case 2: return apply(method, this, [a, b]);
          default: return apply(method, this, arguments);
        }
      },
    }.method);
    defineProperty(lists[name], 'name', { value: String(name) });
  }
  const from = Array.from;
  replace(Array, 'from', function (items, ...more) {
    if (isArray(items) ? items.length > ${SCRIPT_LIST_MAX} : isLong(items)) throw tooLong();
    return apply(from, this, [items, ...more]);
  });

  // Of longer texts the engine would make lists of characters, matches or keys that it can't hold: that ends the process.
  const isLongText = (value) => isText(value) && String(value).length > ${SCRIPT_CHARACTERS_MAX};
  const isText = (value) => typeof value === 'string' || value instanceof Text;
  const Text = String;
  const longText = () => new TooLong('Texts may have ${SCRIPT_CHARACTERS_MAX} characters here.');
  globalThis.__part = (value) => {
    if (isLongText(value)) throw longText();
    return value;
  };
  const guardTexts = (holder, names, isGiven) => {
    for (const name of names) {
      const method = holder[name];
      if (typeof method !== 'function' || name === 'constructor') continue;
      replace(holder, name, {
        method(...given) {
          if (isGiven ? given.some(isLongText) : isLongText(this)) throw longText();
          return apply(method, this, given);
        },
      }.method);
      defineProperty(holder[name], 'name', { value: String(name) });
    }
  };
  const texts = String.prototype;
  guardTexts(texts, ownKeys(texts).filter((name) => !['toString', 'valueOf', 'at', 'charAt', 'charCodeAt', 'codePointAt'].includes(name)), false);
  guardTexts(Object, ['assign', 'keys', 'values', 'entries', 'getOwnPropertyNames', 'getOwnPropertyDescriptors', 'groupBy'], true);
  guardTexts(Reflect, ['ownKeys'], true);
  guardTexts(Array, ['from'], true);

  const bounded = (name, lengthOf) => {
    const method = texts[name];
    replace(texts, name, {
      method(...given) {
        if (lengthOf(String(this).length, Number(given[0])) > ${SCRIPT_CHARACTERS_MAX}) {
          throw new TooLong('Texts that are made at once have ${SCRIPT_CHARACTERS_MAX} characters at most here.');
        }
        return apply(method, this, given);
      },
    }.method);
  };
  bounded('repeat', (length, count) => length * count);
  bounded('padStart', (_, length) => length);
  bounded('padEnd', (_, length) => length);
})();
`;
