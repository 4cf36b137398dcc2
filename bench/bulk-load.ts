import { request } from 'node:http';

export interface BulkResult {
  readonly documents: number;
  readonly seconds: number;
}

/** Documents written to the stream between two looks at the clock. */
const DOCUMENTS_PER_CHUNK = 64;

/** One bulk insert over one connection: documents are sent as fast as the server takes them, for `durationMs`. */
export async function bulkLoad(
  url: string,
  database: string,
  document: string,
  durationMs: number,
): Promise<BulkResult> {
  const next = (await (await fetch(`${url}/databases/${database}/operations/next-operation-id`)).json()) as {
    Id: number;
  };
  const started = performance.now();
  let documents = 0;
  await new Promise<void>((resolve, reject) => {
    const upload = request(
      `${url}/databases/${database}/bulk_insert?id=${next.Id}&skipOverwriteIfUnchanged=false`,
      { method: 'POST', headers: { 'Content-Type': 'application/json' } },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          (response.statusCode ?? 500) < 300
            ? resolve()
            : reject(new Error(`bulk insert: ${response.statusCode} ${text}`)),
        );
      },
    );
    upload.on('error', reject);
    const pump = () => {
      while (performance.now() - started < durationMs) {
        let chunk = '';
        for (let i = 0; i < DOCUMENTS_PER_CHUNK; i++) {
          const id = `bulk/${++documents}`;
          chunk += `${documents === 1 ? '[' : ','}{"Id":"${id}","Type":"PUT","Document":${document}}`;
        }
        if (!upload.write(chunk)) {
          upload.once('drain', pump);
          return;
        }
      }
      upload.end(']');
    };
    pump();
  });
  return { documents, seconds: (performance.now() - started) / 1000 };
}
