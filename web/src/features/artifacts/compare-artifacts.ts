import type { Artifact } from 'bff/contract/artifacts';
import { platformLabel } from '../../domain/platform.ts';
import { compareLayers, type ComparedLayer } from './compare-layers.ts';

export type Layer = Artifact['layers'][number];
type ImageConfig = NonNullable<Artifact['config']>;

export interface ComparedValue {
  name: string;
  state: 'same' | 'changed' | 'removed' | 'added';
  left: string | null;
  right: string | null;
}

/** The settings of an image that differ one by one; the names are keys of the `artifacts` texts. */
export const configSettings = [
  'entrypoint',
  'command',
  'user',
  'workingDirectory',
  'exposedPorts',
  'volumes',
  'stopSignal',
  'platform',
] as const;
export type ConfigSetting = (typeof configSettings)[number];

export interface Comparison {
  isSame: boolean;
  layers: ComparedLayer<Layer>[];
  counts: { same: number; removed: number; added: number };
  /** Of the layers, each blob once, as a registry stores and a node fetches them. */
  leftBytes: number;
  rightBytes: number;
  /** What a node that has the left still has to fetch for the right. */
  fetchBytes: number;
  settings: (ComparedValue & { name: ConfigSetting })[];
  environment: ComparedValue[];
  labels: ComparedValue[];
  annotations: ComparedValue[];
}

export function compareArtifacts(left: Artifact, right: Artifact): Comparison {
  const layers = compareLayers(left.layers, right.layers);
  const count = (state: ComparedLayer<Layer>['state']) => layers.filter((one) => one.state === state).length;
  const inLeft = new Set(left.layers.map(({ digest }) => digest));
  return {
    isSame: left.digest === right.digest,
    layers,
    counts: { same: count('same'), removed: count('removed'), added: count('added') },
    leftBytes: distinctBytes(left.layers),
    rightBytes: distinctBytes(right.layers),
    fetchBytes: distinctBytes(right.layers.filter(({ digest }) => !inLeft.has(digest))),
    settings: configSettings.map((name) => ({
      ...compareValue(name, readSetting[name](left), readSetting[name](right)),
      name,
    })),
    environment: compareRecords(environmentOf(left.config), environmentOf(right.config)),
    labels: compareRecords(left.config?.labels ?? {}, right.config?.labels ?? {}),
    annotations: compareRecords(left.annotations, right.annotations),
  };
}

export function distinctBytes(layers: readonly Layer[]): number {
  const sizes = new Map(layers.map(({ digest, sizeBytes }) => [digest, sizeBytes]));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** By name, differences first: what one looks for is at the top. */
export function compareRecords(
  left: Readonly<Record<string, string>>,
  right: Readonly<Record<string, string>>,
): ComparedValue[] {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  const valueIn = (record: Readonly<Record<string, string>>, name: string) =>
    Object.hasOwn(record, name) ? (record[name] ?? null) : null;
  return names
    .map((name) => compareValue(name, valueIn(left, name), valueIn(right, name)))
    .toSorted(
      (a, b) =>
        Number(a.state === 'same') - Number(b.state === 'same') || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
    );
}

function compareValue(name: string, left: string | null, right: string | null): ComparedValue {
  const state = left === right ? 'same' : left === null ? 'added' : right === null ? 'removed' : 'changed';
  return { name, state, left, right };
}

/** `KEY=value` lines as a record; what has no `=` is a name without a value, and the last of two wins, as in a shell. */
export function environmentOf(config: Pick<ImageConfig, 'environment'> | null): Record<string, string> {
  const entries = (config?.environment ?? []).map((line): [string, string] => {
    const equals = line.indexOf('=');
    return equals === -1 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
  });
  return Object.fromEntries(entries);
}

/** A command as a person would type it: arguments with blanks or quotes are quoted. */
export function commandLine(parts: readonly string[]): string {
  return parts.map((part) => (/^[\w@%+=:,./-]+$/.test(part) ? part : JSON.stringify(part))).join(' ');
}

const text = (value: string | null | undefined) => (value === undefined || value === '' ? null : value);
const list = (values: readonly string[] | undefined) => text(values?.toSorted().join(', '));

const readSetting: Readonly<Record<ConfigSetting, (artifact: Artifact) => string | null>> = {
  entrypoint: ({ config }) => text(commandLine(config?.entrypoint ?? [])),
  command: ({ config }) => text(commandLine(config?.command ?? [])),
  user: ({ config }) => text(config?.user),
  workingDirectory: ({ config }) => text(config?.workingDirectory),
  exposedPorts: ({ config }) => list(config?.exposedPorts),
  volumes: ({ config }) => list(config?.volumes),
  stopSignal: ({ config }) => text(config?.stopSignal),
  platform: ({ platform }) => (platform === null ? null : platformLabel(platform)),
};
