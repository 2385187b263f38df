import { Command, Option } from 'commander';
import type { ConformFlags } from './commands/conform.ts';
import { DATA_OFFICER } from './development/layout.ts';
import { SOURCE_KINDS } from './scaffold/project.ts';
import { collect, doesLater, sayAside, withExample } from './speak.ts';

const joinBus = withExample(
  new Command('join')
    .description('Join the bus by the authority’s invitation: makes the agency’s keys here, and gets it a certificate.')
    .argument('<invitation>', 'the word that the authority gave')
    .option('--dir <dir>', 'where the identity goes', 'identity')
    .option('--recovery <file>', 'where the recovery key goes; `<agency>-recovery.jwk` unless told'),
  'wasl join wasl-invitation-1.eyJh…',
).action(doesLater(async () => (await import('./commands/join.ts')).join));

const project = new Command('new')
  .description('A project to begin with.')
  .addCommand(
    withExample(
      new Command('adapter')
        .description('Write a small adapter project of an agency, with its test, Dockerfile and README.')
        .argument('<name>', 'the project’s name, and the agency’s id unless told')
        .addOption(new Option('--source <kind>', 'the source system').choices(SOURCE_KINDS).makeOptionMandatory())
        .option('--agency <id>', 'the agency')
        .option('--document <type>', 'the document type that it answers for; AGENCY.register-extract unless told')
        .option('--dir <path>', 'where; ./NAME unless told')
        .option('--kit <file>', 'the kit’s package; the one that was built unless told'),
      'wasl new adapter archives --source csv --dir ../archives',
    ).action(doesLater(async () => (await import('./commands/new-adapter.ts')).newAdapter)),
  );

const conformance = withExample(
  new Command('conform')
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
    .option('--build <digest>', 'for the record: digest of the adapter’s build, as you declare it'),
  "wasl conform --run 'npm start'",
).action(
  doesLater(async () => {
    const { conform } = await import('./commands/conform.ts');
    return (flags: ConformFlags) => conform(flags, sayAside);
  }),
);

/** What an integrator joins with, and builds an adapter. */
export const joiningCommands: readonly Command[] = [joinBus, project, conformance];
