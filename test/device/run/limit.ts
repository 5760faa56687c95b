/** A known limit of a target. */

export interface Limit {
	/** Title of the test, or a common prefix of several titles. */
	test: string;
	reason: string;
	/** Set if the tests sometimes pass, depending on timing. */
	sometimes?: true;
	/** Set if the test ends the device: the file of the test, from which it is excluded. */
	fatal?: string;
}
