import { defineSettings } from '../config/index.ts';

/** How a process of the bus reaches it. */
export const busSettings = defineSettings({
  bus: {
    type: 'one-of',
    values: ['embedded', 'kafka'],
    sentence: 'Which bus: a log in the hub’s PostgreSQL (one machine), or Apache Kafka (production).',
  },
  databaseUrl: {
    type: 'secret',
    optional: true,
    sentence: 'File with the URL of the hub’s PostgreSQL; needed by the embedded bus.',
  },
  kafkaBrokers: { type: 'list', optional: true, sentence: 'Bootstrap brokers, host:port; needed by Kafka.' },
  kafkaSaslMechanism: {
    type: 'one-of',
    values: ['scram-sha-256', 'scram-sha-512', 'plain'],
    optional: true,
    sentence: 'SASL mechanism; without it no login is made.',
  },
  kafkaUsername: { type: 'text', optional: true, sentence: 'SASL user name.' },
  kafkaPassword: { type: 'secret', optional: true, sentence: 'File with the SASL password.' },
  kafkaTlsCa: {
    type: 'secret',
    optional: true,
    sentence: 'File with the PEM of the brokers’ authority; switches TLS on.',
  },
  kafkaTlsCert: { type: 'secret', optional: true, sentence: 'File with the PEM of this client’s certificate.' },
  kafkaTlsKey: { type: 'secret', optional: true, sentence: 'File with the PEM of this client’s key.' },
  singleBroker: {
    type: 'flag',
    default: false,
    sentence: 'Accept topics with fewer than 3 replicas or min.insync.replicas below 2: what one broker loses is lost.',
  },
});
