/** In place of the native `logical` module: nothing is masked, which takes no time. */
export default { xor(): void {} };
