/**
 * Random numbers as in the SDK's simulator: the same ones in each run, until modules/rfc6455/native/seed.c seeds them.
 * This file is also the stand-in for that module.
 */

import { Query } from "../protocol.js";
import { WireWriter } from "../wire.js";
import { query } from "./machine.js";

let state = 0;

/** Returns a number from 0 to less than 1. */
export let random: () => number = Math.random;

/** Seeds random() from this computer's random numbers. */
export function seedRandom(): void {
	state = query(Query.Random, new WireWriter(0)).uint32();
	random = next;
}

/** mulberry32 */
function next(): number {
	state = (state + 0x6d2b79f5) | 0;
	let mixed = Math.imul(state ^ (state >>> 15), state | 1);
	mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
	return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
