/** Owns how answers are sent by either server of the Hub: as JSON, as a refusal, and to pages of any origin. */
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnknownPart } from './rows.ts';

/** Headers of every answer. */
export const FOR_PAGES = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT',
  'Access-Control-Max-Age': '600',
  'Access-Control-Expose-Headers':
    'X-Repo-Commit, X-Error-Code, X-Error-Message, ETag, Link, Accept-Ranges, Content-Range, RateLimit, Retry-After',
};

/** Sends a value. */
export function sendJson(response: ServerResponse, value: object): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(value));
}

/** Refuses as the Hub does: by a code in a header. */
export function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'X-Error-Code': code, 'X-Error-Message': message });
  response.end(JSON.stringify({ error: message }));
}

/** What is sent where an answer cannot be made. */
export function fail(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  if (response.headersSent) response.destroy();
  else if (error instanceof UnknownPart) refuse(response, 404, 'ResponseNotFound', message);
  else refuse(response, 500, 'UnexpectedError', message);
}

/** The port that a server listens on. */
export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Waits until a server listens. */
export function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
}

/** Waits until a server is closed, its connections with it. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
