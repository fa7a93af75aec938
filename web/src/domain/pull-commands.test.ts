import { describe, expect, it } from 'vitest';
import { imageName, insecureRegistryHint, pullCommand, pullTools, speaksPlainHttp } from './pull-commands.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const tls = { pullHost: 'registry.example', repository: 'payments/api', reference: '2.7.3', isPlainHttp: false };
const plain = { ...tls, pullHost: '10.0.0.7:5000', isPlainHttp: true };

describe('imageName', () => {
  it('joins a tag with a colon and a digest with an at sign', () => {
    expect(imageName(tls)).toBe('registry.example/payments/api:2.7.3');
    expect(imageName({ ...tls, reference: digest })).toBe(`registry.example/payments/api@${digest}`);
  });
});

describe('pullCommand', () => {
  it('writes each tool its own line', () => {
    expect(pullTools.map((tool) => pullCommand(tool, tls))).toEqual([
      'docker pull registry.example/payments/api:2.7.3',
      'podman pull registry.example/payments/api:2.7.3',
      'skopeo copy --all docker://registry.example/payments/api:2.7.3 oci:api-2.7.3',
      'image: registry.example/payments/api:2.7.3',
    ]);
  });
  it('turns off the TLS check where the registry has no TLS', () => {
    expect(pullCommand('podman', plain)).toContain('--tls-verify=false');
    expect(pullCommand('skopeo', plain)).toContain('--src-tls-verify=false');
    expect(pullCommand('docker', plain)).toBe('docker pull 10.0.0.7:5000/payments/api:2.7.3');
  });
  it('names a directory without a colon for a digest', () => {
    expect(pullCommand('skopeo', { ...tls, reference: digest })).toMatch(/ oci:api-aaaaaaaaaaaa$/);
  });
});

describe('insecureRegistryHint', () => {
  it('says what Docker and containerd must be told about a registry without TLS', () => {
    expect(insecureRegistryHint('docker', plain)?.lines).toBe('{ "insecure-registries": ["10.0.0.7:5000"] }');
    expect(insecureRegistryHint('kubernetes', plain)?.file).toBe('/etc/containerd/certs.d/10.0.0.7:5000/hosts.toml');
  });
  it('is silent for TLS, for tools that say it in the command, and for Docker on loopback', () => {
    expect(insecureRegistryHint('docker', tls)).toBeNull();
    expect(insecureRegistryHint('podman', plain)).toBeNull();
    expect(insecureRegistryHint('docker', { ...plain, pullHost: '127.0.0.1:5001' })).toBeNull();
    expect(insecureRegistryHint('docker', { ...plain, pullHost: 'localhost:5001' })).toBeNull();
  });
});

describe('speaksPlainHttp', () => {
  it('is true only when every address is plain', () => {
    expect(speaksPlainHttp(['http://a:5000'])).toBe(true);
    expect(speaksPlainHttp(['http://a:5000', 'https://b'])).toBe(false);
    expect(speaksPlainHttp([])).toBe(false);
  });
});
