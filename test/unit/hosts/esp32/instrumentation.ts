/** Stand-in for the SDK's `instrumentation` of a build that measures nothing. */
export default class Instrumentation {
	static map(): undefined {
		return undefined;
	}

	static get(): undefined {
		return undefined;
	}
}
