/** The `console` object of accessors, based on the device's `trace`. */
globalThis.console = { log: (text) => trace(`${text}\n`) };
