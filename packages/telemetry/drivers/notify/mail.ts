/** Tells people of alarms by mail. nodemailer is loaded with the first one: most nodes never send any. */
import type { AttemptResult, Delivery } from '../../core/index.ts';
import { deliveryText, headline } from '../../core/index.ts';
import type { SmtpSettings } from './smtp-settings.ts';

/** A server that says nothing for so long is not there. */
const timeoutMs = 15_000;
const subjectChars = 140;

/** Rejects never. */
export async function tellByMail(
  to: readonly string[],
  delivery: Delivery,
  settings: SmtpSettings,
  node: string,
): Promise<AttemptResult> {
  const { createTransport } = await import('nodemailer');
  const { host, port, secure, requireTls, checksCertificate, user, password = '', from } = settings;
  const transport = createTransport({
    host,
    port,
    secure,
    requireTLS: requireTls,
    tls: { rejectUnauthorized: checksCertificate },
    ...(user === undefined ? {} : { auth: { user, pass: password } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: { name: `Bothy at ${node}`, address: from },
      to: [...to],
      subject: subjectOf(delivery),
      text: `${deliveryText(delivery, false)}\n\nTold by the route ${delivery.route} of the node ${node}.\n`,
      // The same at every attempt, so that a mail program shows it once.
      messageId: `<${delivery.id}@${from.slice(from.indexOf('@') + 1)}>`,
      headers: { 'auto-submitted': 'auto-generated', 'x-bothy-delivery': delivery.id },
    });
    return { ok: true };
  } catch (thrown) {
    return failure(thrown);
  } finally {
    transport.close();
  }
}

function subjectOf(delivery: Delivery): string {
  const words = headline(delivery);
  return words.length <= subjectChars ? words : `${words.slice(0, subjectChars - 1)}…`;
}

/** A recipient that there is not will not be there tomorrow. Everything else may pass, a wrong password included. */
function failure(thrown: unknown): AttemptResult {
  const error: { code?: unknown; responseCode?: unknown } & Error =
    thrown instanceof Error ? thrown : new Error(String(thrown));
  const sentence = `the mail server did not take it: ${error.message.replace(/\s+/g, ' ').slice(0, 160)}`;
  const isFinal =
    error.code === 'EENVELOPE' && typeof error.responseCode === 'number' && error.responseCode >= 550;
  return isFinal ? { ok: false, sentence, isFinal: true } : { ok: false, sentence };
}
