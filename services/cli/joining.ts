import { relative } from 'node:path';
import { Command, Option } from 'commander';
import { WaslError } from '../kernel/codes.ts';
import { COMPATIBILITY_MODES } from '../kernel/containment/index.ts';
import type { InviteFlags } from './commands/agency.ts';
import type { ApplyFlags } from './commands/apply.ts';
import type { ConformFlags } from './commands/conform.ts';
import { DATA_OFFICER, DEFAULT_DATA, layoutOf } from './development/layout.ts';
import { agencyKeyCommands, key } from './keys.ts';
import { SOURCE_KINDS } from './scaffold/project.ts';
import { collect, doesLater, wantsJson } from './speak.ts';

/** The development authority's operator. */
const OPERATOR = relative(process.cwd(), layoutOf(DEFAULT_DATA).operator);

const span = (text: string): number => {
  const match = /^(\d+)(d|h|m)$/.exec(text);
  if (match === null) throw new WaslError('bad-usage', { what: `${text} is not a time such as 7d, 12h or 30m` });
  return Number(match[1]) * { d: 86_400_000, h: 3_600_000, m: 60_000 }[match[2] as 'd' | 'h' | 'm'];
};

const sayAside = (text: string): void => void (wantsJson ? process.stderr : process.stdout).write(`${text}\n`);

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
    .action(doesLater(async () => (await import('./commands/schema.ts')).schemaCheck)),
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
    .action(doesLater(async () => (await import('./commands/schema-publish.ts')).schemaPublish)),
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
    .action(doesLater(async () => (await import('./commands/schema-publish.ts')).schemaImpact)),
);

const declare = new Command('apply')
  .description('Make what files declare stand in the registry: shows the plan, then carries it out.')
  .requiredOption('-f, --file <path>', 'a JSON file an entity, or a folder of them; may be repeated', collect, [])
  .option('--dry-run', 'show the plan and change nothing', false)
  .option('--as <dir>', 'folder of the authority’s operator', OPERATOR)
  .option('--json', 'exactly one JSON object on standard output')
  .addHelpText('after', '\nExample:\n  $ wasl apply -f declarations/')
  .action(
    doesLater(async () => {
      const { apply } = await import('./commands/apply.ts');
      return (flags: ApplyFlags) => apply(flags, sayAside);
    }),
  );

const agency = new Command('agency').description(
  'The agencies of the bus, as the authority sees to them, and an agency’s own certificate.',
);
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
    .addOption(
      new Option('--valid <time>', 'how long the invitation may be used, as 7d or 12h')
        .argParser(span)
        .default(span('7d'), '7d'),
    )
    .action(
      doesLater(async () => {
        const { invite } = await import('./commands/agency.ts');
        return (id: string, { valid: validMs, ...flags }: Omit<InviteFlags, 'validMs'> & { valid: number }) =>
          invite(id, { ...flags, validMs });
      }),
    ),
);
agency.addCommand(
  asOperator(
    'activate',
    'Let an agency that has joined exchange.',
    'wasl agency activate social-aid --report social-aid-readiness.jws',
  )
    .argument('<id>', 'the agency')
    .option('--report <file>', 'the readiness report that wasl conform --for-record gave its integrator')
    .action(
      doesLater(async () => {
        const { setAgency } = await import('./commands/agency.ts');
        return (id: string, flags: { as: string; report?: string }) => setAgency(id, { ...flags, status: 'active' });
      }),
    ),
);
agency.addCommand(
  asOperator('shut-out', 'End all exchange with an agency, for good.', 'wasl agency shut-out social-aid')
    .argument('<id>', 'the agency')
    .action(
      doesLater(async () => {
        const { setAgency } = await import('./commands/agency.ts');
        return (id: string, { as }: { as: string }) => setAgency(id, { as, status: 'revoked' });
      }),
    ),
);
agency.addCommand(
  asOperator('list', 'Every agency, and where it stands.', 'wasl agency list').action(
    doesLater(async () => {
      const { listAgencies } = await import('./commands/agency.ts');
      return ({ as }: { as: string }) => listAgencies(as);
    }),
  ),
);
agency.addCommand(
  new Command('renew')
    .description('Renew your agency’s certificate now; its kit does so by itself in good time.')
    .option('--dir <dir>', 'folder of the agency’s identity', 'identity')
    .option('--json', 'exactly one JSON object on standard output')
    .addHelpText('after', '\nExample:\n  $ wasl agency renew --dir identity')
    .action(doesLater(async () => (await import('./commands/agency-renew.ts')).renewAgency)),
);

for (const one of agencyKeyCommands) agency.addCommand(one);

const joinBus = new Command('join')
  .description('Join the bus by the authority’s invitation: makes the agency’s keys here, and gets it a certificate.')
  .argument('<invitation>', 'the word that the authority gave')
  .option('--dir <dir>', 'where the identity goes', 'identity')
  .option('--recovery <file>', 'where the recovery key goes; `<agency>-recovery.jwk` unless told')
  .option('--json', 'exactly one JSON object on standard output')
  .addHelpText('after', '\nExample:\n  $ wasl join wasl-invitation-1.eyJh…')
  .action(doesLater(async () => (await import('./commands/join.ts')).join));

const project = new Command('new').description('A project to begin with.').addCommand(
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
    .action(doesLater(async () => (await import('./commands/new-adapter.ts')).newAdapter)),
);

const conformance = new Command('conform')
  .description(
    'Check an adapter by the conformance suite, in rehearsal or for the record; the rest stands in conformance.json.',
  )
  .option('--document <type>', 'the document type that it answers for')
  .option('--schema <file>', 'the document’s schema')
  .option('--subject <id>', 'a subject that its register knows: a number, or scheme:value')
  .option('--unknown-subject <id>', 'a subject that it does not know')
  .option('--malformed-subject <text>', 'a subject of the wrong form; one is made up unless told')
  .option('--run <command>', 'starts the adapter; without it the settings to start it with are shown')
  .option('--source-down <command>', 'takes the source system down')
  .option('--source-up <command>', 'brings it up again')
  .option('--check <id>', 'this check alone; may be repeated', collect, [])
  .option('--for-record', 'the run that counts, through the bus, against the adapter that is attached', false)
  .option('--identity <dir>', 'for the record: folder of the agency’s identity', 'identity')
  .option('--officer <name>', 'for the record: which of its officers accepts the suite’s agreement', DATA_OFFICER)
  .option('--person <id>', 'for the record: who becomes that officer, when there is none yet; such as a staff number')
  .option('--report <file>', 'for the record: where the report goes; AGENCY-readiness.jws unless told')
  .option('--build <digest>', 'for the record: digest of the adapter’s build, as you declare it')
  .option('--json', 'exactly one JSON object on standard output')
  .addHelpText('after', "\nExample:\n  $ wasl conform --run 'npm start'")
  .action(
    doesLater(async () => {
      const { conform } = await import('./commands/conform.ts');
      return (flags: ConformFlags) => conform(flags, sayAside);
    }),
  );

/** What an agency joins and is seen to with: schemas, declarations, agencies, and a project to begin with. */
export const joiningCommands: readonly Command[] = [schema, declare, agency, key, joinBus, project, conformance];
