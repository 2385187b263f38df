import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../services/platform/store/index.ts';
import { kafkaClasses, kafkaJars } from './kafka-jars.ts';

const run = promisify(execFile);

/** A real Apache Kafka of our own on loopback, that can be killed and started again over its data. */
export interface OwnBroker {
  readonly brokers: readonly string[];
  pid(): number;
  kill9(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const properties = (data: string, port: number, controller: number): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': data,
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    // A broker that was killed may come back once its old session has ended.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '500',
    'auto.create.topics.enable': 'false',
    // Durable at acknowledgement: one broker has no replica to lean on.
    'log.flush.interval.messages': '1',
  })
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');

/** A broker of a test lives for seconds: compiled thoroughly it would be ready when it ends. One whose speed is measured is `measured`. */
export const startOwnBroker = async ({ measured = false } = {}): Promise<OwnBroker> => {
  const flags = measured ? [] : ['-XX:TieredStopAtLevel=1'];
  const classes = await kafkaClasses(async (file) => {
    const broker = await startBroker(flags, [`-XX:ArchiveClassesAtExit=${file}`]);
    // Written when it ends in order.
    await broker.stop('SIGTERM');
  });
  return startBroker([...flags, `-XX:SharedArchiveFile=${classes}`]);
};

/** `flags` of whatever runs, and more of them of the broker alone. */
const startBroker = async (flags: readonly string[], more: readonly string[] = []) => {
  const lib = await kafkaJars();
  const folder = await mkdtemp(join(tmpdir(), 'wasl-kafka-'));
  const [port, controller] = [await freePort(), await freePort()];
  const config = join(folder, 'server.properties');
  await writeFile(config, properties(join(folder, 'data'), port, controller));
  const java = ['-Xmx512m', '-Xms256m', '-XX:+UseSerialGC', ...flags, '-cp', `${lib}/*`];
  const bytes = randomBytes(16);
  // An id that began with a dash would read as a flag.
  bytes[0] = 1;
  const id = bytes.toString('base64url');
  await run('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', config], { timeout: 120_000 });
  let child: ChildProcess | undefined;
  const end = (): void => {
    child?.kill('SIGKILL');
  };
  process.once('exit', end);

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const started = spawn('java', [...more, ...java, 'kafka.Kafka', config], { stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      let said = '';
      const hear = (chunk: Buffer): void => {
        said = (said + chunk.toString('utf8')).slice(-20_000);
      };
      started.stdout?.on('data', hear);
      started.stderr?.on('data', hear);
      started.once('exit', (code) => reject(new Error(`the broker ended (${code}): ${said.slice(-1500)}`)));
      listening(port, 90_000).then(resolve, reject);
    });
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await gone;
  };
  await start();
  return {
    brokers: [`127.0.0.1:${port}`],
    pid: () => child?.pid ?? 0,
    kill9: () => kill('SIGKILL'),
    start,
    stop: async (signal: NodeJS.Signals = 'SIGKILL') => {
      await kill(signal);
      process.off('exit', end);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** The broker opens its port once it serves. */
const listening = async (port: number, withinMs: number): Promise<void> => {
  const { connect } = await import('node:net');
  const { setTimeout: wait } = await import('node:timers/promises');
  for (const until = Date.now() + withinMs; ; await wait(100)) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    if (Date.now() > until) throw new Error('the broker did not start');
  }
};
