import { isDigest } from './digest.ts';

export interface PullTarget {
  /** `host[:port]` that stands before a repository name. */
  pullHost: string;
  repository: string;
  /** A tag or a digest. */
  reference: string;
  /** True where the registry speaks plain HTTP, which the tools refuse unless told. */
  isPlainHttp: boolean;
}

export const pullTools = ['docker', 'podman', 'skopeo', 'kubernetes'] as const;
export type PullTool = (typeof pullTools)[number];

/** Loopback needs no configuration. https://docs.docker.com/reference/cli/dockerd/#insecure-registries */
const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/** `host/repository:tag` or `host/repository@digest`, as every tool and a Kubernetes `image:` line write it. */
export function imageName({ pullHost, repository, reference }: Omit<PullTarget, 'isPlainHttp'>): string {
  return `${pullHost}/${repository}${isDigest(reference) ? '@' : ':'}${reference}`;
}

export function pullCommand(tool: PullTool, target: PullTarget): string {
  return commandFor[tool](imageName(target), target);
}

const commandFor: Readonly<Record<PullTool, (name: string, target: PullTarget) => string>> = {
  docker: (name) => `docker pull ${name}`,
  podman: (name, { isPlainHttp }) => `podman pull ${isPlainHttp ? '--tls-verify=false ' : ''}${name}`,
  skopeo: (name, { repository, reference, isPlainHttp }) => {
    const directory = `${repository.slice(repository.lastIndexOf('/') + 1)}-${fileSafe(reference)}`;
    return `skopeo copy --all ${isPlainHttp ? '--src-tls-verify=false ' : ''}docker://${name} oci:${directory}`;
  },
  kubernetes: (name) => `image: ${name}`,
};

/**
 * What a machine must be told before it pulls from a registry without TLS; null where nothing is needed.
 * podman and skopeo carry it in their command.
 */
export function insecureRegistryHint(tool: PullTool, target: PullTarget): { file: string; lines: string } | null {
  if (!target.isPlainHttp) return null;
  if (tool === 'docker' && !LOOPBACK.test(target.pullHost)) {
    return {
      file: '/etc/docker/daemon.json',
      lines: `{ "insecure-registries": [${JSON.stringify(target.pullHost)}] }`,
    };
  }
  if (tool === 'kubernetes') {
    return {
      file: `/etc/containerd/certs.d/${target.pullHost}/hosts.toml`,
      lines: `server = "http://${target.pullHost}"`,
    };
  }
  return null;
}

function fileSafe(reference: string): string {
  return isDigest(reference) ? reference.slice(reference.indexOf(':') + 1).slice(0, 12) : reference;
}

/** A registry is pulled from without TLS when the address it is known by says so. */
export function speaksPlainHttp(endpointUrls: readonly string[]): boolean {
  return endpointUrls.length > 0 && endpointUrls.every((url) => url.startsWith('http://'));
}
