import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RegistryClient } from '../../../registry-client/index.ts';
import { type RealRegistry, startRealRegistry } from '../../../testing/real-registry.ts';
import { pushSampleIndex } from '../../../testing/sample-artifacts.ts';
import { clientOf, type PushedImage, pushImage } from '../../replication/testing/test-images.ts';
import { until } from '../../replication/testing/waiting.ts';
import type { CollectionCommands } from '../collections.ts';

type CommandName = 'dry-run' | 'collect' | 'restart';

/** A real registry, and the commands with which its garbage is collected; each can be held up before and after its work. */
export class CollectionScene {
  readonly folder: string;
  readonly client: RegistryClient;
  registry: RealRegistry;
  restarts = 0;
  readonly #server: Server;

  private constructor(folder: string, registry: RealRegistry, server: Server) {
    this.folder = folder;
    this.registry = registry;
    this.client = clientOf(registry);
    this.#server = server;
  }

  static async start(): Promise<CollectionScene> {
    const folder = await mkdtemp(path.join(tmpdir(), 'longshore-collection-'));
    const registry = await startRealRegistry();
    const server = createServer((_request, response) => {
      scene.restart().then(
        () => response.end(),
        () => response.writeHead(500).end(),
      );
    });
    const scene = new CollectionScene(folder, registry, server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await scene.#writeScripts();
    return scene;
  }

  async close(): Promise<void> {
    await this.client.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await this.registry.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async restart(): Promise<void> {
    this.registry = await this.registry.restart();
    this.restarts += 1;
  }

  /** As the configuration has them. */
  commands(changes: Partial<CollectionCommands> = {}): CollectionCommands {
    const { port } = this.#server.address() as AddressInfo;
    const ask = `fetch('http://127.0.0.1:${port}/').then((answer) => process.exit(answer.ok ? 0 : 1))`;
    const program = ['docker-registry', 'garbage-collect'];
    return {
      registryId: 'dev',
      dryRun: this.#scripted('dry-run', [...program, '--dry-run', this.#configFile]),
      collect: this.#scripted('collect', [...program, this.#configFile]),
      restart: this.#scripted('restart', [process.execPath, '-e', ask]),
      measure: ['/bin/sh', '-c', 'du -sb "$1"', 'measure', this.registry.storageDirectory],
      ...changes,
    };
  }

  /** For a configuration file. */
  configured(): Record<string, unknown> {
    const { registryId: registry, dryRun, collect, restart, measure } = this.commands();
    return { collections: [{ registry, dryRun, collect, restart, measure }] };
  }

  get #configFile(): string {
    return path.join(this.folder, 'config.yml');
  }

  #scripted(name: CommandName, command: readonly string[]): string[] {
    return ['/bin/sh', path.join(this.folder, 'held.sh'), name, ...command];
  }

  async #writeScripts(): Promise<void> {
    await writeFile(
      this.#configFile,
      [
        'version: 0.1',
        'log: { level: error }',
        `storage: { filesystem: { rootdirectory: ${JSON.stringify(this.registry.storageDirectory)} }, delete: { enabled: true } }`,
        'http: { addr: 127.0.0.1:0 }',
        '',
      ].join('\n'),
    );
    const held = [
      `folder='${this.folder}'; name=$1; shift`,
      'count=$(($(cat "$folder/count-$name" 2>/dev/null || echo 0) + 1)); echo $count > "$folder/count-$name"',
      ': > "$folder/began-$name-$count"',
      'while [ -e "$folder/hold-before-$name-$count" ]; do sleep 0.05; done',
      '"$@" || exit $?',
      ': > "$folder/worked-$name-$count"',
      'while [ -e "$folder/hold-after-$name-$count" ]; do sleep 0.05; done',
      '',
    ];
    await writeFile(path.join(this.folder, 'held.sh'), held.join('\n'));
  }

  /** How often a command was run. */
  async countOf(name: CommandName): Promise<number> {
    const text = await readFile(path.join(this.folder, `count-${name}`), 'utf8').catch(() => '0');
    return Number(text);
  }

  /** The command stands still at its next run (or that after so many) before or after its work. */
  async hold(name: CommandName, when: 'before' | 'after', inRuns = 1): Promise<HeldCommand> {
    const count = (await this.countOf(name)) + inRuns;
    const file = path.join(this.folder, `hold-${when}-${name}-${count}`);
    await writeFile(file, '');
    const mark = path.join(this.folder, `${when === 'before' ? 'began' : 'worked'}-${name}-${count}`);
    return {
      reached: () => until(`${name} to be held ${when} its work`, () => exists(mark)),
      release: () => rm(file, { force: true }),
    };
  }

  /** An image of two platforms under two tags, and garbage of so many bytes. */
  async fill(
    garbageBytes: number,
  ): Promise<{ index: Awaited<ReturnType<typeof pushSampleIndex>>; garbage: PushedImage }> {
    const index = await pushSampleIndex(this.client, 'payments/api', ['amd64', 'arm64'], { tag: '1' });
    const { bytes, descriptor } = await this.client.getManifest('payments/api', '1');
    await this.client.putManifest('payments/api', 'stable', { bytes, mediaType: descriptor.mediaType });
    await pushImage(this.client, 'payments/kept', '1', { layerSizes: [50_000] });
    const garbage = await pushImage(this.client, 'payments/gone', '1', { layerSizes: [garbageBytes] });
    await this.client.deleteManifest('payments/gone', garbage.digest);
    return { index, garbage };
  }

  /** By the files: whatever the registry remembers. */
  async hasStored(digest: string): Promise<boolean> {
    const hex = digest.slice('sha256:'.length);
    const file = path.join(
      this.registry.storageDirectory,
      'docker/registry/v2/blobs/sha256',
      hex.slice(0, 2),
      hex,
      'data',
    );
    return (await exists(file)) === true;
  }
}

export interface HeldCommand {
  readonly reached: () => Promise<true>;
  readonly release: () => Promise<void>;
}

export const repositories = ['payments/api', 'payments/kept'];

async function exists(file: string): Promise<true | undefined> {
  return access(file).then(
    () => true,
    () => undefined,
  );
}
