/**
 * Who connects: a person by token or by self-signed proof, an edge by its secret, or a guest where guests are allowed
 * (design, section 5).
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import {
  type ClaimResult,
  type NameDirectory,
  type NonceRegister,
  type Principal,
  verifyProof,
} from '@bothy/identity';
import { principalOf, type TokenIssuer, type TokenSubject, verifyToken } from '@bothy/identity/tokens';
import {
  BothyError,
  type Certificate,
  deviceKey,
  type EdgeId,
  edgeClientId,
  edgeSecretPrefix,
  type PersonId,
} from '@bothy/wire';

export interface ConnectAttempt {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The upgrade request, when the client came over WebSocket. */
  readonly request: IncomingMessage | undefined;
  /** The network address that it came from; undefined when the connection has gone. */
  readonly address?: string | undefined;
}

export interface AuthenticationRefusal {
  readonly ok: false;
  readonly code: 'badIdentifier' | 'badCredentials' | 'notAuthorized' | 'tooOften' | 'unavailable';
  readonly reason: string;
}

export type Authentication = { readonly ok: true; readonly principal: Principal } | AuthenticationRefusal;
export type Authenticate = (attempt: ConnectAttempt) => Promise<Authentication>;

export interface AuthenticationOptions {
  readonly tokens: TokenIssuer;
  readonly names: NameDirectory;
  /** What proofs may be made for: each `host:port` this node is reached at. */
  readonly audiences: () => readonly string[];
  readonly nonces: NonceRegister;
  /** Whether everything is bound to this machine, so that who comes without a proxy can only be a local program. */
  readonly onlyLocal: () => boolean;
  /** Whether clients of other machines may come without credentials. */
  readonly allowGuests: boolean;
  /** Whether somebody is an operator of this node. A token says so itself. @default nobody is */
  readonly isOperator?: (person: PersonId) => Promise<boolean>;
  /** Whether this person's key is kept out of all nodes. @default nobody's is */
  readonly isKeptOut?: (person: PersonId) => boolean;
  /** Whether an address may try to sign in now; guests are not asked. @default as often as it likes */
  readonly mayTry?: (address: string) => boolean;
  /** Whether this is the secret of an enrolled edge. @default no edge is enrolled */
  readonly verifyEdge?: (edge: EdgeId, secret: string) => boolean;
  readonly wallMs: () => number;
}

/** Headers that a proxy adds: who comes through one is not on this machine. */
const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

const keptOutReason = 'an operator has removed this person, and keeps their key out';

/** Whether a request came through a proxy that says so. */
export function wasForwarded(headers: IncomingHttpHeaders): boolean {
  return forwardingHeaders.some((header) => headers[header] !== undefined);
}

export function authenticator(options: AuthenticationOptions): Authenticate {
  return async (attempt) => {
    const { clientId, username, password, request } = attempt;
    if (username === undefined && password === undefined)
      return authenticateGuest(options, clientId, request);
    if (username === undefined || password === undefined) {
      return refuse('badCredentials', 'a name comes with a token or a proof as password');
    }
    const { mayTry = () => true } = options;
    // Before anything is verified: that is the work that the limit is for.
    if (!mayTry(attempt.address ?? '')) return refuse('tooOften', 'too many sign-ins from its address');
    if (password.startsWith(edgeSecretPrefix)) return byEdgeSecret(options, clientId, username, password);
    const subject = password.startsWith('{')
      ? await byProof(options, password)
      : await byToken(options, password);
    if (!subject.ok) return subject;
    if (subject.name !== username)
      return refuse('badCredentials', 'the user name is not the one that was proven');
    if (clientId !== deviceKey(subject))
      return refuse('badIdentifier', 'the client id must be <person>/<device>');
    return { ok: true, principal: principalOf(subject) };
  };
}

type Subject = ({ readonly ok: true } & TokenSubject) | AuthenticationRefusal;

async function byProof(options: AuthenticationOptions, text: string): Promise<Subject> {
  const { audiences, nonces, names, wallMs } = options;
  const proof = await verifyProof(text, { audiences: audiences(), wallMs: wallMs(), nonces });
  if (!proof.ok) return refuse('badCredentials', proof.reason);
  const { certificate } = proof;
  if (options.isKeptOut?.(certificate.person) === true) return refuse('notAuthorized', keptOutReason);
  const claim = await claimOf(names, certificate);
  if (claim === undefined)
    return refuse('unavailable', 'a new name cannot be taken while most nodes are away');
  if (claim.kind === 'taken')
    return refuse('notAuthorized', `the name ${certificate.name} belongs to another key`);
  if (claim.kind === 'closed') return refuse('notAuthorized', 'this node takes no new names');
  if (claim.kind === 'keptOut') return refuse('notAuthorized', keptOutReason);
  const { name, person, device } = certificate;
  const operates = (await options.isOperator?.(person)) ?? false;
  return { ok: true, name, person, device, ...(operates ? { role: 'operator' as const } : {}) };
}

/** Undefined: the nodes that decide about a new name cannot be reached. Whoever has one is not kept out by that. */
async function claimOf(names: NameDirectory, certificate: Certificate): Promise<ClaimResult | undefined> {
  try {
    return await names.claim(certificate);
  } catch (thrown) {
    if (BothyError.from(thrown).code === 'directory_unavailable') return undefined;
    throw thrown;
  }
}

async function byToken(options: AuthenticationOptions, token: string): Promise<Subject> {
  const verified = await verifyToken(options.tokens, token, options.wallMs());
  if (!verified.ok) return refuse('badCredentials', verified.reason);
  if (options.isKeptOut?.(verified.subject.person) === true) return refuse('notAuthorized', keptOutReason);
  const owner = await options.names.lookup(verified.subject.name);
  if (owner !== verified.subject.person) return refuse('notAuthorized', 'the name was released since');
  return { ok: true, ...verified.subject };
}

function byEdgeSecret(
  { verifyEdge }: AuthenticationOptions,
  clientId: string,
  edge: EdgeId,
  secret: string,
): Authentication {
  if (verifyEdge?.(edge, secret) !== true)
    return refuse('badCredentials', 'not the secret of an enrolled edge');
  const own = edgeClientId(edge);
  if (clientId !== own) return refuse('badIdentifier', `the client id must be ${own}`);
  return { ok: true, principal: { kind: 'edge', id: edge } };
}

function authenticateGuest(
  options: AuthenticationOptions,
  clientId: string,
  request: IncomingMessage | undefined,
): Authentication {
  const forwarded = request !== undefined && wasForwarded(request.headers);
  const local = options.onlyLocal() && !forwarded;
  if (!local && !options.allowGuests) return refuse('notAuthorized', 'guests are not allowed here');
  // A person's client id is theirs alone, or a guest could take over their session.
  if (clientId.includes('/')) return refuse('badIdentifier', 'a client id with a slash needs credentials');
  return { ok: true, principal: { kind: 'guest', local } };
}

function refuse(code: AuthenticationRefusal['code'], reason: string): AuthenticationRefusal {
  return { ok: false, code, reason };
}
