/** Tests of features that Python's `websockets` has in both roles and a browser does not have. */
import test, { type ExecutionContext } from "ava";
import type { Connection } from "./exchanges.js";
import type { PythonPeer } from "./python.js";

type Connect = (t: ExecutionContext, options?: object) => Promise<Connection & { peer: PythonPeer }>;

/** Declares the tests. */
export function testFrames(title: string, connect: Connect): void {
	test(`${title}: fragmented messages`, async (t) => {
		const { device, peer } = await connect(t, { receiveType: "text/plain" });
		peer.sendFragments(["one ", "", "grüße ", "🙂"]);
		t.deepEqual(await device.next("message"), ["one grüße 🙂", { binary: false }]);
		peer.sendFragments([Buffer.from("t"), Buffer.from("wo")]);
		t.deepEqual(await device.next("message"), ["two", { binary: true }]);
	});

	test(`${title}: pings are answered`, async (t) => {
		const { device, peer } = await connect(t);
		t.is(await peer.ping("first"), "first");
		t.is(await peer.ping("ü".repeat(62)), "ü".repeat(62));
		await device.send("after");
		t.is(await peer.message(), '"after"');
	});

	test(`${title}: a lost connection is reported as 1006`, async (t) => {
		const { device, peer } = await connect(t);
		peer.abort();
		t.is((await device.next("close"))[0], 1006);
	});

	for (const code of [1001, 1003, 1008, 1011]) {
		test(`${title}: the peer closes with ${code}`, async (t) => {
			const { device, peer } = await connect(t);
			await peer.close(code, "why");
			t.deepEqual(await device.next("close"), [code, "why"]);
			t.deepEqual(await peer.closed(), { code, reason: "why" });
		});
	}
}
