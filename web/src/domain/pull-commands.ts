import type { Artifact } from 'bff/contract/artifacts';
import { isDigest } from './digest.ts';

/** Where an artifact is pulled from: this console's front door, or a registry's own address. */
export interface PullHost {
  /** `host[:port]` that stands before a name. */
  host: string;
  /** True where it speaks plain HTTP, which the tools refuse unless told. */
  isPlainHttp: boolean;
}

export interface PullTarget extends PullHost {
  /** As it is written behind the host; at the front door the registry's id is its first part. */
  name: string;
  /** A tag or a digest. */
  reference: string;
}

const imageTools = ['docker', 'podman', 'skopeo', 'crictl', 'kubernetes'] as const;
const chartTools = ['helm', 'oras', 'skopeo'] as const;
const artifactTools = ['oras', 'skopeo'] as const;
export type PullTool = (typeof imageTools | typeof chartTools)[number];

/** https://helm.sh/docs/topics/registries/#helm-chart-manifest */
const HELM_CHART = 'application/vnd.cncf.helm.config.v1+json';

/** What can be done with an artifact: nothing runs a chart or a document as a container. */
export function pullToolsFor({ kind, artifactType }: Pick<Artifact, 'kind' | 'artifactType'>): readonly PullTool[] {
  if (kind !== 'artifact') return imageTools;
  return artifactType === HELM_CHART ? chartTools : artifactTools;
}

/** Loopback needs no configuration. https://docs.docker.com/reference/cli/dockerd/#insecure-registries */
const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/**
 * Every registry is reached at the address the page itself came from. Tools take a first part without a dot or a port
 * for a name on Docker Hub, so such a host gets its port. https://github.com/distribution/reference/blob/main/normalize.go
 */
export function frontDoor({ host, protocol }: Pick<Location, 'host' | 'protocol'>): PullHost {
  const isPlainHttp = protocol === 'http:';
  const isHost = host === 'localhost' || /[.:]/.test(host);
  return { host: isHost ? host : `${host}:${isPlainHttp ? 80 : 443}`, isPlainHttp };
}

/** `registry/repository`: how the front door names what lies in a registry. */
export const frontDoorName = (registryId: string, repository: string): string => `${registryId}/${repository}`;

/** `host/name:tag` or `host/name@digest`, as every tool and a Kubernetes `image:` line write it. */
export function imageName({ host, name, reference }: Omit<PullTarget, 'isPlainHttp'>): string {
  return `${host}/${name}${isDigest(reference) ? '@' : ':'}${reference}`;
}

export function pullCommand(tool: PullTool, target: PullTarget): string {
  return commandFor[tool](imageName(target), target);
}

const commandFor: Readonly<Record<PullTool, (image: string, target: PullTarget) => string>> = {
  docker: (image) => `docker pull ${image}`,
  podman: (image, { isPlainHttp }) => `podman pull ${isPlainHttp ? '--tls-verify=false ' : ''}${image}`,
  skopeo: (image, { name, reference, isPlainHttp }) => {
    const directory = `${name.slice(name.lastIndexOf('/') + 1)}-${fileSafe(reference)}`;
    return `skopeo copy --all ${isPlainHttp ? '--src-tls-verify=false ' : ''}docker://${image} oci:${directory}`;
  },
  crictl: (image) => `crictl pull ${image}`,
  kubernetes: (image) => `image: ${image}`,
  helm: (image, { host, name, reference, isPlainHttp }) => {
    const chart = isDigest(reference) ? image : `${host}/${name} --version ${reference}`;
    return `helm pull oci://${chart}${isPlainHttp ? ' --plain-http' : ''}`;
  },
  oras: (image, { isPlainHttp }) => `oras pull ${isPlainHttp ? '--plain-http ' : ''}${image}`,
};

/** What comes before the first pull of what is not public; null where the pull itself carries the credentials. */
export function loginCommand(tool: PullTool, { host, isPlainHttp }: PullHost, username: string): string | null {
  const insecure = isPlainHttp ? '--tls-verify=false ' : '';
  switch (tool) {
    case 'docker':
      return `docker login --username ${username} ${host}`;
    case 'podman':
    case 'skopeo':
      return `${tool} login ${insecure}--username ${username} ${host}`;
    case 'helm':
      return `helm registry login ${isPlainHttp ? '--plain-http ' : ''}--username ${username} ${host}`;
    case 'oras':
      return `oras login ${isPlainHttp ? '--plain-http ' : ''}--username ${username} ${host}`;
    case 'crictl':
      return null;
    case 'kubernetes':
      return `kubectl create secret docker-registry longshore --docker-server=${host} --docker-username=${username} --docker-password=ACCESS_TOKEN`;
    default:
      return tool satisfies never;
  }
}

/** crictl keeps no login: each pull has it. */
export function pullCommandWithLogin(tool: PullTool, target: PullTarget, username: string): string {
  if (tool !== 'crictl') return pullCommand(tool, target);
  return `crictl pull --creds ${username}:ACCESS_TOKEN ${imageName(target)}`;
}

/**
 * What a machine must be told before it pulls from a registry without TLS; null where nothing is needed.
 * podman, skopeo, helm and oras carry it in their command.
 */
export function insecureRegistryHint(
  tool: PullTool,
  { host, isPlainHttp }: PullHost,
): { file: string; lines: string } | null {
  if (!isPlainHttp) return null;
  if (tool === 'docker' && !LOOPBACK.test(host)) {
    return { file: '/etc/docker/daemon.json', lines: `{ "insecure-registries": [${JSON.stringify(host)}] }` };
  }
  if (tool === 'kubernetes' || tool === 'crictl') {
    return { file: `/etc/containerd/certs.d/${host}/hosts.toml`, lines: `server = "http://${host}"` };
  }
  return null;
}

function fileSafe(reference: string): string {
  return isDigest(reference) ? reference.slice(reference.indexOf(':') + 1).slice(0, 12) : reference;
}

/** A registry is pulled from without TLS when the addresses it is known by say so. */
export function speaksPlainHttp(endpointUrls: readonly string[]): boolean {
  return endpointUrls.length > 0 && endpointUrls.every((url) => url.startsWith('http://'));
}
