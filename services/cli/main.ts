#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { WaslError } from '../kernel/codes.ts';
import { exitCodeOf } from '../kernel/outcome.ts';
import { agency, declare } from './agencies.ts';
import { agreement } from './agreeing.ts';
import { officer } from './certifying.ts';
import { DEFAULT_DATA } from './development/layout.ts';
import { joiningCommands } from './joining.ts';
import { key } from './keys.ts';
import { schema } from './schemas.ts';
import { collect, doesLater, fail, hasFailed, listed, print, sayAside, withExample } from './speak.ts';

const duration = (text: string): number => {
  const match = /^(\d+)(ms|s)?$/.exec(text);
  if (match === null) throw new WaslError('bad-usage', { what: `${text} is not a duration such as 5s or 500ms` });
  return Number(match[1]) * (match[2] === 'ms' ? 1 : 1000);
};

const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });

const command = (name: string, summary: string, example: string): Command =>
  withExample(
    new Command(name).description(summary).option('--data <dir>', 'data folder of `wasl up`', DEFAULT_DATA),
    example,
  );

const program = new Command('wasl')
  .description('Wasl (وصل): one agency asks another for a verified document, and every exchange leaves a receipt.')
  .version('0.1.0')
  .addHelpText(
    'after',
    '\nExit codes: 0 delivered or fine, 1 failure, 2 usage, 3 refused, 4 not found, 5 deferred, 6 unavailable.',
  );

program.addCommand(
  command('up', 'Bring everything up with four invented ministries, and make a first exchange.', 'wasl up --once')
    .option('--kafka <brokers>', 'use this Kafka (host:port, comma-separated) instead of the embedded bus', listed)
    .option('--once', 'make the exchange, show it, stop everything and exit', false)
    .option(
      '--without <agencies>',
      'leave these agencies’ adapters out, so that an agent may answer for them',
      listed,
      [],
    )
    .action(async (flags: { data: string; kafka?: string[]; once: boolean; without: string[] }) => {
      const stopped = untilStopped();
      const say = (text: string): void => sayAside(`· ${text}`);
      const { up } = await import('./commands/up.ts');
      await up(flags, { say, show: print, stopped }).catch(fail);
    }),
);
program.addCommand(
  new Command('run')
    .description('Run one process as production starts it: gateway, registry, conformance, adapter or agent.')
    .argument('<process>', 'gateway, registry, conformance, adapter or agent')
    .requiredOption('--config <file>', 'JSON file of its settings; the environment (WASL_*) wins over it')
    .addHelpText('after', '\nExample:\n  $ wasl run gateway --config /etc/wasl/gateway.json')
    .action(async (what: string, flags: { config: string }) => {
      const { run } = await import('./commands/run.ts');
      await run(what, flags.config, process.env).catch(fail);
    }),
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
    .option('--claims <names>', 'claims wanted, comma-separated; all that the agreement opens unless told', listed)
    .option('--case <ref>', 'case reference, sealed to the provider and the audit service')
    .option('--officer <id>', 'acting officer, sealed likewise')
    .option('--deadline <time>', 'how long to wait, at most 60s', duration, 10_000)
    .option('--identity <dir>', 'folder of the agency’s identity')
    .option('--gateway <addr>', 'gateway, host:port')
    .option('--retry-of <id>', 'the request that this one repeats')
    .option('--save <file>', 'write the credential (compact SD-JWT) there')
    .action(doesLater(async () => (await import('./commands/request.ts')).request)),
);
program.addCommand(
  command(
    'catalog',
    'What an agency may ask, of whom and for which purpose, and why not the rest.',
    'wasl catalog --as transport',
  )
    .requiredOption('--as <agency>', 'who would ask')
    .option('--document <type>', 'this document type alone')
    .action(doesLater(async () => (await import('./commands/catalog.ts')).catalog)),
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
    .action(async (flags: { data: string; as: string; listen: string; provide: string[] }) => {
      const stopped = untilStopped();
      const { agent } = await import('./commands/agent.ts');
      await agent(flags, { show: print, stopped }).catch(fail);
    }),
);
program.addCommand(
  command('trace', 'Show the evidence of a request, in order, verified.', 'wasl trace 0199a1b2-…')
    .argument('<request-id>', 'the request’s id')
    .option('--audit-key <file>', 'open the sealed private part with the audit service’s key')
    .action(doesLater(async () => (await import('./commands/trace.ts')).trace)),
);
const journal = new Command('journal').description('An agency’s own evidence.');
journal.addCommand(
  command('show', 'Show what the agency wrote down.', 'wasl journal show --as transport')
    .option('--as <agency>', 'whose journal; every agency of the data folder unless told')
    .action(doesLater(async () => (await import('./commands/journal.ts')).showJournal)),
);
journal.addCommand(
  command(
    'verify',
    'Check the journal’s chain, and its receipts against the bus.',
    'wasl journal verify --as transport --against bus',
  )
    .option('--as <agency>', 'whose journal; every agency of the data folder unless told')
    .addOption(new Option('--against <what>', 'check every receipt against the log').choices(['bus']))
    .action(doesLater(async () => (await import('./commands/journal.ts')).verifyJournal)),
);
program.addCommand(journal);
const document = new Command('document').description('Documents after they were delivered: whether they still count.');
document.addCommand(
  command(
    'revoke',
    'Revoke a document that an agency delivered, for good; its holders hear of it within seconds.',
    'wasl document revoke --as civil-status --request 0199a1b2-…',
  )
    .requiredOption('--as <agency>', 'who delivered it')
    .requiredOption('--request <id>', 'the request under which it was delivered')
    .option('--reason <text>', 'why, for the agency’s own book; no personal data')
    .option('--config <file>', 'settings of the adapter that issued it; those of the data folder unless told')
    .action(doesLater(async () => (await import('./commands/document.ts')).revoke)),
);
document.addCommand(
  command(
    'status',
    'Verify a saved document, and say whether it was revoked since.',
    'wasl document status extract.sd-jwt --as transport',
  )
    .argument('<file>', 'credential, as `wasl request --save` wrote it')
    .requiredOption('--as <agency>', 'who holds it')
    .option('--identity <dir>', 'folder of the agency’s identity')
    .option('--gateway <addr>', 'gateway, host:port')
    .action(doesLater(async () => (await import('./commands/document.ts')).documentStatus)),
);
program.addCommand(document);
for (const of of [schema, declare, agency, key, ...joiningCommands, agreement, officer]) program.addCommand(of);
program.addCommand(
  command('status', 'What is up, and whether it is healthy.', 'wasl status').action(
    doesLater(async () => (await import('./commands/status.ts')).status),
  ),
);
program.addCommand(
  command('config', 'Every setting of every process.', 'wasl config').action(
    doesLater(async () => (await import('./commands/config.ts')).config),
  ),
);

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
if (hasFailed()) process.exit();
