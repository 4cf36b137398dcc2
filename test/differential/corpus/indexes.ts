/** Definitions as clients send them. Those that end in L ask RavenDB for its other engine, which knows more methods. */
const OF_BOTH_ENGINES: readonly Readonly<Record<string, unknown>>[] = ['C', 'L'].flatMap((engine) => {
  const Configuration = engine === 'L' ? { 'Indexing.Static.SearchEngineType': 'Lucene' } : {};
  const analysed = (Analyzer: string | null) => ({ Indexing: 'Search', Analyzer });
  return [
    {
      Name: `Products${engine}`,
      Maps: [
        "map('Products', p => ({ color: p.color, price: p.price, qty: p.qty, date: p.date, text: p.text, name: p.name, tags: p.tags }))",
      ],
      Fields: {
        text: {
          Indexing: 'Search',
          Storage: 'Yes',
          TermVector: 'WithPositionsAndOffsets',
          Suggestions: true,
        },
        name: { Suggestions: true },
      },
      Configuration,
    },
    {
      Name: `Shirts${engine}`,
      Maps: ["map('Shirts', s => s.types.map(t => ({ c: t.c, s: t.s, name: s.name })))"],
      Fields: {},
      Configuration,
    },
    {
      Name: `Analysed${engine}`,
      Maps: [
        "map('Products', p => ({ simple: p.text, white: p.text, stop: p.text, keyword: p.text, exact: p.name, lower: p.name }))",
      ],
      Fields: {
        simple: analysed('SimpleAnalyzer'),
        white: analysed('WhitespaceAnalyzer'),
        stop: analysed('StopAnalyzer'),
        keyword: analysed('KeywordAnalyzer'),
        exact: { Indexing: 'Exact' },
      },
      Configuration,
    },
    {
      Name: `Cities${engine}`,
      Maps: ['from p in docs.People select new { p.city, Count = 1, Age = p.age }'],
      Reduce:
        'from r in results group r by new { r.city } into g select new { g.Key.city, Count = g.Sum(x => x.Count), Age = g.Max(x => x.Age) }',
      Fields: {},
      Configuration,
    },
    {
      Name: `Stored${engine}`,
      Maps: [
        'from p in docs.People let b = LoadDocument(p.boss, "People") select new { p.name, Boss = b.name, Fixed = 7, p.age }',
      ],
      Fields: { name: { Storage: 'Yes' }, Boss: { Storage: 'Yes' }, Fixed: { Storage: 'Yes' } },
      Configuration,
    },
  ];
});

/** Vectors are known to one of its engines only. */
const OF_VECTORS = {
  Name: 'VectorsC',
  Maps: [
    "map('Vectors', d => ({ V: createVector(d.v), Small: createVector(d.v), Bits: createVector(d.v), n: d.n }))",
  ],
  Fields: {
    Small: { Vector: { SourceEmbeddingType: 'Single', DestinationEmbeddingType: 'Int8', Dimensions: 3 } },
    Bits: { Vector: { SourceEmbeddingType: 'Single', DestinationEmbeddingType: 'Binary' } },
  },
  Configuration: {},
};

export const INDEXES: readonly Readonly<Record<string, unknown>>[] = [...OF_BOTH_ENGINES, OF_VECTORS];
