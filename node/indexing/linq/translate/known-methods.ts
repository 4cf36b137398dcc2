/** Methods of values that the runtime has, of any kind of value. */
export const METHODS: ReadonlySet<string> = new Set(
  `Add AddDays AddHours AddMilliseconds AddMinutes AddMonths AddSeconds AddTicks AddYears Aggregate All Any Append
  AsEnumerable Average Cast CompareTo Concat Contains ContainsKey Count DefaultIfEmpty Distinct DistinctBy ElementAt
  ElementAtOrDefault EndsWith Equals Except First FirstOrDefault GetValueOrDefault GroupBy IndexOf Insert Intersect Last
  LastIndexOf LastOrDefault LongCount Max MaxBy Min MinBy OfType OrderBy OrderByDescending PadLeft PadRight Prepend
  Remove Replace Reverse Select SelectMany Single SingleOrDefault Skip SkipWhile Split StartsWith Substring Subtract Sum
  Take TakeWhile ThenBy ThenByDescending ToArray ToCharArray ToDictionary ToHashSet ToList ToLower ToLowerInvariant
  ToString ToUniversalTime ToUpper ToUpperInvariant Trim TrimEnd TrimStart Union Value Where Zip`.split(
    /\s+/,
  ),
);

/** Static methods that the runtime has, by the type's name. */
export const STATIC_METHODS: Readonly<Record<string, ReadonlySet<string>>> = byType({
  'int long short byte sbyte uint ulong ushort Int16 Int32 Int64 Byte': 'Parse',
  'decimal double float Decimal Double Single': 'Parse',
  'bool Boolean': 'Parse',
  'DateTime DateTimeOffset': 'Parse Compare SpecifyKind',
  TimeSpan: 'Parse FromDays FromHours FromMinutes FromSeconds FromMilliseconds',
  Convert: 'ToInt16 ToInt32 ToInt64 ToByte ToDecimal ToDouble ToSingle ToString ToBoolean ToDateTime',
  'string String': 'Join Format Concat IsNullOrEmpty IsNullOrWhiteSpace Equals Compare',
  Math: 'Abs Ceiling Floor Truncate Round Sqrt Pow Log Log10 Exp Sign Min Max',
  Regex: 'IsMatch Replace Split',
  Enumerable: 'Range Repeat Empty',
  Array: 'Empty',
});

function byType(table: Readonly<Record<string, string>>): Readonly<Record<string, ReadonlySet<string>>> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([types, methods]) =>
      types.split(' ').map((type) => [type, new Set(methods.split(' '))]),
    ),
  );
}

/** Static values, as JavaScript. */
export const STATIC_VALUES: ReadonlyMap<string, string> = new Map([
  ['string.Empty', '""'],
  ['String.Empty', '""'],
  ['int.MaxValue', '2147483647'],
  ['int.MinValue', '(-2147483648)'],
  ['Math.PI', 'Math.PI'],
  ['Math.E', 'Math.E'],
  ['DateTime.MinValue', '__cs.Time.of(1)'],
  ['DateTime.MaxValue', '__cs.Time.of(9999, 12, 31, 23, 59, 59, 999, 9999)'],
  ['TimeSpan.Zero', 'new __cs.Span(0)'],
  ['CultureInfo.InvariantCulture', 'null'],
  ['CultureInfo.CurrentCulture', 'null'],
]);

/** Enumerations: their values are the texts of their names. */
export const ENUMERATIONS: ReadonlySet<string> = new Set([
  'StringComparison',
  'StringSplitOptions',
  'MidpointRounding',
  'DayOfWeek',
  'DateTimeKind',
  'RegexOptions',
  'FieldIndexing',
  'FieldStorage',
  'FieldTermVector',
]);

/** Static classes whose methods are those of lists. */
export const LIST_CLASSES: ReadonlySet<string> = new Set(['Enumerable', 'DynamicEnumerable']);

/** What converts to the type of a cast, by the name of the type. Types that are not here change nothing. */
export const CONVERSIONS: ReadonlyMap<string, 'whole' | 'fraction' | 'text' | 'truth' | 'time' | 'span'> =
  new Map([
    ...'int long short byte sbyte uint ulong ushort Int16 Int32 Int64 Byte'
      .split(' ')
      .map((name) => [name, 'whole'] as const),
    ...'decimal double float Decimal Double Single'.split(' ').map((name) => [name, 'fraction'] as const),
    ['string', 'text'],
    ['String', 'text'],
    ['bool', 'truth'],
    ['Boolean', 'truth'],
    ['DateTime', 'time'],
    ['DateTimeOffset', 'time'],
    ['TimeSpan', 'span'],
  ]);

/** Functions that indexes of RavenDB may call and this server does not have. */
export const UNSERVED: ReadonlyMap<string, string> = new Map(
  [
    'LoadVector',
    'AttachmentsFor',
    'LoadAttachment',
    'LoadAttachments',
    'CounterNamesFor',
    'TimeSeriesNamesFor',
  ].map((name) => [name, `${name} is not built yet`] as const),
);
