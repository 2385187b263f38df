import { Command } from 'commander';
import { doesLater, withExample } from './speak.ts';

const one = (name: string, summary: string, example: string): Command =>
  withExample(
    new Command(name).description(summary).option('--as <dir>', 'folder of the agency’s identity', 'identity'),
    example,
  );

/** What `wasl agency` does with keys. */
export const agencyKeyCommands: readonly Command[] = [
  one(
    'rotate',
    'Name new keys for the agency; they count after 24 hours, or at once by its recovery key.',
    'wasl agency rotate',
  )
    .option('--recovery <file>', 'the recovery key’s file: the new keys count at once')
    .option('--veto', 'with --recovery: keep the present keys, and put aside those that wait', false)
    .action(doesLater(async () => (await import('./commands/keys.ts')).rotate)),
  one(
    'revoke',
    'Take a signing key back: nothing that it signed counts any more.',
    'wasl agency revoke --signing social-aid-recovery.jwk',
  )
    .argument('[key]', 'its thumbprint (wasl key list); the present one unless told')
    .requiredOption('--signing <file>', 'the agency’s recovery key, or the authority’s root')
    .option('--agency <id>', 'whose key; the identity’s own agency unless told')
    .option('--since <date>', 'from when on nothing that it signed counts; now unless told')
    .action(doesLater(async () => (await import('./commands/keys.ts')).revokeKey)),
];

/** The keys of agencies. */
export const key = new Command('key').description('Public keys of agencies.').addCommand(
  one('list', 'Every key that an agency has or had, and when it counts.', 'wasl key list --agency civil-status')
    .option('--agency <id>', 'whose; the identity’s own agency unless told')
    .action(doesLater(async () => (await import('./commands/keys.ts')).listKeys)),
);
