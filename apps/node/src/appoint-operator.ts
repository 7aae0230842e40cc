/** Operators, named in the data folder: for a node in a container, which nobody opens from its own machine. */
import { BothyError, type Name, namePattern } from '@bothy/wire';
import type { NodeConfig } from './config.ts';
import { inDataFolder } from './data-folder.ts';

export interface AppointmentRequest {
  /** Whom to make an operator, or no longer one. @default nobody: it is only told who is */
  readonly name?: Name | undefined;
  readonly remove?: boolean | undefined;
}

/**
 * Who operates the node afterwards, by name; a person without a name by their id. A role that was given or taken
 * holds from the next sign-in on. Throws `name_invalid`, `not_found`, and what `inDataFolder` throws.
 */
export async function appointOperator(
  config: NodeConfig,
  { name, remove = false }: AppointmentRequest,
): Promise<readonly string[]> {
  if (name !== undefined && !namePattern.test(name)) {
    throw new BothyError('name_invalid', `"${name.slice(0, 80)}" is not a well-formed name.`);
  }
  return await inDataFolder(config.data, async (names) => {
    if (name !== undefined) {
      const person = await names.lookup(name);
      if (person === undefined) {
        throw new BothyError('not_found', `Nobody goes by the name ${name} here. They open the node first.`);
      }
      if (remove) await names.removeOperator(person);
      else await names.addOperator(person);
    }
    const operators = await names.operators();
    return operators.flatMap((each) => (each.names.length === 0 ? [each.person] : each.names));
  });
}
