import type * as z from 'zod/mini';
import type { ErrorCode } from './errors.ts';
import type { Permission } from './permissions.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * One operation of the API, described once: the server validates with it, the web client is typed by it and OpenAPI is
 * generated from it. `permission` is required so that an open endpoint has to say `'none'` out loud.
 */
export interface Endpoint {
  readonly method: Method;
  /** Below `/api/v1`, in Express 5 syntax: `/registries/:registryId`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly permission: Permission;
  readonly params?: z.core.$ZodType<Record<string, unknown>>;
  readonly query?: z.core.$ZodType<Record<string, unknown>>;
  readonly body?: z.core.$ZodType;
  /** `null` is an empty answer, 204. */
  readonly response: z.core.$ZodType | null;
  /** The status of a good answer; 200 (204 without a body) unless told. */
  readonly status?: 200 | 201 | 202 | 204;
  /** False for a write that changes nothing, such as a preview: all others are in the audit log. */
  readonly isAudited?: false;
  /** The answer has a `version`, which is its `ETag`; a change may name it in `If-Match` instead of its body. */
  readonly isVersioned?: true;
  /** Codes this operation can answer beyond those every operation can (see `commonErrors`). */
  readonly errors: readonly ErrorCode[];
}

export function endpoint<const E extends Endpoint>(described: E): E {
  return described;
}

type Out<S> = S extends z.core.$ZodType ? z.core.output<S> : undefined;
type In<S> = S extends z.core.$ZodType ? z.core.input<S> : undefined;

/** What a handler receives, after validation. */
export interface HandlerInput<E extends Endpoint> {
  params: Out<E['params']>;
  query: Out<E['query']>;
  body: Out<E['body']>;
}

type Given<Key extends string, S> = S extends z.core.$ZodType
  ? Record<string, never> extends In<S>
    ? { [K in Key]?: In<S> }
    : { [K in Key]: In<S> }
  : { [K in Key]?: never };

/** What a caller gives: only the parts the endpoint has; a part whose fields are all optional may be left out. */
export type CallInput<E extends Endpoint> = Given<'params', E['params']> &
  Given<'query', E['query']> &
  Given<'body', E['body']>;

/** What a handler must return and a caller gets. */
export type Answer<E extends Endpoint> = E['response'] extends z.core.$ZodType ? z.core.output<E['response']> : void;
export type AnswerInput<E extends Endpoint> = E['response'] extends z.core.$ZodType
  ? z.core.input<E['response']>
  : void;
