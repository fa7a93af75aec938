import { startFrontDoor } from '../gateway/testing/front-door-server.ts';

// The front door alone, as a process of its own: what is measured is the way of the bytes. Prints where it is.
const [registryUrl = ''] = process.argv.slice(2);
const door = await startFrontDoor({
  registries: { dev: { urls: [registryUrl] } },
  people: { bench: { bench: 'guest' } },
});
const token = await door.tokenFor('bench', ['repository:dev/bench/image:pull']);
console.log(JSON.stringify({ url: door.url, token }));
process.once('SIGTERM', () => void door.close());
