import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The floor for HTTP: node:http that answers a GET with a ready document, and a PUT after parsing its body. */
const document = Buffer.from(process.argv[2] ?? '{}');

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': document.byteLength });
    response.end(document);
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const size = Object.keys(JSON.parse(Buffer.concat(chunks).toString()) as object).length;
    const answer = `{"Id":"x","Size":${size}}`;
    response.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': answer.length });
    response.end(answer);
  });
});

server.listen(0, '127.0.0.1', () => {
  console.log(`Server available on: http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
