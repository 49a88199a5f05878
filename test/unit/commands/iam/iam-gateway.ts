import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the gateway answers to an action: a status, and a body where there is one. */
export type Answers = Readonly<Record<string, { status: number; body?: string }>>;

export interface Gateway {
  url: string;
  /** The actions that were asked for, in order. */
  asked: string[];
  close(): Promise<void>;
}

/** An S3-compatible server whose IAM is told what to answer; what it was not told is 405 with nothing in it. */
export async function startGateway(answers: Answers): Promise<Gateway> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      const action = new URLSearchParams(body).get('Action') ?? '';
      asked.push(action);
      const { status, body: text = '' } = answers[action] ?? { status: 405 };
      response.writeHead(status, { 'Content-Type': 'application/xml', 'x-amzn-RequestId': 'r-2' }).end(text);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** A body as IAM's query protocol has it. */
export function resultOf(action: string, result: string): string {
  return `<${action}Response><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>r-2</RequestId></ResponseMetadata></${action}Response>`;
}

export function errorOf(code: string, message: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-2</RequestId></ErrorResponse>`;
}
