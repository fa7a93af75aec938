import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { getSession } from './contract/session.ts';
import { createApiClient } from './testing/api-client.ts';
import { createPostgresDatabase } from './testing/test-database.ts';

interface Process {
  child: ChildProcessWithoutNullStreams;
  stdout(): string;
  stderr(): string;
  /** The first whole line on stdout; fails when the process ends before. */
  line: Promise<string>;
  exit: Promise<{ code: number | null; signal: string | null }>;
}

// Several whole processes, one after the other, each of which makes a database.
vi.setConfig({ testTimeout: 300_000 });

let folder: string;
const started: Process[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'longshore-main-'));
});
afterEach(async () => {
  for (const { child, exit } of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exit;
  }
  rmSync(folder, { recursive: true, force: true });
});

function longshore(args: string[], environment: NodeJS.ProcessEnv = {}): Process {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts'), ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], LONGSHORE_DATA: folder, PORT: '0', ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exit = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }));
  const line = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const end = stdout.indexOf('\n');
      if (end >= 0) resolve(stdout.slice(0, end));
    });
    void exit.then(({ code }) => reject(new Error(`It ended with ${code}: ${stderr}`)));
  });
  line.catch(() => {});
  const running = { child, stdout: () => stdout, stderr: () => stderr, line, exit };
  started.push(running);
  return running;
}

function fromReadyLine(line: string): { url: string; password: string | undefined } {
  const match =
    /^Longshore is ready at (http:\/\/\S+) — sign in as admin(?: with the password (\S+) \(shown only now; .+\))?$/.exec(
      line,
    );
  expect(match, line).not.toBeNull();
  return { url: match?.[1] ?? '', password: match?.[2] };
}

describe('longshore serve', () => {
  it('says once how to sign in, keeps everything over kill -9, and lets only one process in', async () => {
    const first = longshore(['serve']);
    const { url, password } = fromReadyLine(await first.line);
    expect(password).toMatch(/^[a-z0-9]{5}(?:-[a-z0-9]{5}){3}$/);
    const client = createApiClient(url);
    await client.signIn('admin', password ?? '');

    const intruder = longshore(['serve']);
    expect(await intruder.exit).toEqual({ code: 78, signal: null });
    expect(intruder.stderr()).toMatch(
      /^LONGSHORE_DATA \(dataDirectory\): Another Longshore process uses the embedded database in .+\n$/,
    );

    first.child.kill('SIGKILL');
    await first.exit;
    const second = longshore(['serve']);
    const again = fromReadyLine(await second.line);
    expect(again.password).toBeUndefined();
    const returning = createApiClient(again.url);
    returning.cookie = client.cookie;
    expect((await returning.call(getSession, {})).account?.username).toBe('admin');

    second.child.kill('SIGTERM');
    expect(await second.exit).toEqual({ code: 0, signal: null });
    expect(second.stdout().trim().split('\n')).toHaveLength(1);
    expect(existsSync(path.join(folder, 'database.lock'))).toBe(false);
    for (const { stdout, stderr } of [first, second]) {
      expect(stderr()).not.toContain(password);
      expect(stdout().split(password ?? '').length - 1).toBeLessThanOrEqual(1);
    }
  });

  it('ends at once when told to, with a page’s live events still open', async () => {
    const server = longshore(['serve'], { LONGSHORE_ADMIN_PASSWORD: 'quite a good password' });
    const { url, password } = fromReadyLine(await server.line);
    expect(password).toBeUndefined();
    const client = createApiClient(url);
    await client.signIn('admin', 'quite a good password');
    const stream = await client.openEvents();
    server.child.kill('SIGINT');
    await stream.ended;
    expect(await server.exit).toEqual({ code: 0, signal: null });
  });

  it('runs on PostgreSQL from a file', async () => {
    const file = path.join(folder, 'longshore.yaml');
    const secret = (letter: string) =>
      Buffer.from(Array.from({ length: 32 }, (_, i) => letter.charCodeAt(0) + i)).toString('base64');
    writeFileSync(path.join(folder, 'key'), secret('a'));
    writeFileSync(
      file,
      `server: { port: 0 }
database: { url: "${await createPostgresDatabase({ isMigrated: false })}" }
secrets: { encryptionKeyFile: key, session: "${secret('b')}" }
admin: { password: quite a good password }
`,
    );
    const server = longshore(['serve', '--config', file], { LONGSHORE_DATA: '' });
    const { url } = fromReadyLine(await server.line);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await createApiClient(url).signIn('admin', 'quite a good password');
    expect(existsSync(path.join(folder, '.longshore'))).toBe(false);
  });

  it('says in one sentence that its port is taken, or its database away', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as net.AddressInfo;
    const server = longshore(['serve'], { PORT: String(port) });
    expect((await server.exit).code).toBe(78);
    expect(server.stderr().trim().split('\n').at(-1)).toBe(
      `PORT (server.port): 127.0.0.1:${port} is in use; choose another port.`,
    );
    taken.close();

    const away = longshore(['serve'], {
      DATABASE_URL: `postgres://user:canary-password@127.0.0.1:${port}/x`,
      LONGSHORE_ENCRYPTION_KEY: '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
      LONGSHORE_SESSION_SECRET: 'b7f3c0a91e5d48f2a6c4e8019d3b5f7a',
    });
    expect((await away.exit).code).toBe(1);
    expect(away.stderr()).toMatch(/DATABASE_URL \(database\.url\): PostgreSQL cannot be used: .*ECONNREFUSED.*\.\n$/);
    expect(away.stderr()).not.toContain('canary');
  });

  it('refuses a bad configuration with one sentence and exit 78', async () => {
    const server = longshore(['serve'], { PORT: 'eighty' });
    expect(await server.exit).toEqual({ code: 78, signal: null });
    expect(server.stderr()).toMatch(/^The environment: "PORT" must be a number\.\n$/);
    expect(server.stdout()).toBe('');
  });
});

