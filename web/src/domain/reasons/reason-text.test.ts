import { describe, expect, it } from 'vitest';
import { text as chinese } from '../../i18n/reasons.zh.ts';
import { fillReason, reasonWords } from './reason-text.ts';

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
  it('say in the same language what it came from, and keep the words of lines that only have those', () => {
    const line = {
      code: 'blob-restarted',
      sentence: 'sha256:a is sent again: development closed the connection before it had answered.',
      params: { digest: 'sha256:a', cause: 'development closed the connection before it had answered.' },
    };
    const of = { causeCode: 'connection-lost', 'cause.registry': 'development' };
    const zh = (code: string) => chinese[code];
    expect(reasonWords(line, zh)).toBe(`sha256:a 需要重新发送：${line.params.cause}`);
    const words = reasonWords({ ...line, params: { ...line.params, ...of } }, zh);
    expect(words).toMatch(/^sha256:a 需要重新发送：.*development/);
    expect(words).not.toMatch(/closed/);
    expect(reasonWords({ ...line, params: { ...line.params, ...of } }, () => undefined)).toBe(line.sentence);
  });
  it('group the digits of bytes', () => {
    expect(fillReason({ ...cause, params: { bytes: '3603248' } }, '合计 {bytes} 字节。')).toBe('合计 3,603,248 字节。');
  });
  it('take nothing from the language’s own objects', () => {
    expect(fillReason(cause, '{constructor}')).toBe(cause.sentence);
  });
});
