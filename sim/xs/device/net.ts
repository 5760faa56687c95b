/** Stand-in for the SDK's `net`: there are no name servers. */
export default class Net {
	static get(_what: string): undefined {
		return undefined;
	}
}
