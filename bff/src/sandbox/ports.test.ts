import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createPortChooser } from './ports.ts';

const open: net.Server[] = [];

async function takePort(): Promise<number> {
  const server = net.createServer();
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as net.AddressInfo).port;
}

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

describe('choosing a port', () => {
  it('takes the wished one when it is free', async () => {
    const port = await takePort();
    for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
    expect(await createPortChooser().choose([port])).toBe(port);
  });

  it('takes a later wish when the first is taken', async () => {
    const [taken, other] = [await takePort(), await takePort()];
    await new Promise((resolve) => open.pop()?.close(resolve));
    expect(await createPortChooser().choose([taken, other])).toBe(other);
  });

  it('takes another one when every wish is taken', async () => {
    const taken = await takePort();
    expect(await createPortChooser().choose([taken])).not.toBe(taken);
  });

  it('never gives the same port twice', async () => {
    const chooser = createPortChooser();
    const first = await chooser.choose([]);
    expect(await chooser.choose([first])).not.toBe(first);
  });
});
