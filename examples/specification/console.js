/** The `console` of accessors, on a device that has `trace` in its place. */
globalThis.console = { log: (text) => trace(`${text}\n`) };
