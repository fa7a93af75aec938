import { type Bandwidth, type NameMapping, type Policy, type PolicyContent, PolicyDraft } from 'bff/contract/policies';

/** A window as it is typed: megabytes a second; empty is as fast as it goes. */
export interface WindowValues {
  from: string;
  to: string;
  megabytes: string;
}

export interface BandwidthValues {
  timeZone: string;
  windows: readonly WindowValues[];
  otherwise: string;
}

export interface DestinationValues {
  registryId: string;
  bandwidth: BandwidthValues | null;
}

/** What the editor holds: numbers and patterns as they are typed, and both halves of every choice. */
export interface PolicyFormValues {
  name: string;
  /** `''` is system-wide. */
  project: string;
  isEnabled: boolean;
  sourceRegistryId: string;
  repositories: string;
  repositoriesNot: string;
  tags: string;
  tagsNot: string;
  semver: string;
  newest: string;
  newerThanDays: string;
  /** None: all. */
  platforms: readonly string[];
  includeReferrers: boolean;
  mappingKind: NameMapping['kind'];
  mappingFrom: string;
  mappingTo: string;
  mappingTemplate: string;
  destinations: readonly DestinationValues[];
  onPush: boolean;
  hasSchedule: boolean;
  cron: string;
  timeZone: string;
  propagateDeletions: boolean;
  whenDifferent: PolicyContent['options']['whenDifferent'];
  concurrency: string;
  attempts: string;
}

const BYTES_IN_MEGABYTE = 1_000_000;
const DEFAULT_ATTEMPTS = 8;
const ownTimeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const emptyBandwidth = (): BandwidthValues => ({
  timeZone: ownTimeZone(),
  windows: [{ from: '08:00', to: '18:00', megabytes: '10' }],
  otherwise: '',
});

export function emptyPolicyForm(project: string): PolicyFormValues {
  return {
    name: '',
    project,
    isEnabled: true,
    sourceRegistryId: '',
    repositories: project === '' ? '' : `${project}/**`,
    repositoriesNot: '',
    tags: '*',
    tagsNot: '',
    semver: '',
    newest: '',
    newerThanDays: '',
    platforms: [],
    includeReferrers: true,
    mappingKind: 'same',
    mappingFrom: '',
    mappingTo: '',
    mappingTemplate: '{repository}',
    destinations: [],
    onPush: true,
    hasSchedule: false,
    cron: '0 2 * * *',
    timeZone: ownTimeZone(),
    propagateDeletions: false,
    whenDifferent: 'replace',
    concurrency: '',
    attempts: String(DEFAULT_ATTEMPTS),
  };
}

export function formOfPolicy({ name, project, isEnabled, content }: Policy): PolicyFormValues {
  const { filters, mapping, schedule, options } = content;
  const empty = emptyPolicyForm(project ?? '');
  return {
    ...empty,
    name,
    isEnabled,
    sourceRegistryId: content.sourceRegistryId,
    repositories: filters.repositories.include.join(' '),
    repositoriesNot: filters.repositories.exclude.join(' '),
    tags: filters.tags.include.join(' '),
    tagsNot: filters.tags.exclude.join(' '),
    semver: filters.semver ?? '',
    newest: numberText(filters.newest),
    newerThanDays: numberText(filters.newerThanDays),
    platforms: filters.platforms ?? [],
    includeReferrers: filters.includeReferrers,
    mappingKind: mapping.kind,
    ...(mapping.kind === 'replace-prefix' ? { mappingFrom: mapping.from, mappingTo: mapping.to } : {}),
    ...(mapping.kind === 'template' ? { mappingTemplate: mapping.template } : {}),
    destinations: content.destinations.map(({ registryId, bandwidth }) => ({
      registryId,
      bandwidth: bandwidth === null ? null : bandwidthValues(bandwidth),
    })),
    onPush: content.onPush,
    hasSchedule: schedule !== null,
    ...schedule,
    propagateDeletions: options.propagateDeletions,
    whenDifferent: options.whenDifferent,
    concurrency: numberText(options.concurrency),
    attempts: numberText(options.attempts),
  };
}

/** What the form says, right or wrong; `findProblems` tells. */
export function contentOf(values: PolicyFormValues): PolicyContent {
  return {
    sourceRegistryId: values.sourceRegistryId,
    filters: {
      repositories: { include: patternsOf(values.repositories), exclude: patternsOf(values.repositoriesNot) },
      tags: { include: patternsOf(values.tags), exclude: patternsOf(values.tagsNot) },
      semver: values.semver.trim() === '' ? null : values.semver.trim(),
      newest: numberOf(values.newest),
      newerThanDays: numberOf(values.newerThanDays),
      includeReferrers: values.includeReferrers,
      platforms: values.platforms.length === 0 ? null : [...values.platforms],
    },
    mapping: mappingOf(values),
    destinations: values.destinations.map(({ registryId, bandwidth }) => ({
      registryId,
      bandwidth: bandwidth === null ? null : bandwidthOf(bandwidth),
    })),
    onPush: values.onPush,
    schedule: values.hasSchedule ? { cron: values.cron.trim(), timeZone: values.timeZone.trim() } : null,
    options: {
      propagateDeletions: values.propagateDeletions,
      whenDifferent: values.whenDifferent,
      concurrency: numberOf(values.concurrency),
      // Empty is no number of tries: it is found by `findProblems`.
      attempts: numberOf(values.attempts) ?? Number.NaN,
    },
  };
}

