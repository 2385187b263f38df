import { relative } from 'node:path';
import { Command, Option } from 'commander';
import { WaslError } from '../kernel/codes.ts';
import type { InviteFlags } from './commands/agency.ts';
import type { ApplyFlags } from './commands/apply.ts';
import { DEFAULT_DATA, layoutOf } from './development/layout.ts';
import { agencyKeyCommands } from './keys.ts';
import { collect, doesLater, sayAside, withExample } from './speak.ts';

/** The development authority's operator. */
const OPERATOR = relative(process.cwd(), layoutOf(DEFAULT_DATA).operator);

const span = (text: string): number => {
  const match = /^(\d+)(d|h|m)$/.exec(text);
  if (match === null) throw new WaslError('bad-usage', { what: `${text} is not a time such as 7d, 12h or 30m` });
  return Number(match[1]) * { d: 86_400_000, h: 3_600_000, m: 60_000 }[match[2] as 'd' | 'h' | 'm'];
};

/** What the authority declares. */
export const declare = withExample(
  new Command('apply')
    .description('Make what files declare stand in the registry: shows the plan, then carries it out.')
    .requiredOption('-f, --file <path>', 'a JSON file an entity, or a folder of them; may be repeated', collect, [])
    .option('--dry-run', 'show the plan and change nothing', false)
    .option('--as <dir>', 'folder of the authority’s operator', OPERATOR),
  'wasl apply -f declarations/',
).action(
  doesLater(async () => {
    const { apply } = await import('./commands/apply.ts');
    return (flags: ApplyFlags) => apply(flags, sayAside);
  }),
);

/** What becomes of agencies. */
export const agency = new Command('agency').description(
  'The agencies of the bus, as the authority sees to them, and an agency’s own certificate.',
);
const asOperator = (name: string, summary: string, example: string): Command =>
  withExample(
    new Command(name).description(summary).option('--as <dir>', 'folder of the authority’s operator', OPERATOR),
    example,
  );
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
  withExample(
    new Command('renew')
      .description('Renew your agency’s certificate now; its kit does so by itself in good time.')
      .option('--dir <dir>', 'folder of the agency’s identity', 'identity'),
    'wasl agency renew --dir identity',
  ).action(doesLater(async () => (await import('./commands/agency-renew.ts')).renewAgency)),
);

for (const one of agencyKeyCommands) agency.addCommand(one);
