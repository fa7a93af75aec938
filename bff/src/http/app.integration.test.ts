import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getSession } from '../contract/session.ts';
import { startBff, type TestBff } from '../testing/start-bff.ts';

let bff: TestBff;
let webDirectory: string;
const script = `console.log(${JSON.stringify('x'.repeat(5000))});`;

beforeAll(async () => {
  webDirectory = mkdtempSync(path.join(os.tmpdir(), 'longshore-web-'));
  mkdirSync(path.join(webDirectory, 'assets'));
  writeFileSync(path.join(webDirectory, 'assets/main-abc123.js'), script);
  writeFileSync(
    path.join(webDirectory, 'index.html'),
    '<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><script src="/assets/main-abc123.js"></script>',
  );
  writeFileSync(path.join(webDirectory, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  bff = await startBff({ server: { webDirectory } });
});
afterAll(async () => {
  await bff.close();
  rmSync(webDirectory, { recursive: true, force: true });
});

describe('The web client', () => {
  it('is served for every page, each time with another nonce that its policy names', async () => {
    const nonces = new Set<string>();
    for (const page of ['/', '/projects/a/repositories/b%2Fc', '/sign-in?returnTo=//evil.example']) {
      const response = await fetch(`${bff.url}${page}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
      const nonce = /nonce="([^"]+)"/.exec(await response.text())?.[1] ?? '';
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|\*/);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(3);
  });

  it('has scripts that browsers keep for ever, compressed for who can read that', async () => {
    for (const [accepted, expected] of [
      ['br, gzip', 'br'],
      ['gzip', 'gzip'],
      ['identity', null],
    ] as const) {
      const response = await fetch(`${bff.url}/assets/main-abc123.js`, { headers: { 'accept-encoding': accepted } });
      expect(response.headers.get('content-encoding')).toBe(expected);
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(response.headers.get('content-type')).toMatch(/^text\/javascript/);
      expect(await response.text()).toBe(script);
    }
  });

  it('is served for a tag whose name looks like a file’s', async () => {
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
    const response = await fetch(`${bff.url}/projects/a/repositories/a/b/tags/1.4.2`, { headers: { accept } });
    expect(response.status).toBe(200);
  });

  it.each(['/index.html', '/assets/..%2findex.html', '/%69ndex.html', '//index.html', '/./index%2ehtml'])(
    'never leaves without its nonce, also as %s',
    async (address) => {
      const answer = await rawSocket(
        Number(new URL(bff.url).port),
        `GET ${address} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP/);
      expect(answer).not.toContain('__CSP_NONCE__');
    },
  );

  it.each(['/assets/gone-123.js', '/missing.png', '/assets/..%2f..%2fetc/passwd', '/..%2f..%2fetc/passwd.txt'])(
    'is not given for %s',
    async (address) => {
      expect((await fetch(`${bff.url}${address}`)).status).toBe(404);
    },
  );
});

describe('Answers', () => {
  it('carry the headers that keep other sites out', async () => {
    const { headers } = await fetch(`${bff.url}/api/v1/session`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('keep a caller’s request id if it is well formed, and make one if not', async () => {
    const idOf = async (given: string) =>
      (await fetch(`${bff.url}/healthz`, { headers: { 'x-request-id': given } })).headers.get('x-request-id');
    expect(await idOf('trace-0123456789')).toBe('trace-0123456789');
    for (const bad of ['short', 'with space in it', 'x'.repeat(65), '{"a":"bbbbbbbbb"}']) {
      expect(await idOf(bad)).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('never repeat a spoofed host', async () => {
    const answer = await rawRequest({
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    });
    expect(answer).not.toContain('evil.example');
  });

  it('say which methods an address has', async () => {
    const response = await fetch(`${bff.url}/api/v1/session`, { method: 'PATCH' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('DELETE, GET, POST');
  });

  it.each(['/api/v1/nothing', '/api/v2/session', '/api', '/service/nothing', '/api/v1/%'])(
    'are problems for %s',
    async (address) => {
      const response = await fetch(`${bff.url}${address}`);
      expect([400, 404]).toContain(response.status);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(await response.json()).toMatchObject({ requestId: response.headers.get('x-request-id') });
    },
  );

  it('say that a body is too large, or no JSON', async () => {
    const send = (body: string) =>
      fetch(`${bff.url}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const large = await send(JSON.stringify({ username: 'a', password: 'b'.repeat(300_000) }));
    expect([large.status, ((await large.json()) as { code: string }).code]).toEqual([413, 'body-too-large']);
    const broken = await send('{"username":');
    expect([broken.status, ((await broken.json()) as { code: string }).code]).toEqual([400, 'request-invalid']);
  });

  it('close the connection on what could smuggle a second request', async () => {
    const { port } = new URL(bff.url);
    for (const shape of [
      'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n',
      'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef',
      'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\nabc',
      'GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n',
    ]) {
      const answer = await rawSocket(Number(port), shape);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    }
  });
});

describe('The API’s documentation', () => {
  it('can be read without a session', async () => {
    const response = await fetch(`${bff.url}/api/v1/openapi.json`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ openapi: '3.1.0', info: { version: '0.0.0-test' } });
  });

  it('has a page whose scripts all come from here and are allowed to', async () => {
    const response = await fetch(`${bff.url}/api/v1/docs`);
    const page = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(page).not.toMatch(/<script>|<script [^>]*>[^<]+<| on\w+=/);
    const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');
    expect(addresses.length).toBeGreaterThan(3);
    for (const address of addresses) {
      const part = await fetch(new URL(address, bff.url));
      expect(part.status, address).toBe(200);
      expect((await part.arrayBuffer()).byteLength, address).toBeGreaterThan(100);
    }
  });

  it('gives nothing else of its package away', async () => {
    for (const name of ['package.json', 'index.html', '..%2fpackage.json']) {
      expect((await fetch(`${bff.url}/api/v1/docs/${name}`)).status).toBe(404);
    }
  });
});

describe('Metrics', () => {
  it('are for this machine, and not for whom a proxy brings', async () => {
    const response = await fetch(`${bff.url}/metrics`);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toContain('longshore_http_request_duration_seconds_count');
    expect(text).toContain('longshore_event_stream_clients 0');
    expect(text).toContain('route="/api/v1/session"');
    const forwarded = await fetch(`${bff.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(forwarded.status).toBe(404);
  });
});

describe('Behind HTTPS', () => {
  it('the cookie is Secure and bound to the host, whatever the proxy says', async () => {
    const secure = await startBff({ server: { publicUrl: 'https://longshore.example.com' } });
    try {
      const response = await secure.anonymous().fetch('/api/v1/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: 'https://longshore.example.com' },
        body: JSON.stringify({ username: 'admin', password: secure.adminPassword }),
      });
      expect(response.status).toBe(200);
      expect(response.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^__Host-longshore=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
      ]);
      expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect(secure.running.url).toBe('https://longshore.example.com');
    } finally {
      await secure.close();
    }
  });
});

describe('What is logged', () => {
  it('holds neither passwords nor cookies nor what people search for', async () => {
    const client = await bff.signIn();
    await client.call(getSession, {});
    await client.fetch('/api/v1/session?q=canary-of-a-search');
    await bff.signIn('admin', 'canary-of-a-password').catch(() => {});
    const logs = bff.logs();
    expect(logs).toContain('"path":"/api/v1/session"');
    expect(logs).not.toContain('canary');
    expect(logs).not.toContain(bff.adminPassword);
    expect(logs).not.toContain(client.cookie.split('=')[1]);
    expect(logs).not.toContain(bff.config.secrets.session.reveal());
  });
});

function rawRequest(headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(`${bff.url}/api/v1/nothing`, { headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve(JSON.stringify(response.headers) + body));
    });
    request.once('error', reject);
  });
}

function rawSocket(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.once('close', () => resolve(answer));
    socket.once('error', reject);
  });
}
