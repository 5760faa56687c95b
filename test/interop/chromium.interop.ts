import test, { type ExecutionContext } from "ava";
import type { Page } from "playwright-core";
import { Agent } from "../device/driver/driver.js";
import { server } from "../device/driver/pairs.js";
import { Chromium, openFrom } from "./chromium.js";
import { type Connect, testExchanges } from "./exchanges.js";

const [agent, browser] = await Promise.all([Agent.start(), Chromium.start()]);
test.after.always("the device is still running", () => agent.stop());
test.after.always("stop the browser", () => browser.stop());

async function newPage(t: ExecutionContext): Promise<Page> {
	const page = await browser.page();
	t.teardown(() => page.close());
	return page;
}

async function listen(t: ExecutionContext, options?: object) {
	const listening = await server(t, agent, options);
	return { server: listening, url: `ws://${agent.host}:${await listening.listening()}` };
}

const connect: Connect = async (t, options, peerOptions) => {
	const { server, url } = await listen(t, options);
	const peer = await openFrom(await newPage(t), url, peerOptions);
	return { device: await server.connection(), peer };
};

testExchanges("Chromium and the device's Server", connect);

test("a close without a code is reported as 1005", async (t) => {
	const { device, peer } = await connect(t);
	await peer.close();
	t.deepEqual(await device.next("close"), [1005, ""]);
	t.deepEqual(await peer.closed(), { code: 1005, reason: "" });
});

test("leaving the page closes with 1001", async (t) => {
	const { server, url } = await listen(t);
	const page = await newPage(t);
	await openFrom(page, url);
	const device = await server.connection();
	await page.goto("about:blank");
	t.is((await device.next("close"))[0], 1001);
});

test("stop() of the Server closes with 1001", async (t) => {
	const { server, url } = await listen(t);
	const peer = await openFrom(await newPage(t), url);
	await server.stop();
	t.is((await peer.closed()).code, 1001);
	await server.next("close");
});

test("allowedOrigins accepts only pages of the given origins", async (t) => {
	const page = await newPage(t);
	const own = await listen(t, { allowedOrigins: [browser.origin] });
	const peer = await openFrom(page, own.url);
	const device = await own.server.connection();
	await peer.send("1");
	t.is((await device.next("message"))[0], 1);
	const foreign = await listen(t, { allowedOrigins: ["http://elsewhere.example"] });
	await t.throwsAsync(openFrom(page, foreign.url), { message: /did not open: 1006/ });
	t.false(foreign.server.order.includes("connection"));
});

test("maxConnections accepts four pages and rejects the fifth", async (t) => {
	const { server, url } = await listen(t, { maxConnections: 4 });
	const pages = [];
	for (let i = 0; i < 4; i++) {
		const peer = await openFrom(await newPage(t), `${url}/${i}`);
		const device = await server.connection();
		t.is(await device.get("path"), `/${i}`);
		pages.push({ peer, device });
	}
	await t.throwsAsync(openFrom(await newPage(t), url), { message: /did not open: 1006/ });
	for (const [i, { peer, device }] of pages.entries()) {
		await device.send({ to: i });
		t.is(await peer.message(), `{"to":${i}}`);
	}
});
