import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { loadWords } from '../testing/render.tsx';
import { SearchField } from './SearchField.tsx';

beforeAll(() => loadWords());
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** A field whose page answers when the test says so. */
function open(value = '') {
  const said: string[] = [];
  const at = (next: string) => <SearchField value={next} onChange={(text) => said.push(text)} label="Search" />;
  const { rerender } = render(at(value));
  return {
    said,
    type: (text: string) => fireEvent.change(screen.getByRole('searchbox'), { target: { value: text } }),
    rest: () => act(() => void vi.advanceTimersByTime(200)),
    answer: (next: string) => rerender(at(next)),
    text: () => screen.getByRole<HTMLInputElement>('searchbox').value,
  };
}

it('says what was typed a moment after the last key', () => {
  const field = open();
  field.type('a');
  field.type('ap ');
  field.rest();
  expect(field.said).toEqual(['ap']);
  field.answer('ap');
  expect(field.text()).toBe('ap ');
});

it('keeps what is typed while the page still answers what was typed before', () => {
  const field = open();
  field.type('a');
  field.rest();
  field.type('ap');
  field.answer('a');
  expect(field.text()).toBe('ap');
  field.rest();
  field.type('api');
  field.rest();
  field.answer('ap');
  expect(field.text()).toBe('api');
  field.answer('api');
  expect(field.text()).toBe('api');
  expect(field.said).toEqual(['a', 'ap', 'api']);
});

it('follows a change by another hand', () => {
  const field = open('old');
  field.answer('linked');
  expect(field.text()).toBe('linked');
  field.type('mine');
  field.rest();
  field.answer('mine');
  field.answer('');
  expect(field.text()).toBe('');
});
