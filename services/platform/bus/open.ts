import { WaslError } from '../../kernel/codes.ts';
import type { Values } from '../config/index.ts';
import type { Logger } from '../log/index.ts';
import { openEmbeddedBus } from './embedded.ts';
import { type KafkaBusOptions, openKafkaBus } from './kafka.ts';
import type { Bus } from './port.ts';
import type { busSettings } from './settings.ts';

/** Opens the bus that the settings name; `config-invalid` when they leave out what it needs, `bus-unavailable` when it does not answer. */
export async function openBus(settings: Values<typeof busSettings>, log: Logger): Promise<Bus> {
  if (settings.bus === 'embedded') {
    if (settings.databaseUrl === undefined) throw new WaslError('config-invalid', { what: 'databaseUrl is missing' });
    return openEmbeddedBus({ url: settings.databaseUrl, log }).catch(unavailable);
  }
  const {
    kafkaBrokers: brokers,
    kafkaSaslMechanism: mechanism,
    kafkaUsername: username,
    kafkaPassword: password,
  } = settings;
  if (brokers === undefined) throw new WaslError('config-invalid', { what: 'kafkaBrokers is missing' });
  if (mechanism !== undefined && (username === undefined || password === undefined)) {
    throw new WaslError('config-invalid', { what: 'kafkaUsername or kafkaPassword is missing' });
  }
  const { kafkaTlsCa: ca, kafkaTlsCert: cert, kafkaTlsKey: key } = settings;
  const options: KafkaBusOptions = {
    brokers,
    singleBroker: settings.singleBroker,
    log,
    ...(mechanism === undefined || username === undefined || password === undefined
      ? {}
      : { sasl: { mechanism, username, password } }),
    ...(ca === undefined ? {} : { tls: { ca, ...(cert === undefined || key === undefined ? {} : { cert, key }) } }),
  };
  return openKafkaBus(options).catch(unavailable);
}

/** A refusal of ours stays what it is; the driver's own words go no further than the cause. */
const unavailable = (error: unknown): never => {
  if (error instanceof WaslError) throw error;
  throw new WaslError('bus-unavailable', {}, { cause: error });
};