export function draftOf(values: PolicyFormValues): PolicyDraft {
  return {
    name: values.name.trim(),
    project: values.project === '' ? null : values.project,
    isEnabled: values.isEnabled,
    content: contentOf(values),
  };
}

/** Where something can be wrong; each has its words. */
export const formFields = [
  'name',
  'project',
  'sourceRegistryId',
  'repositories',
  'repositoriesNot',
  'tags',
  'tagsNot',
  'semver',
  'newest',
  'newerThanDays',
  'platforms',
  'mapping',
  'destinations',
  'bandwidth',
  'cron',
  'timeZone',
  'concurrency',
  'attempts',
] as const;
export type FormField = (typeof formFields)[number];

const fieldsByPath: readonly (readonly [RegExp, FormField])[] = [
  [/^name/, 'name'],
  [/^project/, 'project'],
  [/^content\.sourceRegistryId/, 'sourceRegistryId'],
  [/^content\.filters\.repositories\.include/, 'repositories'],
  [/^content\.filters\.repositories\.exclude/, 'repositoriesNot'],
  [/^content\.filters\.tags\.include/, 'tags'],
  [/^content\.filters\.tags\.exclude/, 'tagsNot'],
  [/^content\.filters\.semver/, 'semver'],
  [/^content\.filters\.newest/, 'newest'],
  [/^content\.filters\.newerThanDays/, 'newerThanDays'],
  [/^content\.filters\.platforms/, 'platforms'],
  [/^content\.mapping/, 'mapping'],
  [/^content\.destinations\.\d+\.bandwidth/, 'bandwidth'],
  [/^content\.destinations/, 'destinations'],
  [/^content\.schedule\.timeZone/, 'timeZone'],
  [/^content\.schedule/, 'cron'],
  [/^content\.options\.concurrency/, 'concurrency'],
  [/^content\.options\.attempts/, 'attempts'],
];

/** The field that a path of the contract is typed into, or undefined. */
export const fieldOfPath = (path: string): FormField | undefined =>
  fieldsByPath.find(([pattern]) => pattern.test(path))?.[1];

/** Fields that the contract refuses, in the order of the page. Only system administrators may do without a project. */
export function findProblems(values: PolicyFormValues, isSystem: boolean): FormField[] {
  const parsed = PolicyDraft.safeParse(draftOf(values));
  const found = new Set<FormField | undefined>();
  if (!isSystem && values.project === '') found.add('project');
  if (!parsed.success) for (const { path } of parsed.error.issues) found.add(fieldOfPath(path.join('.')));
  return formFields.filter((field) => found.has(field));
}

/** Patterns stand apart by spaces; a comma is part of `{a,b}`. */
export const patternsOf = (text: string): string[] => text.split(/\s+/).filter((pattern) => pattern !== '');

/** Each once, as it is meant where it is typed with spaces, commas or capitals. */
export const platformsOf = (typed: readonly string[]): string[] => [
  ...new Set(typed.flatMap((text) => text.toLowerCase().split(/[\s,]+/)).filter((name) => name !== '')),
];

const numberText = (value: number | null) => (value === null ? '' : String(value));

function numberOf(text: string): number | null {
  const trimmed = text.trim();
  return trimmed === '' ? null : Number(trimmed);
}

function mappingOf(values: PolicyFormValues): NameMapping {
  if (values.mappingKind === 'replace-prefix') {
    return { kind: 'replace-prefix', from: values.mappingFrom.trim(), to: values.mappingTo.trim() };
  }
  if (values.mappingKind === 'template') return { kind: 'template', template: values.mappingTemplate.trim() };
  return { kind: 'same' };
}

function rateOf(megabytes: string): number | null {
  const value = numberOf(megabytes);
  return value === null ? null : Math.round(value * BYTES_IN_MEGABYTE);
}

const rateText = (bytesPerSecond: number | null) =>
  bytesPerSecond === null ? '' : String(bytesPerSecond / BYTES_IN_MEGABYTE);

const bandwidthOf = ({ timeZone, windows, otherwise }: BandwidthValues): Bandwidth => ({
  timeZone: timeZone.trim(),
  windows: windows.map(({ from, to, megabytes }) => ({ from, to, bytesPerSecond: rateOf(megabytes) })),
  otherwise: rateOf(otherwise),
});

const bandwidthValues = ({ timeZone, windows, otherwise }: Bandwidth): BandwidthValues => ({
  timeZone,
  windows: windows.map(({ from, to, bytesPerSecond }) => ({ from, to, megabytes: rateText(bytesPerSecond) })),
  otherwise: rateText(otherwise),
});
