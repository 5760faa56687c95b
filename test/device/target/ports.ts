/** A running device: its traces and its end. */
interface Device {
	readonly exited: Promise<{ reason: string }>;
}

/**
 * Starts a device with the agent and waits until the agent has traced its ports.
 * @param count Number of ports. The control port is the last one.
 * @throws Error when the device ends before that.
 */
export async function startAgent<Started extends Device>(
	count: number,
	start: (onTrace: (line: string) => void) => Promise<Started>,
): Promise<{ device: Started; ports: readonly number[] }> {
	const ports: number[] = [];
	let resolveComplete: () => void;
	const complete = new Promise<void>((resolve) => {
		resolveComplete = resolve;
	});
	const device = await start((line) => {
		const port = /^agent .* on port (\d+)$/.exec(line)?.[1];
		if (port && ports.push(Number(port)) === count) resolveComplete();
	});
	const ended = device.exited.then(({ reason }): never => {
		throw new Error(`the device ended before the agent listened: ${reason}`);
	});
	await Promise.race([complete, ended]);
	return { device, ports };
}
