/**
 * Declares the function of seed.c, which manifests use instead of ../seed.ts. XS binds a function with such a body to C.
 */

declare function native(name: string): (...args: unknown[]) => undefined;

export function seedRandom(this: unknown): void {
	native("xs_seed_seedRandom").call(this);
}
