import { describe, expect, it } from 'vitest';
import { parseCommandLine } from './command-line.ts';

describe('The command line', () => {
  it.each([
    [['serve'], { name: 'serve', configFile: null }],
    [['serve', '--config', 'a.yaml'], { name: 'serve', configFile: 'a.yaml' }],
    [['serve', '--config=a.yaml'], { name: 'serve', configFile: 'a.yaml' }],
    [['reset-password', 'admin', '--config', 'a'], { name: 'reset-password', configFile: 'a', username: 'admin' }],
    [['sandbox'], { name: 'sandbox', configFile: null }],
    [['serve', '--help'], { name: 'help', configFile: null }],
    [[], { name: 'help', configFile: null }],
  ])('reads %j', (args, expected) => {
    expect(parseCommandLine(args)).toEqual(expected);
  });

  it.each([
    [['server'], /no command "server"/],
    [['serve', '--port', '1'], /"--port" means nothing/],
    [['serve', '--config'], /--config needs the name of a file/],
    [['reset-password'], /takes one username/],
    [['reset-password', 'a', 'b'], /takes one username/],
  ])('refuses %j with a sentence', (args, expected) => {
    expect(() => parseCommandLine(args)).toThrow(expected);
  });
});
