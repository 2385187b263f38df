#!/usr/bin/env node
import { relative } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { WaslError } from '../kernel/codes.ts';
import { COMPATIBILITY_MODES } from '../kernel/containment/index.ts';
import { exitCodeOf } from '../kernel/outcome.ts';
import { type InviteFlags, invite, listAgencies, setAgency } from './commands/agency.ts';
import { agent } from './commands/agent.ts';
import { type ApplyFlags, apply } from './commands/apply.ts';
import { catalog } from './commands/catalog.ts';
import { config } from './commands/config.ts';
import { join } from './commands/join.ts';
import { showJournal, verifyJournal } from './commands/journal.ts';
import { newAdapter } from './commands/new-adapter.ts';
import { request } from './commands/request.ts';
import { run } from './commands/run.ts';
import { type SchemaCheckFlags, schemaCheck } from './commands/schema.ts';
import { schemaImpact, schemaPublish } from './commands/schema-publish.ts';
import { status } from './commands/status.ts';
import { trace } from './commands/trace.ts';
import { up } from './commands/up.ts';
import { DEFAULT_DATA, layoutOf } from './development/layout.ts';
import { type End, endOfError } from './end.ts';
import { SOURCE_KINDS } from './scaffold/project.ts';

const wantsJson = process.argv.includes('--json');
let failed = false;

const print = (end: End): void => {
  const bad = end.kind !== 'delivered';
  process.exitCode = exitCodeOf(end.kind);
  if (wantsJson) process.stdout.write(`${JSON.stringify(end.json)}\n`);
  else (bad && end.kind !== 'not-found' ? process.stderr : process.stdout).write(`${end.text}\n`);
};
const fail = (error: unknown): void => {
  failed = true;
  print(endOfError(error));
};
const does =
  <A extends readonly unknown[]>(work: (...args: A) => Promise<End> | End) =>
  async (...args: A): Promise<void> => {
    try {
      print(await work(...args));
    } catch (error) {
      fail(error);
    }
  };

const collect = (text: string, before: readonly string[]): string[] => [...before, text];
const list = (text: string): string[] => text.split(',').filter((item) => item !== '');
const duration = (text: string): number => {
  const match = /^(\d+)(ms|s)?$/.exec(text);
  if (match === null) throw new WaslError('bad-usage', { what: `${text} is not a duration such as 5s or 500ms` });
  return Number(match[1]) * (match[2] === 'ms' ? 1 : 1000);
};

/** The development authority's operator. */
const OPERATOR = relative(process.cwd(), layoutOf(DEFAULT_DATA).operator);
const span = (text: string): number => {
  const match = /^(\d+)(d|h|m)$/.exec(text);
  if (match === null) throw new WaslError('bad-usage', { what: `${text} is not a time such as 7d, 12h or 30m` });
  return Number(match[1]) * { d: 86_400_000, h: 3_600_000, m: 60_000 }[match[2] as 'd' | 'h' | 'm'];
};

const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });

const command = (name: string, summary: string, example: string): Command =>
  new Command(name)
    .description(summary)
    .option('--data <dir>', 'data folder of `wasl up`', DEFAULT_DATA)
    .option('--json', 'exactly one JSON object on standard output')
    .addHelpText('after', `\nExample:\n  $ ${example}`);

const program = new Command('wasl')
  .description('Wasl (وصل): one agency asks another for a verified document, and every exchange leaves a receipt.')
  .version('0.1.0')
  .addHelpText(
    'after',
    '\nExit codes: 0 delivered or fine, 1 failure, 2 usage, 3 refused, 4 not found, 5 deferred, 6 unavailable.',
  );

