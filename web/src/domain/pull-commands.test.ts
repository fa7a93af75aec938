import { describe, expect, it } from 'vitest';
import {
  frontDoor,
  frontDoorName,
  imageName,
  insecureRegistryHint,
  loginCommand,
  pullCommand,
  pullCommandWithLogin,
  pullToolsFor,
  speaksPlainHttp,
} from './pull-commands.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const name = frontDoorName('production', 'payments/api');
const tls = { host: 'console.example', name, reference: '2.7.3', isPlainHttp: false };
const plain = { ...tls, host: '10.0.0.7:8080', isPlainHttp: true };

describe('frontDoor', () => {
  it('is the host of the page', () => {
    expect(frontDoor({ host: 'console.example', protocol: 'https:' })).toEqual({
      host: 'console.example',
      isPlainHttp: false,
    });
    expect(frontDoor({ host: 'localhost:8080', protocol: 'http:' })).toEqual({
      host: 'localhost:8080',
      isPlainHttp: true,
    });
  });
  it('has a port where tools would take the host for a name on Docker Hub', () => {
    expect(frontDoor({ host: 'console', protocol: 'https:' }).host).toBe('console:443');
    expect(frontDoor({ host: 'console', protocol: 'http:' }).host).toBe('console:80');
    expect(frontDoor({ host: 'localhost', protocol: 'http:' }).host).toBe('localhost');
  });
});

describe('imageName', () => {
  it('joins a tag with a colon and a digest with an at sign', () => {
    expect(imageName(tls)).toBe('console.example/production/payments/api:2.7.3');
    expect(imageName({ ...tls, reference: digest })).toBe(`console.example/production/payments/api@${digest}`);
  });
});

describe('pullCommand', () => {
  it('writes each tool its own line', () => {
    const tools = pullToolsFor({ kind: 'image', artifactType: null });
    expect(tools.map((tool) => pullCommand(tool, tls))).toEqual([
      'docker pull console.example/production/payments/api:2.7.3',
      'podman pull console.example/production/payments/api:2.7.3',
      'skopeo copy --all docker://console.example/production/payments/api:2.7.3 oci:api-2.7.3',
      'crictl pull console.example/production/payments/api:2.7.3',
      'image: console.example/production/payments/api:2.7.3',
    ]);
  });
  it('pulls what is no image with Helm and ORAS', () => {
    expect(pullToolsFor({ kind: 'artifact', artifactType: 'application/spdx+json' })).toEqual(['oras', 'skopeo']);
    expect(pullCommand('oras', plain)).toBe('oras pull --plain-http 10.0.0.7:8080/production/payments/api:2.7.3');
    expect(pullCommand('helm', tls)).toBe('helm pull oci://console.example/production/payments/api --version 2.7.3');
    expect(pullCommand('helm', { ...tls, reference: digest })).toBe(
      `helm pull oci://console.example/production/payments/api@${digest}`,
    );
  });
  it('turns off the TLS check where there is no TLS', () => {
    expect(pullCommand('podman', plain)).toContain('--tls-verify=false');
    expect(pullCommand('skopeo', plain)).toContain('--src-tls-verify=false');
    expect(pullCommand('docker', plain)).toBe('docker pull 10.0.0.7:8080/production/payments/api:2.7.3');
  });
  it('names a directory without a colon for a digest', () => {
    expect(pullCommand('skopeo', { ...tls, reference: digest })).toMatch(/ oci:api-aaaaaaaaaaaa$/);
  });
});

describe('what is not public', () => {
  it('is logged in to first, with the name of the person and never with a secret', () => {
    expect(loginCommand('docker', tls, 'mara')).toBe('docker login --username mara console.example');
    expect(loginCommand('podman', plain, 'mara')).toBe('podman login --tls-verify=false --username mara 10.0.0.7:8080');
    expect(loginCommand('kubernetes', tls, 'mara')).toContain('--docker-password=ACCESS_TOKEN');
  });
  it('is pulled with the credentials in the line by the tool that keeps none', () => {
    expect(loginCommand('crictl', tls, 'mara')).toBeNull();
    expect(pullCommandWithLogin('crictl', tls, 'mara')).toBe(
      'crictl pull --creds mara:ACCESS_TOKEN console.example/production/payments/api:2.7.3',
    );
    expect(pullCommandWithLogin('docker', tls, 'mara')).toBe(pullCommand('docker', tls));
  });
});

describe('insecureRegistryHint', () => {
  it('says what Docker and containerd must be told about a host without TLS', () => {
    expect(insecureRegistryHint('docker', plain)?.lines).toBe('{ "insecure-registries": ["10.0.0.7:8080"] }');
    expect(insecureRegistryHint('kubernetes', plain)?.file).toBe('/etc/containerd/certs.d/10.0.0.7:8080/hosts.toml');
    expect(insecureRegistryHint('crictl', plain)).toEqual(insecureRegistryHint('kubernetes', plain));
  });
  it('is silent for TLS, for tools that say it in the command, and for Docker on loopback', () => {
    expect(insecureRegistryHint('docker', tls)).toBeNull();
    expect(insecureRegistryHint('podman', plain)).toBeNull();
    expect(insecureRegistryHint('docker', { ...plain, host: '127.0.0.1:5001' })).toBeNull();
    expect(insecureRegistryHint('docker', { ...plain, host: 'localhost:5001' })).toBeNull();
  });
});

describe('speaksPlainHttp', () => {
  it('is true only when every address is plain', () => {
    expect(speaksPlainHttp(['http://a:5000'])).toBe(true);
    expect(speaksPlainHttp(['http://a:5000', 'https://b'])).toBe(false);
    expect(speaksPlainHttp([])).toBe(false);
  });
});
