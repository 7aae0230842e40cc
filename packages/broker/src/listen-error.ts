/** Why MQTT cannot listen, as an error that says what to do. */
import { BothyError } from '@bothy/wire';

export function listenError(error: NodeJS.ErrnoException, host: string, port: number): BothyError {
  const what = `MQTT cannot listen on ${host}:${port}`;
  if (error.code === 'EADDRINUSE') {
    const advice = 'Stop the program that uses the port, or choose another with --mqtt.';
    return new BothyError('address_in_use', `${what}: the port is in use. ${advice}`, { cause: error });
  }
  return new BothyError('configuration_invalid', `${what}: ${error.message}. Choose another with --mqtt.`, {
    cause: error,
  });
}
