import { describe, expect, it } from 'vitest';
import {
  blobFraction,
  elapsedSeconds,
  executionFigures,
  executionFraction,
  liveFigures,
  secondsUntil,
  taskFraction,
} from './task-figures.ts';

const running = {
  state: 'running' as const,
  bytesDone: 50,
  bytesSkipped: 0,
  bytesTotal: 200,
  blobsDone: 1,
  blobsTotal: 4,
};
const tasks = { queued: 0, running: 1, waiting: 0, succeeded: 1, failed: 0, stopped: 0 };
const execution = { state: 'running' as const, tasks, deletions: 0, bytesDone: 1, bytesSkipped: 0, bytesTotal: 4 };

describe('how far a task is', () => {
  it('is unknown until the task is planned', () => {
    expect(taskFraction({ ...running, bytesTotal: null })).toBeUndefined();
  });
  it('is the share of the bytes', () => expect(taskFraction(running)).toBe(0.25));
  it('is the share of those that have to move', () => {
    expect(taskFraction({ ...running, bytesDone: 150, bytesSkipped: 100 })).toBe(0.5);
    expect(executionFraction({ ...execution, bytesDone: 3, bytesSkipped: 2 })).toBe(0.5);
  });
  it('is the share of the tags where all of them are deleted', () => {
    expect(executionFraction({ ...execution, deletions: 2, bytesDone: 0, bytesTotal: 0 })).toBe(0.5);
  });
  it('is not complete before the tag is written, though every byte is there', () => {
    expect(taskFraction({ ...running, bytesDone: 200 })).toBeLessThan(1);
    expect(taskFraction({ ...running, bytesDone: 200, state: 'succeeded' })).toBe(1);
  });
  it('goes by blobs where there are no bytes to move', () => {
    expect(taskFraction({ ...running, bytesTotal: 0 })).toBe(0.25);
    expect(taskFraction({ ...running, bytesTotal: 0, blobsTotal: null })).toBeUndefined();
  });
  it('stays within bounds when a registry counts more than was planned', () => {
    expect(taskFraction({ ...running, bytesDone: 900 })).toBeLessThan(1);
  });
  it('is unknown for an execution of which nothing is planned', () => {
    expect(executionFraction({ ...execution, bytesDone: 0, bytesTotal: 0 })).toBeUndefined();
    expect(executionFraction(execution)).toBe(0.25);
  });
  it('is whole for a blob that was already there', () => {
    expect(blobFraction({ state: 'existed', bytesDone: 0, sizeBytes: 10 })).toBe(1);
    expect(blobFraction({ state: 'running', bytesDone: 0, sizeBytes: 0 })).toBe(0);
  });
});

describe('figures of the moment', () => {
  it('show no rate once nothing moves', () => {
    const figures = { rateBytesPerSecond: 5, etaSeconds: 9 };
    expect(liveFigures({ state: 'running', ...figures })).toEqual(figures);
    expect(liveFigures({ state: 'waiting', ...figures })).toEqual({ rateBytesPerSecond: null, etaSeconds: null });
  });
  it('of an execution are none once its last task ended, or the last byte is there', () => {
    const tasks = { queued: 0, running: 1, waiting: 0, succeeded: 0, failed: 0, stopped: 0 };
    const figures = { rateBytesPerSecond: 5, etaSeconds: 9 };
    const running = { state: 'running' as const, tasks, bytesDone: 1, bytesTotal: 4, ...figures };
    expect(executionFigures(running)).toEqual(figures);
    expect(executionFigures({ ...running, bytesDone: 4 })).toEqual({ rateBytesPerSecond: 5, etaSeconds: null });
    // The message of the task comes before the execution is read again.
    const ended = { ...running, tasks: { ...tasks, running: 0, succeeded: 1 } };
    expect(executionFigures(ended)).toEqual({ rateBytesPerSecond: null, etaSeconds: null });
  });
  it('count up to now while running and stand still afterwards', () => {
    const startedAt = '2026-01-01T00:00:00.000Z';
    const now = Date.parse('2026-01-01T00:01:00.000Z');
    expect(elapsedSeconds({ state: 'queued', startedAt: null, finishedAt: null }, now)).toBeUndefined();
    expect(elapsedSeconds({ state: 'running', startedAt, finishedAt: null }, now)).toBe(60);
    expect(elapsedSeconds({ state: 'failed', startedAt, finishedAt: '2026-01-01T00:00:05.000Z' }, now)).toBe(5);
  });
  it('count down to the next attempt and not below zero', () => {
    const at = '2026-01-01T00:00:10.000Z';
    expect(secondsUntil(at, Date.parse('2026-01-01T00:00:00.500Z'))).toBe(10);
    expect(secondsUntil(at, Date.parse('2026-01-01T00:00:20.000Z'))).toBe(0);
    expect(secondsUntil(null, 0)).toBeUndefined();
  });
});
