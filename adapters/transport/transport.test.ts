import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_CITIZENS, DEMO_PLATES, generatePopulation } from '../population/index.ts';
import { transportHandlers } from './handlers.ts';
import { openTransportClient, type TransportClient } from './soap-client.ts';
import { startTransportSource, type TransportSource } from './source/server.ts';

const population = generatePopulation(5, 600);
let source: TransportSource;
let client: TransportClient;

beforeAll(async () => {
  source = await startTransportSource({ population });
  client = await openTransportClient(source.url);
});
afterAll(() => source?.stop());

const NS = 'xmlns:t="http://transport.wasl.test/register/v1"';
const envelope = (body: string) =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`;
const post = async (body: string, headers: Record<string, string> = {}) => {
  const response = await fetch(source.url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/xml', ...headers },
  });
  return { status: response.status, text: await response.text() };
};

describe('the traffic register over SOAP', () => {
  it('gives its WSDL with the address it answers at', async () => {
    const wsdl = await (await fetch(`${source.url}?wsdl`)).text();
    expect(wsdl).toContain(`<soap:address location="${source.url}"/>`);
  });

  it('gives every licence and vehicle as the population has it', async () => {
    for (const licence of population.licences) {
      const byHolder = await client.drivingLicenceByHolder(licence.holderNumber);
      expect(byHolder).toMatchObject({ kind: 'found', records: [{ licenceNumber: licence.licenceNumber }] });
    }
    for (const vehicle of population.vehicles) {
      const { plate, modelYear, make } = vehicle;
      expect(await client.vehicleByPlate(plate)).toMatchObject({ records: [{ plate, modelYear, make }] });
    }
  });

  it('lists all of an owner’s vehicles', async () => {
    const found = await client.vehiclesByOwner(DEMO_CITIZENS.severalCars.nationalNumber);
    expect(found.kind === 'found' && found.records.map((v) => v.plate)).toEqual(DEMO_PLATES.severalCars);
  });

  it('says in a typed Fault that it holds no such record, or cannot read the subject', async () => {
    expect(await client.drivingLicenceByHolder('0009999999')).toEqual({ kind: 'no-such-record' });
    expect(await client.drivingLicenceByHolder('12')).toEqual({ kind: 'invalid-subject' });
    expect(await client.vehicleByPlate('no plate')).toEqual({ kind: 'invalid-subject' });
    const { status, text } = await post(
      envelope(`<t:VehicleByPlateRequest ${NS}><t:plate>x</t:plate></t:VehicleByPlateRequest>`),
    );
    expect(status).toBe(500);
    expect(text).toMatch(/<faultcode>soap:Client<\/faultcode>.*<detail><tns:InvalidPlateFault>/);
  });

  it('answers a ping', async () => {
    await client.ping();
  });

  it.each([
    ['no XML', 'hello'],
    ['nothing', ''],
    ['cut-off XML', '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'],
    ['an empty body', envelope('')],
    ['an operation it does not have', envelope(`<t:DropTables ${NS}/>`)],
    ['a name from the prototype', envelope(`<t:constructor ${NS}/>`)],
    [
      'a document type with an entity',
      `<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>${envelope('<a>&e;</a>')}`,
    ],
    ['a field missing', envelope(`<t:VehicleByPlateRequest ${NS}/>`)],
    [
      'a field twice',
      envelope(`<t:VehicleByPlateRequest ${NS}><t:plate>1-1</t:plate><t:plate>1-2</t:plate></t:VehicleByPlateRequest>`),
    ],
  ])('answers %s with a SOAP Fault that blames the sender', async (_name, body) => {
    const { status, text } = await post(body);
    expect(status).toBe(500);
    expect(text).toContain('<faultcode>soap:Client</faultcode>');
    expect(text).not.toMatch(/node_modules|Error:/);
  });

  it('answers an unknown SOAPAction with a Fault', async () => {
    const body = envelope(`<t:PingRequest ${NS}/>`);
    expect((await post(body, { soapaction: '"urn:nothing"' })).text).toContain('soap:Fault');
  });

  it('reads no more than its limit', async () => {
    expect((await post(envelope('x'.repeat(70_000)))).status).toBe(413);
  });

  it('ends a call when its signal aborts, and when its time is up', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const deaf = await openTransportClient(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/register`);
    const abort = new AbortController();
    const call = deaf.vehicleByPlate('1-1', { signal: abort.signal });
    abort.abort();
    await expect(call).rejects.toThrow('no readable answer');
    await expect(deaf.ping({ timeoutMs: 20 })).rejects.toThrow('no readable answer');
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });
});

describe('transport’s handlers', () => {
  const ask = (type: string, scheme: string, value: string) => {
    const handler = transportHandlers(client)[type];
    if (handler === undefined) throw new Error(`no handler for ${type}`);
    const signal = new AbortController().signal;
    return handler({
      requestId: 'test',
      subject: { scheme, value },
      claims: [],
      purpose: 'test',
      deadline: new Date(),
      signal,
    });
  };
  const vehicle = 'transport.vehicle-registration';

  it('find one car by its owner or its plate, and the plate even of one among several', async () => {
    const { nationalNumber } = DEMO_CITIZENS.oneCar;
    const expected = { kind: 'found', document: { plate: DEMO_PLATES.oneCar } };
    expect(await ask(vehicle, 'jo:national-number', nationalNumber)).toMatchObject(expected);
    expect(await ask(vehicle, 'jo:vehicle-plate', DEMO_PLATES.oneCar)).toMatchObject(expected);
    expect(await ask(vehicle, 'jo:vehicle-plate', DEMO_PLATES.severalCars[1])).toMatchObject({ kind: 'found' });
  });

  it('never pick among several vehicles of one owner', async () => {
    expect(await ask(vehicle, 'jo:national-number', DEMO_CITIZENS.severalCars.nationalNumber)).toEqual({
      kind: 'ambiguous',
    });
  });

  it('say not found for no vehicle, no licence, and a scheme they do not serve', async () => {
    const notFound = { kind: 'not-found' };
    expect(await ask(vehicle, 'jo:national-number', DEMO_CITIZENS.noCar.nationalNumber)).toEqual(notFound);
    expect(await ask('transport.driving-licence', 'jo:national-number', DEMO_CITIZENS.child.nationalNumber)).toEqual(
      notFound,
    );
    expect(await ask(vehicle, 'constructor', '1')).toEqual(notFound);
  });

  it('give the estate its car, with the lien on it', async () => {
    const answer = await ask(vehicle, 'jo:national-number', DEMO_CITIZENS.deceased.nationalNumber);
    expect(answer).toMatchObject({
      document: { plate: DEMO_PLATES.deceased, lienHolder: { en: 'Example Finance Bank' } },
    });
  });
});
