import { Command, Option } from 'commander';
import { WaslError } from '../kernel/codes.ts';
import type { CertifyFlags } from './commands/officer.ts';
import { doesLater, withExample } from './speak.ts';

const days = (text: string): number => {
  const match = /^(\d{1,4})d$/.exec(text);
  if (match === null) throw new WaslError('bad-usage', { what: `${text} is not a number of days such as 365d` });
  return Number(match[1]) * 86_400_000;
};

const one = (name: string, summary: string, example: string): Command =>
  withExample(
    new Command(name)
      .description(summary)
      .argument('<name>', 'names the files in the folder `officers` of the identity')
      .option('--as <dir>', 'folder of the agency’s identity, or of the authority’s operator', 'identity')
      .option('--signing <file>', 'the key that certifies: the identity’s present one; for the authority, its root'),
    example,
  );

/** Who may act, and who may not any more. */
export const officer = new Command('officer').description(
  'Who may act on agreements for an agency, or for the authority.',
);
officer.addCommand(
  one(
    'certify',
    'Certify a person, with a key of their own, to act on agreements.',
    'wasl officer certify data-officer --person staff-1001',
  )
    .requiredOption('--person <id>', 'opaque id of the person, one on the whole bus, such as a staff number')
    .option('--from <date>', 'from when on; now unless told. For whom a revoked key had certified: since then')
    .addOption(new Option('--valid <time>', 'for how many days').argParser(days).default(days('365d'), '365d'))
    .action(
      doesLater(async () => {
        const { certify } = await import('./commands/officer.ts');
        return (name: string, { valid: validMs, ...flags }: Omit<CertifyFlags, 'validMs'> & { valid: number }) =>
          certify(name, { ...flags, validMs });
      }),
    ),
);
officer.addCommand(
  one('revoke', 'Take an officer’s key back.', 'wasl officer revoke data-officer --since 2027-03-01T00:00:00Z')
    .option('--since <date>', 'from when on nothing that it signed counts; now unless told')
    .action(doesLater(async () => (await import('./commands/officer.ts')).revokeOfficer)),
);
