import net from 'node:net';

/** Finds free ports on the loopback address; one chooser never hands out the same port twice. */
export interface PortChooser {
  /** The first free port of `wished`, or of the hundred above the last of them, or any the system gives. */
  choose(wished: readonly number[]): Promise<number>;
}

export function createPortChooser(host = '127.0.0.1'): PortChooser {
  const given = new Set<number>();
  return {
    async choose(wished) {
      const last = wished.at(-1);
      const above = last === undefined ? [] : Array.from({ length: 100 }, (_, index) => last + 1 + index);
      for (const port of [...wished, ...above]) {
        if (port > 65_535 || given.has(port)) continue;
        if ((await listenOnce(host, port)) === undefined) continue;
        given.add(port);
        return port;
      }
      const port = await listenOnce(host, 0);
      if (port === undefined) throw new Error(`No port is free on ${host}.`);
      given.add(port);
      return port;
    },
  };
}

function listenOnce(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(bound));
    });
  });
}
