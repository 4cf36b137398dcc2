import type { ServerResponse } from 'node:http';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Dispatcher } from '../dispatcher.ts';
import { errorResponse } from '../errors/error-response.ts';
import type { NodeHttpRequest } from './node-http-request.ts';
import { writeResponse } from './write-response.ts';

/** Where the server put the request value that belongs to a pair of node:http objects. */
export type RequestOf = (response: ServerResponse) => NodeHttpRequest | undefined;

/**
 * The way of everything that is not hot: express, so that middleware (static files, authentication, whatever comes)
 * has its place, around the same table, handlers and error mapping as the hot way.
 */
export function expressEdge(dispatcher: Dispatcher, requestOf: RequestOf): Express {
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
