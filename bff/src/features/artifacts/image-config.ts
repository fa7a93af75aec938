/** What an image runs as, from its config; a list is empty where the config has none. */
export interface ImageConfig {
  readonly createdAt: string | null;
  readonly author: string | null;
  readonly user: string | null;
  readonly workingDirectory: string | null;
  readonly entrypoint: string[];
  readonly command: string[];
  readonly environment: string[];
  readonly exposedPorts: string[];
  readonly volumes: string[];
  readonly labels: Record<string, string>;
  readonly stopSignal: string | null;
}

export interface HistoryStep {
  readonly createdBy: string | null;
  readonly createdAt: string | null;
  readonly comment: string | null;
  /** Position among the layers; null for steps that add none. */
  readonly layer: number | null;
}

export interface ReadConfig {
  readonly config: ImageConfig;
  readonly history: HistoryStep[];
  /** The text as it is, where it is JSON and not too large to be shown. */
  readonly json: string | null;
}

// Real images have tens of each. A page must stay a page whatever a config holds.
const entriesMax = 1000;
const textMax = 16_384;
const shownMaxBytes = 1024 * 1024;

type Json = Readonly<Record<string, unknown>>;

/** Anyone writes configs: what is not as https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md says is absent. */
export function readImageConfig(bytes: Buffer, layerCount: number): ReadConfig | undefined {
  const text = bytes.toString('utf8');
  const document = parse(text);
  if (document === undefined) return undefined;
  const run = objectOf(document['config']);
  return {
    config: {
      createdAt: instant(document['created']),
      author: textOf(document['author']),
      user: textOf(run['User']),
      workingDirectory: textOf(run['WorkingDir']),
      entrypoint: texts(run['Entrypoint']),
      command: texts(run['Cmd']),
      environment: texts(run['Env']),
      exposedPorts: Object.keys(objectOf(run['ExposedPorts'])).slice(0, entriesMax).map(cut),
      volumes: Object.keys(objectOf(run['Volumes'])).slice(0, entriesMax).map(cut),
      labels: textRecord(run['Labels']),
      stopSignal: textOf(run['StopSignal']),
    },
    history: readHistory(document['history'], layerCount),
    json: bytes.length <= shownMaxBytes ? text : null,
  };
}

function readHistory(value: unknown, layerCount: number): HistoryStep[] {
  if (!Array.isArray(value)) return [];
  let layer = 0;
  return value.slice(0, entriesMax).map((entry: unknown): HistoryStep => {
    const step = objectOf(entry);
    // A history that names more layers than there are is wrong about them.
    const hasLayer = step['empty_layer'] !== true && layer < layerCount;
    return {
      createdBy: textOf(step['created_by']),
      createdAt: instant(step['created']),
      comment: textOf(step['comment']),
      layer: hasLayer ? layer++ : null,
    };
  });
}

function parse(text: string): Json | undefined {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null && !Array.isArray(document)
      ? (document as Json)
      : undefined;
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function cut(text: string): string {
  return text.slice(0, textMax).toWellFormed();
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? cut(value) : null;
}

/** A command may be one text (shell form) in old images. */
function texts(value: unknown): string[] {
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list)) return [];
  return list
    .filter((entry): entry is string => typeof entry === 'string')
    .slice(0, entriesMax)
    .map(cut);
}

export function textRecord(value: unknown): Record<string, string> {
  const entries = Object.entries(objectOf(value))
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0] !== '__proto__')
    .slice(0, entriesMax);
  return Object.fromEntries(entries.map(([key, text]) => [cut(key), cut(text)]));
}

/** As people write it, or null where it is no date that can be shown. */
export function instant(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 64) return null;
  const date = new Date(value);
  const year = date.getUTCFullYear();
  // Builders write the year 1 for "none".
  return year >= 1970 && year <= 9998 ? date.toISOString() : null;
}
