import { type PGlite, protocol, type Results, types } from '@electric-sql/pglite';
import type { PGliteDialectConfig } from 'kysely';

const { messages, serialize } = protocol;

interface Prepared {
  readonly name: string;
  /** Types of the parameters. */
  readonly parameterTypes: readonly number[];
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
}

type Row = Record<string, unknown>;
type KyselyPGlite = Exclude<PGliteDialectConfig['pglite'], (...options: never[]) => unknown>;
type Query = KyselyPGlite['query'];

/** Plans are kept in the server's memory, some 50 kB each. */
const keptMax = 200;
/** What was seen once only, such as a migration, is not worth keeping. */
const seenMax = 1000;

/**
 * PGlite as Kysely uses it, but parsing and planning a statement once and not each time: that is most of what a small
 * statement costs there, as its parser and planner are slow in WebAssembly.
 */
export function preparing(pglite: PGlite): KyselyPGlite {
  const statements = new PreparedStatements(pglite);
  const within =
    (query: Query, lock: <T>(work: () => Promise<T>) => Promise<T>): Query =>
    (text, values = [], options) =>
      statements.isWorthIt(text) ? lock(() => statements.query(text, values)) : query(text, values, options);
  return {
    get closed() {
      return pglite.closed;
    },
    get ready() {
      return pglite.ready;
    },
    waitReady: pglite.waitReady,
    close: () => pglite.close(),
    query: within(
      (...statement) => pglite.query(...statement),
      (work) => pglite._runExclusiveTransaction(work),
    ),
    transaction: (work) =>
      pglite.transaction((transaction) =>
        work({
          rollback: () => transaction.rollback(),
          query: within(
            (...statement) => transaction.query(...statement),
            (run) => run(),
          ),
        }),
      ),
  };
}

class PreparedStatements {
  readonly #pglite: PGlite;
  readonly #seen = new Set<string>();
  /** In the order of their last use. */
  readonly #prepared = new Map<string, Prepared>();
  #count = 0;
  /** As the server said after the last error. */
  #isInTransaction = false;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  /** Whether its text has been seen before. */
  isWorthIt(text: string): boolean {
    if (this.#prepared.has(text) || this.#seen.has(text)) return true;
    if (this.#seen.size >= seenMax) this.#seen.clear();
    this.#seen.add(text);
    return false;
  }

  query<T>(text: string, values: readonly unknown[]): Promise<Results<T>> {
    return this.#pglite._runExclusiveQuery(async () => {
      const known = this.#prepared.get(text);
      try {
        return (await this.#run(text, known, values)) as Results<T>;
      } catch (error) {
        // What had been prepared before a change of tables has done nothing yet. In a transaction it has ended that one.
        if (known === undefined || !isOutdated(error) || this.#isInTransaction) throw error;
        return (await this.#run(text, undefined, values)) as Results<T>;
      }
    });
  }

  async #run(text: string, known: Prepared | undefined, values: readonly unknown[]): Promise<Results<Row>> {
    const prepared = known ?? (await this.#prepare(text));
    // Behind all others: the one used longest ago goes first.
    this.#prepared.delete(text);
    this.#prepared.set(text, prepared);
    return this.#execute(text, prepared, values);
  }

  async #prepare(text: string): Promise<Prepared> {
    await this.#makeRoom();
    this.#count += 1;
    const name = `s${this.#count}`;
    const answer = await this.#send(serialize.parse({ text, name }), serialize.describe({ type: 'S', name }));
    return {
      name,
      parameterTypes: answer.find(isParameterDescription)?.dataTypeIDs ?? [],
      fields: answer.find(isRowDescription)?.fields ?? [],
    };
  }

  async #makeRoom(): Promise<void> {
    for (const [text, { name }] of this.#prepared) {
      if (this.#prepared.size < keptMax) return;
      this.#prepared.delete(text);
      await this.#send(serialize.close({ type: 'S', name }));
    }
  }

  async #execute(text: string, prepared: Prepared, values: readonly unknown[]): Promise<Results<Row>> {
    const { name, fields } = prepared;
    const given = { statement: name, values: this.#serialized(prepared, values) };
    try {
      const answer = await this.#send(serialize.bind(given), serialize.execute({}));
      let affectedRows = 0;
      const rows: Row[] = [];
      for (const message of answer) {
        if (isDataRow(message)) rows.push(this.#row(fields, message.fields));
        else if (isCommandComplete(message)) affectedRows = affectedBy(message.text);
      }
      return { rows, fields: [...fields], affectedRows };
    } catch (error) {
      // Whatever it was: what the server has under this name may be of no use any more, as after a change of tables.
      this.#prepared.delete(text);
      await this.#send(serialize.close({ type: 'S', name })).catch(() => undefined);
      throw error;
    }
  }

  #serialized({ parameterTypes }: Prepared, values: readonly unknown[]): (string | null)[] {
    return values.map((value, place) => {
      if (value === null || value === undefined) return null;
      const serializer = this.#pglite.serializers[parameterTypes[place] ?? 0];
      return serializer === undefined ? textOf(value) : serializer(value);
    });
  }

  #row(fields: Prepared['fields'], texts: readonly (string | null)[]): Row {
    const row: Row = {};
    for (const [place, { name, dataTypeID }] of fields.entries()) {
      row[name] = types.parseType(texts[place] ?? null, dataTypeID, this.#pglite.parsers);
    }
    return row;
  }

  async #send(...messages: Uint8Array[]) {
    try {
      return await this.#pglite.execProtocolStream(Buffer.concat([...messages, serialize.sync()]), { syncToFs: false });
    } catch (error) {
      // The server skips everything up to the end of what was sent together; this one is surely read.
      const answer = await this.#pglite.execProtocolStream(serialize.sync(), { syncToFs: false, throwOnError: false });
      this.#isInTransaction = answer.findLast(isReady)?.status !== 'I';
      throw error;
    }
  }
}

/** “cached plan must not change result type”, whatever the language: said before anything of it is done. */
function isOutdated(error: unknown): boolean {
  const { code, routine } = error as { code?: unknown; routine?: unknown };
  return code === '0A000' && routine === 'RevalidateCachedQuery';
}

type Message = Awaited<ReturnType<PGlite['execProtocolStream']>>[number];
const isDataRow = (message: Message) => message instanceof messages.DataRowMessage;
const isCommandComplete = (message: Message) => message instanceof messages.CommandCompleteMessage;
const isParameterDescription = (message: Message) => message instanceof messages.ParameterDescriptionMessage;
const isReady = (message: Message) => message instanceof messages.ReadyForQueryMessage;
const isRowDescription = (message: Message) => message instanceof messages.RowDescriptionMessage;

/** As PGlite does with a value of a type that it does not know. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (value as { toString: () => string }).toString();
}

/** Of a tag such as `INSERT 0 5`; what a SELECT returns was not affected. */
function affectedBy(tag: string): number {
  const [command = ''] = tag.split(' ');
  return ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY'].includes(command) ? Number(tag.split(' ').at(-1)) : 0;
}
