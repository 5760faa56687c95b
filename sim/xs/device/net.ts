/** Stands for the SDK's `net`: the simulated network names no name servers of its own. */
export default class Net {
	static get(_what: string): undefined {
		return undefined;
	}
}