program.addCommand(
  command('up', 'Bring everything up with four invented ministries, and make a first exchange.', 'wasl up --once')
    .option('--kafka <brokers>', 'use this Kafka (host:port, comma-separated) instead of the embedded bus', list)
    .option('--once', 'make the exchange, show it, stop everything and exit', false)
    .option(
      '--without <agencies>',
      'leave these agencies’ adapters out, so that an agent may answer for them',
      list,
      [],
    )
    .action(async (flags: { data: string; kafka?: string[]; once: boolean; without: string[] }) => {
      const stopped = untilStopped();
      const say = (text: string): void => {
        (wantsJson ? process.stderr : process.stdout).write(`· ${text}\n`);
      };
      await up(flags, { say, show: print, stopped }).catch(fail);
    }),
);
program.addCommand(
  new Command('run')
    .description('Run one process as production starts it: gateway, registry, adapter or agent.')
    .argument('<process>', 'gateway, registry, adapter or agent')
    .requiredOption('--config <file>', 'JSON file of its settings; the environment (WASL_*) wins over it')
    .addHelpText('after', '\nExample:\n  $ wasl run gateway --config /etc/wasl/gateway.json')
    .action((what: string, flags: { config: string }) => run(what, flags.config, process.env).catch(fail)),
);
program.addCommand(
  command(
    'request',
    'Ask another agency for a document, as an agency of the data folder.',
    'wasl request --as transport --from civil-status --document civil-status.personal-extract --subject 0009990001 --purpose issue-driving-licence',
  )
    .requiredOption('--as <agency>', 'who asks')
    .option('--from <agency>', 'who is asked')
    .option('--document <type>', 'document type')
    .option('--subject <id>', 'about whom: a number, or scheme:value')
    .option('--purpose <code>', 'the agreed purpose')
    .option('--ticket <ticket>', 'collect what was deferred; the ticket says the rest')
    .option('--claims <names>', 'claims wanted, comma-separated; all that the agreement opens unless told', list)
    .option('--case <ref>', 'case reference, sealed to the provider and the audit service')
    .option('--officer <id>', 'acting officer, sealed likewise')
    .option('--deadline <time>', 'how long to wait, at most 60s', duration, 10_000)
    .option('--identity <dir>', 'folder of the agency’s identity')
    .option('--gateway <addr>', 'gateway, host:port')
    .option('--retry-of <id>', 'the request that this one repeats')
    .option('--save <file>', 'write the credential (compact SD-JWT) there')
    .action(does(request)),
);
program.addCommand(
  command(
    'catalog',
    'What an agency may ask, of whom and for which purpose, and why not the rest.',
    'wasl catalog --as transport',
  )
    .requiredOption('--as <agency>', 'who would ask')
    .option('--document <type>', 'this document type alone')
    .action(does(catalog)),
);
program.addCommand(
  command(
    'agent',
    'Run an agency’s agent: a JSON face on loopback HTTP, for systems not written for Node.',
    'wasl agent --as transport',
  )
    .requiredOption('--as <agency>', 'whose agent')
    .option('--listen <addr>', 'where it answers, host:port on a loopback address', '127.0.0.1:7460')
    .option('--provide <type=url>', 'a document that a local HTTP handler answers; may be repeated', collect, [])
    .action((flags: { data: string; as: string; listen: string; provide: string[] }) =>
      agent(flags, { show: print, stopped: untilStopped() }).catch(fail),
    ),
);
program.addCommand(
  command('trace', 'Show the evidence of a request, in order, verified.', 'wasl trace 0199a1b2-…')
    .argument('<request-id>', 'the request’s id')
    .option('--audit-key <file>', 'open the sealed private part with the audit service’s key')
    .action(does((id: string, flags: { data: string; auditKey?: string }) => trace(id, flags))),
);
const journal = new Command('journal').description('An agency’s own evidence.');
journal.addCommand(
  command('show', 'Show what the agency wrote down.', 'wasl journal show --as transport')
    .option('--as <agency>', 'whose journal; every agency of the data folder unless told')
    .action(does(showJournal)),
);
journal.addCommand(
  command(
    'verify',
    'Check the journal’s chain, and its receipts against the bus.',
    'wasl journal verify --as transport --against bus',
  )
    .option('--as <agency>', 'whose journal; every agency of the data folder unless told')
    .addOption(new Option('--against <what>', 'check every receipt against the log').choices(['bus']))
    .action(does(verifyJournal)),
);
program.addCommand(journal);
const schema = new Command('schema').description('Document schemas and their versions.');
schema.addCommand(
  new Command('check')
    .description('Say whether a schema may follow older ones; where not, show a document that would break.')
    .argument('<schemas...>', 'files: the older versions, oldest first, and then the new one')
    .addOption(
      new Option('--mode <mode>', 'backward: the new version reads what the older one accepts; forward: the reverse')
        .choices(COMPATIBILITY_MODES)
        .default('backward'),
    )
    .option('--reference <uri=file>', 'a registered schema that $ref names; may be repeated', collect, [])
    .option('--json', 'exactly one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  $ wasl schema check person.v1.json person.v2.json --mode full')
    .action(does((files: string[], flags: SchemaCheckFlags) => schemaCheck(files, flags))),
);
schema.addCommand(
  new Command('publish')
    .description('Publish a document’s schema: frozen from then on.')
    .argument('<file>', 'the schema, named <document>.v<major>.json')
    .option('--as <dir>', 'folder of the providing agency’s identity', 'identity')
    .option('--document <type>', 'the document type, where the file’s name does not say it')
    .option('--major <number>', 'its major, likewise', Number)
    .option('--json', 'exactly one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  $ wasl schema publish schemas/archives.extract.v1.json')
    .action(does(schemaPublish)),
);
schema.addCommand(
  new Command('impact')
    .description('Say whom a changed schema would touch, and whose move is next.')
    .argument('<file>', 'the new schema, named <document>.v<major>.json')
    .option('--as <dir>', 'folder of the providing agency’s identity', 'identity')
    .option('--document <type>', 'the document type, where the file’s name does not say it')
    .option('--major <number>', 'its major, likewise', Number)
    .option('--json', 'exactly one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  $ wasl schema impact schemas/archives.extract.v2.json')
    .action(does(schemaImpact)),
);
program.addCommand(schema);
program.addCommand(
  new Command('apply')
    .description('Make what files declare stand in the registry: shows the plan, then carries it out.')
    .requiredOption('-f, --file <path>', 'a JSON file an entity, or a folder of them; may be repeated', collect, [])
    .option('--dry-run', 'show the plan and change nothing', false)
    .option('--as <dir>', 'folder of the authority’s operator', OPERATOR)
    .option('--json', 'exactly one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  $ wasl apply -f declarations/')
    .action((flags: ApplyFlags) =>
      apply(flags, (text) => void (wantsJson ? process.stderr : process.stdout).write(`${text}\n`)).then(print, fail),
    ),
);
const agency = new Command('agency').description('The agencies of the bus, as the authority sees to them.');
const asOperator = (name: string, summary: string, example: string): Command =>
  new Command(name)
    .description(summary)
    .option('--as <dir>', 'folder of the authority’s operator', OPERATOR)
    .option('--json', 'exactly one JSON object on standard output')
    .addHelpText('after', `\nExample:\n  $ ${example}`);
