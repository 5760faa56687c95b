import test from "ava";
import { Setup } from "./setup.js";

const setup = await Setup.make();
const { agent } = setup;
test.after.always("the device is still running", () => agent.stop());

// Serial, because windows apply to all sockets of the device.
for (const [readWindow, writeWindow, splitReads] of [
	[100, 200, true],
	[1, 130, false],
	[5744, 1536, false],
] as const)
	test.serial(
		`windows of ${readWindow} and ${writeWindow} bytes${splitReads ? ", and reads of single bytes" : ""}`,
		async (t) => {
			await agent.configure({ readWindow, writeWindow, splitReads });
			const { device, peer } = await setup.open(t, { sendQueueSize: 16384 });
			const messages = [1, 10, 50, 100, 125, 126, 1000, 1400, 5000].map((length) => "z".repeat(length));
			for (const message of messages) await device.send({ message });
			for (const message of messages) t.deepEqual(await peer.json(), { message });
			for (const message of messages) peer.send(JSON.stringify({ message }));
			for (const message of messages) {
				const [received] = (await device.next("message")) as [{ message: string | object }];
				if (message.length < 1024) t.deepEqual(received, { message });
			}
			await device.close();
			t.is((await peer.closed()).code, 1000);
			t.like(await device.counters(), { accepted: 9, sent: 9, waiting: 0, lost: 0, received: 9 });
		},
	);
