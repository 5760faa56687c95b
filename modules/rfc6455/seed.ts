/**
 * Seeds Math.irandom() and Math.random() from a source that differs in each run: keys, masks and pauses depend on them. On
 * pico and in the SDK's simulators they are an unseeded rand(); native/seed.c seeds it. Engines without native modules
 * have seeded ones.
 */
export function seedRandom(): void {}
