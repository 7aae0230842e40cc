/** Under which names and addresses a machine is reached in its own network. */
import { BlockList, isIPv6 } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

export interface LocalAddresses {
  /** DNS names in small letters. */
  readonly names: readonly string[];
  /** IP addresses without zones. */
  readonly addresses: readonly string[];
}

/** Reads them anew each time: addresses change when networks do. */
export function localAddresses(): LocalAddresses {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const name = hostname().toLowerCase();
  const names = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name) ? [name, `${firstLabel(name)}.local`] : [];
  return {
    names: [...new Set(['localhost', ...names])],
    addresses: [...new Set(['127.0.0.1', ...all.map(({ address }) => address)])].filter(isPrivate).sort(),
  };
}

/** Names that no public server has: RFC 6761, RFC 6762, RFC 8375, and what home routers call their networks. */
export const permittedDnsNames = ['localhost', 'local', 'home.arpa', 'lan', 'internal'] as const;

/** Loopback, RFC 1918, RFC 6598 (shared), RFC 3927 (link-local), RFC 4193 (unique local) and fe80::/10. */
export const permittedNetworks = [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const;

const privateNetworks = new BlockList();
for (const [address, bits] of permittedNetworks) privateNetworks.addSubnet(address, bits, family(address));

/** Whether an address belongs to a network of one's own. */
export function isPrivate(address: string): boolean {
  return privateNetworks.check(address, family(address));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

function firstLabel(name: string): string {
  return name.split('.')[0] ?? name;
}

/** What to type on another device: addresses first, for names need multicast DNS, which many phones lack. */
export function reachedAt(bound: string, { names, addresses }: LocalAddresses): string[] {
  if (bound !== '0.0.0.0' && bound !== '::') return [bound.includes(':') ? `[${bound}]` : bound];
  const ipv4 = addresses.filter((address) => !address.includes(':') && !address.startsWith('127.'));
  const local = names.filter((name) => name.endsWith('.local'));
  return ipv4.length + local.length === 0 ? ['localhost'] : [...ipv4, ...local];
}
