/** The result of a step on the device, as the tests see it. */

/** An exception thrown on the device. Its `name` is that of the device's error. */
export class DeviceError extends Error {
	constructor(error: { name: string; message: string }) {
		super(error.message);
		this.name = error.name;
	}
}

/** A value, or the error that the step threw. */
export type Outcome = { value: unknown } | { error: DeviceError };
