/** Stand-in for the SDK's `instrumentation` of a release build: it measures nothing. */
export default {
	map: (_name: string): number | undefined => undefined,
	get: (_index?: number): number | undefined => undefined,
};
