/** Whether an address, or a host to bind to, is of this machine alone. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/i.test(
    host.replace(/^\[(.*)\]$/, '$1'),
  );
}

/** `host:port` taken apart; undefined when it is something else. An IPv6 host is in brackets. */
export function parseAddress(address: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?\]|[A-Za-z0-9._-]{1,253}):(\d{1,5})$/.exec(address);
  const [, host = '', port = ''] = match ?? [];
  return match === null || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}
