import { createProjectRobot, type Robot, type RobotPermission } from 'bff/contract/robots';

export type RobotAction = RobotPermission['actions'][number];
export const expiryChoices = ['30', '90', '365', 'never', 'date'] as const;
export type ExpiryChoice = (typeof expiryChoices)[number];

export interface PermissionValues {
  actions: RobotAction[];
  isEverywhere: boolean;
  environments: string[];
  /** As typed, with commas between patterns. */
  repositories: string;
}

/** What the form holds: text as typed. */
export interface RobotFormValues {
  name: string;
  description: string;
  expiry: ExpiryChoice;
  /** `2026-12-31`, in the reader's time zone; the account holds to the end of that day. */
  date: string;
  permissions: PermissionValues[];
}

export interface RobotBody {
  description: string;
  permissions: RobotPermission[];
  expiresAt: string | null;
}

const DAY_MS = 86_400_000;

export const emptyPermission = (): PermissionValues => ({
  actions: ['catalog.read', 'artifact.pull'],
  isEverywhere: false,
  environments: [],
  repositories: '**',
});

export const emptyRobotForm = (): RobotFormValues => ({
  name: '',
  description: '',
  expiry: '90',
  date: '',
  permissions: [emptyPermission()],
});

export function formOfRobot(robot: Robot): RobotFormValues {
  return {
    name: robot.name,
    description: robot.description,
    expiry: robot.expiresAt === null ? 'never' : 'date',
    date: robot.expiresAt === null ? '' : dayOf(robot.expiresAt),
    permissions: robot.permissions.map(({ actions, environments, repositories }) => ({
      actions: [...actions],
      isEverywhere: environments === null,
      environments: [...(environments ?? [])],
      repositories: repositories.join(', '),
    })),
  };
}

/** `stored`: the account being edited; its expiry stays to the second while the day is not changed. */
export function bodyOf(values: RobotFormValues, stored: Robot | undefined, now: Date): RobotBody {
  return {
    description: values.description.trim(),
    permissions: values.permissions.map((permission) => ({
      actions: [...permission.actions],
      environments: permission.isEverywhere ? null : [...permission.environments],
      repositories: patternsOf(permission.repositories),
    })),
    expiresAt: expiryOf(values, stored, now),
  };
}

/** A comma within braces is part of a pattern: `{api,web}/**`. */
export function patternsOf(typed: string): string[] {
  const patterns: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of typed) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if ((character === ',' && depth <= 0) || character === '\n') {
      patterns.push(current);
      current = '';
    } else current += character;
  }
  return [...patterns, current].map((pattern) => pattern.trim()).filter((pattern) => pattern !== '');
}

function expiryOf({ expiry, date }: RobotFormValues, stored: Robot | undefined, now: Date): string | null {
  if (expiry === 'never') return null;
  if (expiry !== 'date') return new Date(now.getTime() + Number(expiry) * DAY_MS).toISOString();
  if (stored?.expiresAt != null && dayOf(stored.expiresAt) === date) return stored.expiresAt;
  return endOfDay(date)?.toISOString() ?? '';
}

function endOfDay(day: string): Date | undefined {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const end = new Date(year, month - 1, date + 1);
  return Number.isNaN(end.getTime()) ? undefined : end;
}

function dayOf(instant: string): string {
  // One millisecond earlier: the end of a day is the first moment of the next.
  const at = new Date(new Date(instant).getTime() - 1);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export type RobotField =
  | 'name'
  | 'description'
  | 'date'
  | 'permissions'
  | `permissions.${number}.${'actions' | 'environments' | 'repositories'}`;

/** Which fields the contract would refuse, each once. */
export function findWrongFields(values: RobotFormValues, stored: Robot | undefined, now: Date): RobotField[] {
  const body = bodyOf(values, stored, now);
  const parsed = createProjectRobot.body.safeParse({ name: values.name.trim(), ...body });
  const wrong = parsed.success ? [] : parsed.error.issues.flatMap(({ path }) => fieldOf(path.map(String)) ?? []);
  const isPast = body.expiresAt !== null && body.expiresAt !== stored?.expiresAt && new Date(body.expiresAt) <= now;
  return [...new Set(isPast ? [...wrong, 'date' as const] : wrong)];
}

/** The form's name of a field that the contract or the server complains of: `body.permissions.0.repositories.2`. */
export function fieldOf(path: readonly string[]): RobotField | undefined {
  const [head, index, leaf] = path[0] === 'body' ? path.slice(1) : path;
  if (head === 'name' || head === 'description') return head;
  if (head === 'expiresAt') return 'date';
  if (head !== 'permissions') return undefined;
  if (leaf !== 'actions' && leaf !== 'environments' && leaf !== 'repositories') return 'permissions';
  return `permissions.${Number(index)}.${leaf}`;
}

/** `robot.payments.ci`: as the server will call it, while it is not made yet. */
export function proposedLoginName(project: string | undefined, name: string): string {
  return ['robot', ...(project === undefined ? [] : [project]), name.trim() === '' ? 'NAME' : name.trim()].join('.');
}

/** What somebody else changed since the form was opened. */
export function changedFields(before: Robot, now: Robot): ('description' | 'expiresAt' | 'permissions')[] {
  return (['description', 'expiresAt', 'permissions'] as const).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(now[field]),
  );
}
