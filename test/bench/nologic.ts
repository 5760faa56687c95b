/** Replaces the native `logical` module: masks nothing, so that it takes no time. */
export default { xor(): void {} };
