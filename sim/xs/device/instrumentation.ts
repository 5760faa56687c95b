/** Stand-in for the SDK's `instrumentation`, as release builds have it: nothing is measured. */
export default {
	map: (_name: string): number | undefined => undefined,
	get: (_index?: number): number | undefined => undefined,
};
