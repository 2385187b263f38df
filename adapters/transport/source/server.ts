import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServerless, type Server as SoapServer } from 'soap';
import type { Population } from '../../population/index.ts';
import { operations } from './operations.ts';
import { openTrafficRegister } from './register.ts';

const PATH = '/register';
const MAX_REQUEST_BYTES = 65_536;

/** A running traffic register. */
export interface TransportSource {
  /** Where its SOAP endpoint answers, e.g. `http://127.0.0.1:41234/register`; `?wsdl` gives the description. */
  readonly url: string;
  readonly port: number;
  /** Ends open connections and frees the port. */
  stop(): Promise<void>;
}

/** Starts the traffic register on loopback; port 0 takes any free one. */
export async function startTransportSource({
  port = 0,
  population,
}: {
  readonly port?: number;
  readonly population: Population;
}): Promise<TransportSource> {
  const wsdl = await readFile(new URL('./transport.wsdl', import.meta.url), 'utf8');
  const soap = await makeSoapServer(wsdl, population);
  let url = '';
  const http = createServer((request, response) => {
    answer(soap, wsdl.replace(`http://127.0.0.1${PATH}`, url), request, response).catch(() => response.destroy());
  });
  http.requestTimeout = 15_000;
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', resolve);
  });
  const bound = (http.address() as AddressInfo).port;
  url = `http://127.0.0.1:${bound}${PATH}`;
  return {
    url,
    port: bound,
    stop: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

async function makeSoapServer(wsdl: string, population: Population): Promise<SoapServer> {
  const port = operations(openTrafficRegister(population));
  const services = { TrafficRegister: { TrafficRegisterSoap: { ...port } } };
  return createServerless({ path: PATH, services, xml: wsdl, suppressStack: true });
}

async function answer(soap: SoapServer, wsdl: string, request: IncomingMessage, response: ServerResponse) {
  const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (pathname !== PATH) return send(response, 404, faultEnvelope('Client', 'no such service'));
  if (request.method === 'GET' && search.toLowerCase() === '?wsdl') return send(response, 200, wsdl);
  if (request.method !== 'POST') return send(response, 405, faultEnvelope('Client', 'SOAP 1.1 asks with POST'));
  const xml = await bodyOf(request);
  if (xml === undefined) {
    response.setHeader('connection', 'close');
    return send(response, 413, faultEnvelope('Client', 'the request is too large'));
  }
  // SOAP 1.1 s.3 forbids a document type: entities cannot be declared, so none can be expanded or fetched.
  if (/<!DOCTYPE|<!ENTITY/i.test(xml)) return send(response, 500, faultEnvelope('Client', 'no document type allowed'));
  const headers = { 'content-type': 'text/xml; charset=utf-8', ...soapAction(request) };
  const result = await soap.processRequest(xml, { headers, url: PATH });
  // What the library answers in plain text, or with codes that SOAP 1.1 does not have, it could not read as a request of
  // this WSDL: `operations` throws nothing but Faults of SOAP 1.1.
  const understood = /^<\?xml[^>]*\?><soap:Envelope[\s\S]*<soap:Body>/.test(result.body);
  if (!understood || /<faultcode>500<|<soap:Value>SOAP-ENV:Server</.test(result.body)) {
    return send(response, 500, faultEnvelope('Client', 'not a request that this service understands'));
  }
  return send(response, result.statusCode, result.body);
}

function soapAction(request: IncomingMessage): Record<string, string> {
  const action = request.headers.soapaction;
  return typeof action === 'string' && action !== '""' && action !== '' ? { soapaction: action } : {};
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_REQUEST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function faultEnvelope(code: 'Client' | 'Server', message: string): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">' +
    `<soap:Body><soap:Fault><faultcode>soap:${code}</faultcode><faultstring>${message}</faultstring></soap:Fault>` +
    '</soap:Body></soap:Envelope>'
  );
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/xml; charset=utf-8', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
