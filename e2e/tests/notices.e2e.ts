import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expectAccessible } from '../fixtures/accessibility.ts';
import { expect, test } from '../fixtures/test.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What takes the notices in: it keeps what it gets, and at first says that it cannot. */
async function startReceiver() {
  const received: Received[] = [];
  let status = 503;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(status, { 'content-type': 'text/plain' }).end(status === 200 ? 'thank you' : 'not yet');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    // On the console's own host, at another port: the sandbox allows that.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    accept: () => {
      status = 200;
    },
    close: () => server.close(),
  };
}

/** As a receiver checks it, with what the page says of the signature. */
function isSigned({ headers, body }: Received, secret: string): boolean {
  const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['longshore-signature'])) ?? [];
  const isFresh = Math.abs(Date.now() / 1000 - Number(seconds)) < 300;
  return isFresh && mac === createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
}

test('a webhook is made, its test is signed, and what came back is in the log of deliveries', async ({ page }) => {
  const receiver = await startReceiver();
  const name = `e2e hook ${Date.now().toString(36)}`;
  try {
    await page.goto('/settings/notices');
    await page.getByRole('button', { name: 'New notice' }).first().click();
    const form = page.getByRole('dialog', { name: 'New notice' });
    await form.getByRole('textbox', { name: 'Name' }).fill(name);
    await form.getByRole('textbox', { name: 'Address' }).fill(receiver.url);
    await expectAccessible(page);
    await form.getByRole('button', { name: 'Make it and show its secret' }).click();
    const shown = page.getByRole('dialog', { name: `The secret of ${name}` });
    const secret = (await shown.locator('pre').innerText()).trim();
    expect(secret.length).toBeGreaterThan(20);
    await expectAccessible(page);
    await shown.getByRole('button').last().click();
    await expect(shown).toBeHidden();

    await page.getByRole('button', { name: `Actions for ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Send a test' }).click();
    const log = page.getByRole('dialog', { name: `Deliveries of ${name}` });
    const delivery = log.getByRole('listitem').filter({ hasText: 'Test' });
    await expect(delivery).toContainText('not delivered');
    await expect(delivery).toContainText('The receiver answered 503.');
    await expect(delivery).toContainText('not yet');

    receiver.accept();
    await delivery.getByRole('button', { name: 'Send again' }).click();
    await expect(delivery.getByText('delivered', { exact: true })).toBeVisible();
    await expect(delivery).toContainText('thank you');
    await expectAccessible(page);
    expect(receiver.received).toHaveLength(2);
    for (const one of receiver.received) {
      expect(isSigned(one, secret)).toBe(true);
      expect(isSigned({ ...one, body: `${one.body} ` }, secret)).toBe(false);
      expect(JSON.parse(one.body)).toMatchObject({ version: 1, event: 'test', notice: { name } });
    }
    // Sent again is the same: a receiver that had it can tell.
    const [first, second] = receiver.received.map(({ headers }) => headers['longshore-delivery']);
    expect(second).toBe(first);

    // Nothing shows the secret a second time.
    await page.reload();
    await expect(log).toBeVisible();
    expect(await page.content()).not.toContain(secret);
    await log.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: `Actions for ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const question = page.getByRole('dialog', { name: `Delete ${name}?` });
    await expect(question).toContainText(receiver.url);
    await question.getByRole('button', { name: 'Delete notice' }).click();
    await expect(page.getByRole('button', { name: `Actions for ${name}` })).toHaveCount(0);
  } finally {
    receiver.close();
  }
});
