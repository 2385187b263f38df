import { Command } from 'commander';
import { PLACEHOLDERS } from '../kernel/placeholders.ts';
import { DATA_OFFICER, DEFAULT_DATA } from './development/layout.ts';
import { doesLater, listed, withExample } from './speak.ts';

const asOfficer = (name: string, summary: string, example: string): Command =>
  withExample(
    new Command(name)
      .description(summary)
      .option('--as <dir>', 'folder of the officer’s agency, or of the authority’s operator', 'identity')
      .option('--officer <name>', 'which of the folder’s officers acts', DATA_OFFICER),
    example,
  );

/** What officers do. */
export const agreement = new Command('agreement').description(
  'Agreements between two agencies, each step signed by an officer.',
);
agreement.addCommand(
  asOfficer(
    'template',
    'Print a terms file to begin with: the titles of its purposes and its legal basis are yours to write.',
    'wasl agreement template health.medical-fitness > terms.json',
  )
    .argument('<document>', 'the document type wanted')
    .option('--purpose <code>', 'what it is for', PLACEHOLDERS.purpose)
    .action(doesLater(async () => (await import('./commands/agreement-acts.ts')).agreementTemplate)),
);
agreement.addCommand(
  asOfficer('draft', 'Draft an agreement, as the requester’s officer.', 'wasl agreement draft terms.json')
    .argument('<file>', 'the terms; `wasl agreement template` prints their form')
    .action(doesLater(async () => (await import('./commands/agreement-acts.ts')).agreementDraft)),
);
agreement.addCommand(
  asOfficer(
    'accept',
    'Accept a drafted agreement, as the provider’s officer.',
    'wasl agreement accept social-aid.fitness',
  )
    .argument('<id>', 'the agreement')
    .action(doesLater(async () => (await import('./commands/agreement-acts.ts')).agreementAccept)),
);
for (const [name, step, summary] of [
  ['approve', 'approved', 'Put an accepted agreement in force, as the authority’s officer.'],
  ['suspend', 'suspended', 'Suspend an agreement, as an officer of either agency or of the authority.'],
  ['resume', 'resumed', 'Lift a suspension of one’s own side.'],
  ['terminate', 'terminated', 'End an agreement, for good.'],
] as const) {
  agreement.addCommand(
    asOfficer(name, summary, `wasl agreement ${name} social-aid.fitness`)
      .argument('<id>', 'the agreement')
      .option('--reason-en <text>', 'why, in English')
      .option('--reason-ar <text>', 'why, in Arabic')
      .action(doesLater(async () => (await import('./commands/agreement-acts.ts')).agreementStep(step))),
  );
}
agreement.addCommand(
  asOfficer('show', 'Show the terms as they were signed.', 'wasl agreement show social-aid.fitness --save held.json')
    .argument('<id>', 'the agreement')
    .option('--save <file>', 'write all that was signed there')
    .action(doesLater(async () => (await import('./commands/agreement-hold.ts')).agreementShow)),
);
agreement.addCommand(
  asOfficer(
    'hold',
    'Suspend an agreement at the agency’s own kits at once, without the registry.',
    'wasl agreement hold held.json',
  )
    .argument('<file>', 'what `wasl agreement show --save` wrote')
    .option('--lift', 'resume what was held', false)
    .action(doesLater(async () => (await import('./commands/agreement-hold.ts')).agreementHold)),
);

const onData = (name: string, summary: string, example: string): Command =>
  withExample(
    new Command(name)
      .description(summary)
      .option('--data <dir>', 'data folder of `wasl up`', DEFAULT_DATA)
      .option('--identity <dir>', 'instead: what the agency of this identity sees of the registry'),
    example,
  );

agreement.addCommand(
  onData(
    'explain',
    'May one agency ask another, and if not, why, and who must do what?',
    'wasl agreement explain --as health --from transport --document transport.driving-licence --purpose insure-family',
  )
    .option('--as <agency>', 'who would ask; the identity’s agency unless told')
    .requiredOption('--from <agency>', 'who would be asked')
    .requiredOption('--document <type>', 'document type')
    .option('--major <number>', 'its major', Number, 1)
    .requiredOption('--purpose <code>', 'what for')
    .option('--claims <names>', 'claims wanted, comma-separated', listed)
    .action(doesLater(async () => (await import('./commands/agreement.ts')).explainAgreement)),
);
agreement.addCommand(
  onData('list', 'Every agreement and where it stands.', 'wasl agreement list --identity identity')
    .option('--as <agency>', 'those of one agency')
    .action(doesLater(async () => (await import('./commands/agreement.ts')).listAgreements)),
);
