/** Replaces the native seed: random numbers that are the same in each run take the same time. */
export const seedRandom = Function.prototype;
