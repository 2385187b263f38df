import { civilStatusSettings } from '../../../adapters/civil-status/config.ts';
import { transportSettings } from '../../../adapters/transport/config.ts';
import { agentSettings } from '../../agent/config.ts';
import { conformanceSettings } from '../../conformance/config.ts';
import { gatewaySettings } from '../../gateway/config.ts';
import { describeSettings } from '../../platform/config/index.ts';
import { registrySettings } from '../../registry/config.ts';
import type { End } from '../end.ts';

const TABLES = {
  gateway: gatewaySettings,
  registry: registrySettings,
  conformance: conformanceSettings,
  agent: agentSettings,
  'adapter civil-status': civilStatusSettings,
  'adapter transport': transportSettings,
};

/** The settings of every process: name, type, default, unit and sentence. */
export const config = (): End => {
  const tables = Object.entries(TABLES).map(([process, table]) => ({ process, settings: describeSettings(table) }));
  const text = tables.map(({ process, settings }) =>
    [
      process,
      ...settings.map(
        ({ name, environment, type, default: standard, unit, sentence }) =>
          `  ${name} (${environment})\n    ${type}${unit === '' ? '' : `, ${unit}`}; default: ${standard}. ${sentence}`,
      ),
    ].join('\n'),
  );
  return { kind: 'delivered', json: { processes: tables }, text: text.join('\n\n') };
};
