/** In place of sim/xs/device/typedarrays.ts: without its functions around those of the engine, which count. */
export {};
