import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../contract/endpoint.ts';
import { contract } from '../contract/index.ts';
import { openApiDocument } from './openapi-document.ts';

describe('The OpenAPI document', () => {
  const document = openApiDocument('1.2.3');
  const operations = Object.values(document.paths ?? {}).flatMap((path) => Object.values(path) as unknown[]) as Array<{
    operationId: string;
    'x-permission': string;
    'x-error-codes'?: string[];
    responses: Record<string, { description: string; content?: Record<string, unknown> }>;
  }>;

  it('holds every operation of the contract, with its permission and its error codes', () => {
    expect(document.openapi).toBe('3.1.0');
    for (const [name, endpoint] of Object.entries(contract) as [string, Endpoint][]) {
      const operation = operations.find(({ operationId }) => operationId === name);
      expect(operation?.['x-permission']).toBe(endpoint.permission);
      for (const code of endpoint.errors) expect(operation?.['x-error-codes']).toContain(code);
    }
    expect(operations).toHaveLength(Object.keys(contract).length + 1);
  });

  it('answers errors as problem documents', () => {
    for (const { responses } of operations) {
      const bad = Object.entries(responses).filter(([status]) => Number(status) >= 400);
      for (const [, response] of bad) {
        expect(response.content).toHaveProperty(
          ['application/problem+json', 'schema', '$ref'],
          '#/components/schemas/Problem',
        );
      }
    }
  });

  it('points nowhere outside itself', () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    const names = Object.keys(document.components?.schemas ?? {});
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((name) => !names.includes(name ?? ''))).toEqual([]);
    expect(text).not.toMatch(/"\$ref":"(?!#\/components\/schemas\/)/);
  });
});
