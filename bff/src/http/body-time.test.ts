import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import express from 'express';
import { expect, it } from 'vitest';
import { limitBodyTime } from './body-time.ts';

it('cuts off who does not finish a request, and nobody who waits for an answer', async () => {
  const app = express();
  app.use(limitBodyTime(200));
  app.get('/slow', (_request, response) => void setTimeout(() => response.send('late'), 600));
  app.post('/body', express.json(), (_request, response) => void response.send('done'));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('POST /body HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{');
  const late = fetch(`http://127.0.0.1:${port}/slow`);
  await once(socket, 'close');
  expect(await (await late).text()).toBe('late');
  server.closeAllConnections();
  server.close();
});
