import type { RegistryClient, RegistryClientOptions } from './client-types.ts';

/** @throws TypeError for an endpoint that is no http(s) URL or carries credentials */
export declare function createRegistryClient(options: RegistryClientOptions): RegistryClient;
