/** A known limit of a target. */

export interface Limit {
	/** The title of the tests, or what titles begin with. */
	test: string;
	reason: string;
	/** The tests pass sometimes, depending on timing. */
	sometimes?: true;
	/** Where the device does not outlive the test: the file, in which it is not run. */
	fatal?: string;
}
