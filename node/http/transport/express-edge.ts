import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Dispatcher } from '../dispatcher.ts';
import { errorResponse } from '../errors/error-response.ts';
import type { NodeHttpRequest } from './node-http-request.ts';
import { writeResponse } from './write-response.ts';

/**
 * The way of everything that is not hot: express, so that middleware (static files, authentication, whatever comes)
 * has its place, around the same table, handlers and error mapping as the hot way.
 */
export function expressEdge(dispatcher: Dispatcher): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_message: Request, target: Response, next: NextFunction) => {
    const request = requestOf(target);
    if (request === undefined) {
      next(new Error('A request came to express without passing the server.'));
      return;
    }
    const answer = dispatcher.dispatch(request);
    if (answer instanceof Promise) answer.then((response) => writeResponse(request, response, target), next);
    else writeResponse(request, answer, target);
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, message: Request, target: Response, _next: NextFunction) => {
    const request = requestOf(target);
    if (request === undefined) target.destroy();
    else writeResponse(request, errorResponse(error, message.url), target);
  });
  return app;
}

/** Has express answer a request that the server has taken. */
export function serveByExpress(
  app: Express,
  request: NodeHttpRequest,
  message: IncomingMessage,
  target: ServerResponse,
): void {
  // Express takes over what is there. In a `WeakMap` it would live until the next full collection: to the others,
  // whatever is in such a map is alive, and the request leads to its key.
  Object.assign(target, { locals: { request } });
  app(message, target);
}

function requestOf(target: Response): NodeHttpRequest | undefined {
  return target.locals.request as NodeHttpRequest | undefined;
}
