/** The registry was removed, or never existed. */
export class RegistryNotFoundError extends Error {
  override readonly name = 'RegistryNotFoundError';
  readonly registryId: string;

  constructor(registryId: string) {
    super(`There is no registry “${registryId}”.`);
    this.registryId = registryId;
  }
}

export class RegistryIdTakenError extends Error {
  override readonly name = 'RegistryIdTakenError';

  constructor(registryId: string) {
    super(`There is already a registry “${registryId}”. Choose another id.`);
  }
}

export class RegistryChangedError extends Error {
  override readonly name = 'RegistryChangedError';

  constructor(registryName: string) {
    super(`${registryName} was changed by someone else in the meantime. Look at the new values, then save again.`);
  }
}

export class RegistryManagedError extends Error {
  override readonly name = 'RegistryManagedError';

  constructor(registryName: string) {
    super(`${registryName} is described in the server’s configuration. Change it there and restart the server.`);
  }
}

export class RegistryInUseError extends Error {
  override readonly name = 'RegistryInUseError';

  constructor(registryName: string) {
    super(`Copies from or to ${registryName} have not ended. Stop them or wait, then remove the registry.`);
  }
}

export class RegistryCollectingError extends Error {
  override readonly name = 'RegistryCollectingError';

  constructor(registryName: string) {
    super(
      `Garbage is being collected in ${registryName}: its maintenance ends with that. Stop the collection to end it earlier.`,
    );
  }
}

/** An address that leads back to this console, through whatever name or proxy. */
export class RegistryIsConsoleError extends Error {
  override readonly name = 'RegistryIsConsoleError';
  readonly path: string;

  /** @param position of the address among those that were given */
  constructor(url: string, position: number) {
    super(`${url} is this console’s own front door: give the address of a registry behind it.`);
    this.path = `endpointUrls.${position}`;
  }
}

/** One field that cannot be stored as it is. */
export class RegistryFieldError extends Error {
  override readonly name = 'RegistryFieldError';
  readonly path: string;

  constructor(path: string, sentence: string) {
    super(sentence);
    this.path = path;
  }
}