agency.addCommand(
  asOperator(
    'invite',
    'Invite one agency: a word that its integrator uses once.',
    "wasl agency invite social-aid --name-en 'Social Aid' --name-ar 'المعونة الوطنية'",
  )
    .argument('<id>', 'the id that the agency will have')
    .requiredOption('--name-en <text>', 'its name for people, English')
    .requiredOption('--name-ar <text>', 'its name for people, Arabic')
    .option('--valid <time>', 'how long the invitation may be used, as 7d or 12h', span, span('7d'))
    .action(
      does((id: string, { as, nameEn, nameAr, valid }: Omit<InviteFlags, 'validMs'> & { valid: number }) =>
        invite(id, { as, nameEn, nameAr, validMs: valid }),
      ),
    ),
);
agency.addCommand(
  asOperator('activate', 'Let an agency that has joined exchange.', 'wasl agency activate social-aid')
    .argument('<id>', 'the agency')
    .action(does((id: string, { as }: { as: string }) => setAgency(id, as, 'active'))),
);
agency.addCommand(
  asOperator('shut-out', 'End all exchange with an agency, for good.', 'wasl agency shut-out social-aid')
    .argument('<id>', 'the agency')
    .action(does((id: string, { as }: { as: string }) => setAgency(id, as, 'revoked'))),
);
agency.addCommand(
  asOperator('list', 'Every agency, and where it stands.', 'wasl agency list').action(
    does(({ as }: { as: string }) => listAgencies(as)),
  ),
);
program.addCommand(agency);
program.addCommand(
  new Command('join')
    .description('Join the bus by the authority’s invitation: makes the agency’s keys here, and gets it a certificate.')
    .argument('<invitation>', 'the word that the authority gave')
    .option('--dir <dir>', 'where the identity goes', 'identity')
    .option('--recovery <file>', 'where the recovery key goes; `<agency>-recovery.jwk` unless told')
    .option('--json', 'exactly one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  $ wasl join wasl-invitation-1.eyJh…')
    .action(does(join)),
);
program.addCommand(
  new Command('new')
    .description('A project to begin with.')
    .addCommand(
      new Command('adapter')
        .description('Write a small adapter project of an agency, with its test, Dockerfile and README.')
        .argument('<name>', 'the project’s name, and the agency’s id unless told')
        .addOption(new Option('--source <kind>', 'the source system').choices(SOURCE_KINDS).makeOptionMandatory())
        .option('--agency <id>', 'the agency')
        .option('--document <type>', 'the document type that it answers for; AGENCY.register-extract unless told')
        .option('--dir <path>', 'where; ./NAME unless told')
        .option('--kit <file>', 'the kit’s package; the one that was built unless told')
        .option('--json', 'exactly one JSON object on standard output')
        .addHelpText('after', '\nExample:\n  $ wasl new adapter archives --source csv --dir ../archives')
        .action(does(newAdapter)),
    ),
);
program.addCommand(command('status', 'What is up, and whether it is healthy.', 'wasl status').action(does(status)));
program.addCommand(command('config', 'Every setting of every process.', 'wasl config').action(does(config)));

let help = '';
const strict = (of: Command): void => {
  of.exitOverride().configureOutput({ writeErr: (text) => (help += text) });
  for (const inner of of.commands) strict(inner);
};
strict(program);

try {
  await program.parseAsync();
} catch (error) {
  const usage = error instanceof CommanderError;
  // Help and version end here too, and are fine; without a command, help is the answer.
  if (!usage) fail(error);
  else if (error.code === 'commander.help') {
    process.stderr.write(help);
    process.exitCode = exitCodeOf('usage');
  } else if (error.exitCode !== 0) {
    const what = error.message.replace(/^error: |\.$/g, '').replace(/\s+/g, ' ');
    fail(new WaslError('bad-usage', { what }));
  }
}
if (failed) process.exit();
