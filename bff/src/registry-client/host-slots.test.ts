import { describe, expect, test } from 'vitest';
import { HostSlots } from './host-slots.ts';

describe('the slots of a host', () => {
  test('let each kind of request wait only for its own', async () => {
    const slots = new HostSlots(1);
    const read = await slots.take('read');
    const write = await slots.take('write');
    const small = await slots.take('small');
    const order: string[] = [];
    const next = slots.take('read').then((release) => {
      order.push('second read');
      return release;
    });
    small();
    (await slots.take('small'))();
    order.push('small');
    read();
    read();
    (await next)();
    write();
    expect(order).toEqual(['small', 'second read']);
  });

  test('are given up by who stops waiting', async () => {
    const slots = new HostSlots(1);
    const release = await slots.take('read');
    const stop = new AbortController();
    const waiting = slots.take('read', stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    release();
    (await slots.take('read'))();
  });
});
