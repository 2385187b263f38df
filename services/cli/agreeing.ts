import { Command } from 'commander';
import { agreementAccept, agreementDraft, agreementStep, agreementTemplate } from './commands/agreement-acts.ts';
import { DATA_OFFICER } from './development/layout.ts';
import { does } from './speak.ts';

const asOfficer = (name: string, summary: string, example: string): Command =>
  new Command(name)
    .description(summary)
    .option('--as <dir>', 'folder of the officer’s agency, or of the authority’s operator', 'identity')
    .option('--officer <name>', 'which of the folder’s officers acts', DATA_OFFICER)
    .option('--json', 'exactly one JSON object on standard output')
    .addHelpText('after', `\nExample:\n  $ ${example}`);

/** What officers do. */
export const agreement = new Command('agreement').description(
  'Agreements between two agencies, each step signed by an officer.',
);
agreement.addCommand(
  asOfficer(
    'template',
    'Print a terms file to begin with.',
    'wasl agreement template health.medical-fitness > terms.json',
  )
    .argument('<document>', 'the document type wanted')
    .option('--purpose <code>', 'what it is for', 'say-what-for')
    .action(does(agreementTemplate)),
);
agreement.addCommand(
  asOfficer('draft', 'Draft an agreement, as the requester’s officer.', 'wasl agreement draft terms.json')
    .argument('<file>', 'the terms; `wasl agreement template` prints their form')
    .action(does(agreementDraft)),
);
agreement.addCommand(
  asOfficer(
    'accept',
    'Accept a drafted agreement, as the provider’s officer.',
    'wasl agreement accept social-aid.fitness',
  )
    .argument('<id>', 'the agreement')
    .action(does(agreementAccept)),
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
      .action(does(agreementStep(step))),
  );
}
