/** Where mail is handed in: one address that says it all, as `BOTHY_SMTP_URL` takes it. */
import { BothyError } from '@bothy/wire';

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps:`). Else it begins with STARTTLS, where the server offers it. */
  readonly secure: boolean;
  /** Plain text is refused: there is a password, and the server is another machine. */
  readonly requireTls: boolean;
  /** False on this machine, where nobody listens in and certificates are made by the server itself. */
  readonly checksCertificate: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly from: string;
}

const example = 'smtp://user:password@mail.example.org:587?from=alarms@example.org';

/** Throws `configuration_invalid`, without the password in it. */
export function parseSmtpUrl(text: string): SmtpSettings {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const from = url?.searchParams.get('from') ?? '';
  if (url === undefined || !/^smtps?:$/.test(url.protocol) || url.hostname === '')
    throw invalid('is no address');
  if (!/^[^\s<>@]{1,64}@[^\s<>@]{1,190}$/.test(from)) throw invalid('says no sender (from=…)');
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isLocal = host === 'localhost' || host === '::1' || host.startsWith('127.');
  const hasUser = url.username !== '';
  return {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTls: !secure && hasUser && !isLocal,
    checksCertificate: !isLocal,
    ...(hasUser
      ? { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
      : {}),
    from,
  };
}

function invalid(what: string): BothyError {
  return new BothyError('configuration_invalid', `--smtp-url ${what}. Write ${example}`);
}