describe('longshore reset-password', () => {
  it('gives a new password and ends the old one’s sessions', async () => {
    const first = longshore(['serve'], { LONGSHORE_ADMIN_PASSWORD: 'quite a good password' });
    const client = createApiClient(fromReadyLine(await first.line).url);
    await client.signIn('admin', 'quite a good password');

    const tooEarly = longshore(['reset-password', 'admin']);
    expect((await tooEarly.exit).code).toBe(1);
    expect(tooEarly.stderr()).toMatch(/^Stop Longshore first: .+\n$/);
    first.child.kill('SIGTERM');
    await first.exit;

    const unknown = longshore(['reset-password', 'nobody']);
    expect((await unknown.exit).code).toBe(1);
    expect(unknown.stderr()).toBe('There is no user "nobody".\n');

    const reset = longshore(['reset-password', 'Admin']);
    const password = /^The new password of Admin is (\S+) \(shown only now\)/.exec(await reset.line)?.[1] ?? '';
    expect((await reset.exit).code).toBe(0);

    const second = longshore(['serve']);
    const { url } = fromReadyLine(await second.line);
    const returning = createApiClient(url);
    returning.cookie = client.cookie;
    expect((await returning.call(getSession, {})).account).toBeNull();
    await returning.signIn('admin', password);
    expect((await returning.call(getSession, {})).account?.username).toBe('admin');
  });
});

describe('longshore', () => {
  it('explains itself, and refuses what it does not know', async () => {
    const help = longshore(['help']);
    expect((await help.exit).code).toBe(0);
    expect(help.stdout()).toContain('longshore serve [--config FILE]');
    const unknown = longshore(['server']);
    expect((await unknown.exit).code).toBe(78);
    expect(unknown.stderr()).toBe('There is no command "server"; "longshore help" lists those there are.\n');
  });
});
