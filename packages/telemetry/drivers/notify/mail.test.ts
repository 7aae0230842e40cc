import { BothyError } from '@bothy/wire';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { exampleAlarm, exampleDelivery } from '../../core/testing/example-alarm.ts';
import { tellByMail } from './mail.ts';
import { parseSmtpUrl } from './smtp-settings.ts';

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly user: string | undefined;
}

const servers: SMTPServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise<void>((resolve) => void server.close(resolve));
});

/** A mail server that takes mail for everybody but `nobody`, from ann with her password. */
async function mailServer(): Promise<{ readonly port: number; readonly mails: Mail[] }> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    logger: false,
    onAuth({ username, password }, _session, done) {
      if (username === 'ann' && password === 'pass word') done(null, { user: 'ann' });
      else done(Object.assign(new Error('No such sign-in'), { responseCode: 535 }));
    },
    onRcptTo({ address }, _session, done) {
      if (address.startsWith('nobody@'))
        done(Object.assign(new Error('No such mailbox'), { responseCode: 550 }));
      else done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        const text = Buffer.concat(chunks).toString('utf8');
        mails.push({ from, to: rcptTo.map(({ address }) => address), text, user: session.user });
        done();
      });
    },
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, mails };
}

function settingsAt(port: number, sign = 'ann:pass%20word@') {
  return parseSmtpUrl(`smtp://${sign}127.0.0.1:${port}?from=alarms@hut.example`);
}

test('[TW3] a real mail server takes it, with STARTTLS and a sign-in, under one id at every attempt', async () => {
  const { port, mails } = await mailServer();
  const lines = [
    { news: 'opened', alarm: exampleAlarm() },
    { news: 'opened', alarm: exampleAlarm({ edge: 'edge-2', unit: '%\r\nBcc: eve@evil.example' }) },
  ] as const;
  const delivery = exampleDelivery({ lines });
  for (let attempt = 0; attempt < 2; attempt++) {
    const result = await tellByMail(
      ['ann@hut.example', 'ben@hut.example'],
      delivery,
      settingsAt(port),
      'hut',
    );
    expect(result).toEqual({ ok: true });
  }
  const [mail, again] = mails;
  expect(mail).toMatchObject({
    from: 'alarms@hut.example',
    to: ['ann@hut.example', 'ben@hut.example'],
    user: 'ann',
  });
  const id = /^Message-ID: (.+)$/im.exec(mail?.text ?? '')?.[1];
  expect(id).toBe(`<${delivery.id}@hut.example>`);
  expect(again?.text).toContain(`Message-ID: ${id}`);
  expect(mail?.text).toMatch(/^Auto-Submitted: auto-generated/im);
  // What a device calls its unit is no header.
  expect(mail?.text).not.toMatch(/^Bcc:/im);
});

test('[TW3] a mailbox that there is not is final, a wrong password or no server is not', async () => {
  const { port } = await mailServer();
  const delivery = exampleDelivery();
  expect(await tellByMail(['nobody@hut.example'], delivery, settingsAt(port), 'hut')).toMatchObject({
    ok: false,
    isFinal: true,
    sentence: expect.stringContaining('No such mailbox'),
  });
  const wrong = await tellByMail(['ann@hut.example'], delivery, settingsAt(port, 'ann:wrong@'), 'hut');
  expect(wrong).toMatchObject({ ok: false });
  expect(wrong).not.toHaveProperty('isFinal');
  for (const server of servers.splice(0)) await new Promise<void>((resolve) => void server.close(resolve));
  const nobody = await tellByMail(['ann@hut.example'], delivery, settingsAt(port), 'hut');
  expect(nobody).toMatchObject({ ok: false, sentence: expect.stringContaining('ECONNREFUSED') });
});

describe('[TW3] the address of a mail server', () => {
  test('says everything', () => {
    expect(parseSmtpUrl('smtps://mail.example.org?from=a@b.org')).toEqual({
      host: 'mail.example.org',
      port: 465,
      secure: true,
      requireTls: false,
      checksCertificate: true,
      from: 'a@b.org',
    });
    expect(parseSmtpUrl('smtp://ann:p%40ss@mail.example.org?from=a@b.org')).toMatchObject({
      port: 587,
      user: 'ann',
      password: 'p@ss',
      requireTls: true,
    });
  });

  test.each([
    '',
    'mail.example.org',
    'http://mail.example.org?from=a@b.org',
    'smtp://u:hush@mail.example.org',
  ])('%j is refused, and no password is said', (text) => {
    expect(() => parseSmtpUrl(text)).toThrow(BothyError);
    expect(() => parseSmtpUrl(text)).not.toThrow('hush');
  });
});
