/** What a target cannot do, and why. */

export interface Limit {
	/** The title of the tests, or what titles begin with. */
	test: string;
	reason: string;
	/** True where the tests pass at times, by the way things fall. */
	sometimes?: true;
	/** Where the device does not outlive the test: the file, in which it is not run. */
	fatal?: string;
}
