import { describe, expect, it } from 'vitest';
import { fillReason } from './reason-text.ts';

const cause = {
  code: 'connection-refused',
  sentence: 'branch-north refused the connection.',
  params: { registry: 'branch-north', detail: '' },
};

describe('the words of a cause', () => {
  it('are the translation with its parameters', () => {
    expect(fillReason(cause, '{registry} 拒绝了连接。')).toBe('branch-north 拒绝了连接。');
  });
  it('are the server’s sentence where there is no translation', () => {
    expect(fillReason(cause, undefined)).toBe(cause.sentence);
  });
  it('are the server’s sentence where a parameter is missing or empty', () => {
    expect(fillReason(cause, '{registry}：{missing}')).toBe(cause.sentence);
    expect(fillReason(cause, '{registry}：{detail}')).toBe(cause.sentence);
  });
  it('leave an optional part out where its parameter did not come', () => {
    const template = '{registry} 出错[（状态 {status}）]。';
    expect(fillReason(cause, template)).toBe('branch-north 出错。');
    expect(fillReason({ ...cause, params: { ...cause.params, status: '502' } }, template)).toBe(
      'branch-north 出错（状态 502）。',
    );
  });
  it('take nothing from the language’s own objects', () => {
    expect(fillReason(cause, '{constructor}')).toBe(cause.sentence);
  });
});
