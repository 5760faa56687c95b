/** The pages that the devices of examples/dashboard, lamp and upload and of hosts/demo serve, in headless Chromium. */

import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import type { BrowserContextOptions, Page } from "playwright-core";
import { Simulator } from "../../sim/xs/simulator.js";
import { Queue } from "../support/queue.js";
import { Chromium, openFrom } from "./chromium.js";

const browser = await Chromium.start();
test.after.always("stop the browser", () => browser.stop());

/** Starts a device. Resolves when it listens. */
async function start(
	t: ExecutionContext,
	program: string,
	config: { port?: number; peerPort?: number } = {},
) {
	const lines = new Queue<string>(`line of ${program}`);
	const device = await Simulator.start({
		program: fileURLToPath(new URL(`../../${program}`, import.meta.url)),
		config: { port: 0, interval: 200, ...config },
		onTrace: (line) => lines.put(line),
	});
	t.teardown(() => device.stop());
	void device.exited.then(({ reason }) => lines.put(`the device ended: ${reason}`));
	for (;;) {
		const line = await lines.next();
		const port =
			/(?:listens on|listens on port|send files to port) (\d+)$|^open http:\/\/localhost:(\d+)\/$/.exec(line);
		if (port) return { device, lines, port: Number(port[1] ?? port[2]) };
		if (/ended/.test(line)) throw new Error(line);
	}
}

/** Opens the page of a device. `errors` are the messages of its console that are not information. */
async function open(t: ExecutionContext, port: number, options?: BrowserContextOptions) {
	const { page, close } = await browser.open(options);
	t.teardown(close);
	await page.addInitScript(record);
	const errors: string[] = [];
	page.on("pageerror", ({ message }) => errors.push(message));
	page.on("console", (message) => {
		if (/error|warning/.test(message.type())) errors.push(message.text());
	});
	page.on("response", (response) => {
		if (response.status() >= 400) errors.push(`${response.status()} ${response.url()}`);
	});
	const response = await page.goto(`http://localhost:${port}/`);
	t.is(response?.status(), 200);
	return { page, errors };
}

/** Waits until an element of the page has a text that matches. */
async function shows(page: Page, selector: string, pattern: RegExp): Promise<RegExpExecArray> {
	const element = page.locator(selector).filter({ hasText: pattern });
	await element.waitFor();
	return pattern.exec((await element.textContent()) ?? "") ?? shows(page, selector, pattern);
}

/** Waits until the page's chart has this many points. */
const points = (page: Page, count: number) =>
	page.waitForFunction(
		(count) => (document.querySelector("#line")?.getAttribute("d") ?? "").split("L").length >= count,
		count,
	);

/** Waits until the page shows the reading with this number or a later one. Returns the number shown. */
async function reading(page: Page, least: number): Promise<number> {
	const shown = await page.waitForFunction((least) => {
		const number = Number(/^reading (\d+)$/.exec(document.querySelector("#report")?.textContent ?? "")?.[1]);
		return number >= least && number > 0 ? number : undefined;
	}, least);
	return (await shown.jsonValue()) as number;
}

/** The readings that the page has shown, by number. */
const seen = (page: Page) =>
	page.evaluate(() => ({ ...(globalThis as unknown as { seen: Record<string, string> }).seen }));

/** Runs in the page, before its scripts: records the readings that it shows. */
function record(): void {
	const seen: Record<string, string | null | undefined> = {};
	Object.assign(globalThis, { seen });
	const text = (id: string) => document.querySelector(id)?.textContent;
	new MutationObserver(() => {
		seen[text("#report") ?? ""] = text("#temperature");
	}).observe(document, { subtree: true, childList: true });
}

const switched = (page: Page, selector: string, on: boolean) =>
	page.locator(`${selector}[aria-checked=${on}]`).waitFor();

test("the page of examples/dashboard shows live values, and the chart grows", async (t) => {
	const { port } = await start(t, "examples/dashboard/main.ts");
	const { page, errors } = await open(t, port);
	await shows(page, "#state", /^Connected$/);
	t.is(await page.title(), "Weather station");
	await shows(page, "#temperature", /^-?\d+\.\d$/);
	await points(page, 3);
	await reading(page, 3);
	await shows(page, "#about", /^to 1 browser$/);
	await shows(page, "#bytes", /^0 of 4096 bytes$/);
	const {
		accepted,
		sent,
		waiting,
		lost,
		replaced = 0,
	} = await page.evaluate(() =>
		Object.fromEntries(
			[...document.querySelectorAll("#counters div")].map((pair) => [
				pair.querySelector("dt")?.textContent,
				Number(pair.querySelector("dd")?.textContent),
			]),
		),
	);
	t.true(accepted > 0);
	t.is(accepted, sent + waiting + lost + replaced);
	t.regex((await page.getByRole("img").getAttribute("aria-label")) ?? "", /^The last \d+ readings: .* °C$/);
	t.deepEqual(errors, []);
});

test("two pages stay in step, with mouse and keyboard, and after a reload", async (t) => {
	const { port, lines } = await start(t, "examples/dashboard/main.ts");
	const one = await open(t, port);
	const other = await open(t, port);
	const light = (page: Page) => page.getByRole("switch", { name: "Light", exact: true });
	await light(one.page).click();
	await switched(one.page, "#light", true);
	await switched(other.page, "#light", true);
	await shows(other.page, "#light-word", /^on$/);
	await light(other.page).press("Space");
	await switched(one.page, "#light", false);
	await switched(other.page, "#light", false);
	await light(other.page).press("Enter");
	await switched(one.page, "#light", true);
	await one.page.reload();
	await switched(one.page, "#light", true);
	for (const state of ["on", "off", "on"])
		for (let line = ""; line !== `the light is ${state}`; ) line = await lines.next();
	// What one page shows as a reading, the other shows, too.
	const last = await reading(one.page, 0);
	await Promise.all([reading(one.page, last + 4), reading(other.page, last + 4)]);
	const [first = {}, second = {}] = await Promise.all([seen(one.page), seen(other.page)]);
	const both = Object.keys(first).filter((report) => report in second);
	t.true(both.length >= 2);
	for (const report of both) t.is(first[report], second[report]);
	t.deepEqual([...one.errors, ...other.errors], []);
});

test("a page that is open while the device restarts connects again by itself", async (t) => {
	const { device, port } = await start(t, "examples/dashboard/main.ts");
	const { page, errors } = await open(t, port);
	await page.click("#light");
	await switched(page, "#light", true);
	await points(page, 4);
	await device.stop();
	await shows(page, "#state", /^No connection$/);
	await shows(page, "#detail", /^trying again in \d+ s$/);
	t.true(await page.locator("#light").isDisabled());
	await page.getByRole("button", { name: "Try now" }).waitFor();
	t.deepEqual(await page.evaluate(faintTexts), []);
	// The last values remain.
	await shows(page, "#temperature", /^-?\d+\.\d$/);
	await start(t, "examples/dashboard/main.ts", { port });
	await shows(page, "#state", /^Connected$/);
	// The device has forgotten everything.
	await switched(page, "#light", false);
	await reading(page, (await reading(page, 0)) + 1);
	t.true(await page.locator("#light").isEnabled());
	t.true(await page.getByRole("button", { name: "Try now" }).isHidden());
	// Browsers report each failed attempt.
	t.deepEqual(
		errors.filter(
			(text) => !/^WebSocket connection to .*(ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET)/.test(text),
		),
		[],
	);
});

test("a connection that has gone silent is given up, and pauses between attempts grow to 10 seconds", async (t) => {
	const { port } = await start(t, "examples/dashboard/main.ts");
	const { page, close } = await browser.open();
	t.teardown(close);
	const now = Date.now();
	await page.clock.install({ time: now });
	let attempts = 0;
	let silent = true;
	await page.routeWebSocket(/./, (socket) => {
		attempts++;
		if (!silent) socket.close({ code: 1001 });
	});
	await page.goto(`http://localhost:${port}/`);
	await shows(page, "#state", /^Connected$/);
	silent = false;
	// From here on, time in the page passes by command.
	await page.clock.pauseAt(now + 60_000);
	await shows(page, "#state", /^No connection$/);
	t.is(attempts, 1);
	const pauses: number[] = [];
	while (pauses.length < 7) {
		const before: number = attempts;
		let seconds = 0;
		for (; attempts === before; seconds += 0.25) {
			await page.clock.runFor(250);
			// The attempt reaches this process, and its end the page, before the next one.
			await page.evaluate(() => 0);
		}
		await shows(page, "#state", /^No connection$/);
		pauses.push(seconds);
	}
	t.true((pauses[0] ?? 0) <= 1, String(pauses));
	for (const pause of pauses.slice(-2)) t.true(pause >= 7.5 && pause <= 10.5, String(pauses));
	const before = attempts;
	await page.getByRole("button", { name: "Try now" }).click();
	await shows(page, "#state", /^No connection$/);
	t.is(attempts, before + 1, "a person need not wait");
});

for (const colorScheme of ["light", "dark"] as const)
	test(`on a phone with 360 pixels, ${colorScheme}, everything is reachable and readable`, async (t) => {
		const { port } = await start(t, "examples/dashboard/main.ts");
		const viewport = { width: 360, height: 640 };
		const { page, errors } = await open(t, port, { viewport, colorScheme, hasTouch: true, isMobile: true });
		await points(page, 2);
		t.is(await page.evaluate(() => document.documentElement.scrollWidth), 360);
		const light = page.getByRole("switch", { name: "Light", exact: true });
		await light.tap();
		await switched(page, "#light", true);
		const box = await light.boundingBox();
		t.true((box?.height ?? 0) >= 44 && (box?.width ?? 0) >= 44);
		const faint = await page.evaluate(faintTexts);
		t.deepEqual(faint, []);
		t.deepEqual(errors, []);
	});

/** Returns the texts of the page whose contrast is less than 4.5 (WCAG 2.2, 1.4.3). */
function faintTexts(): string[] {
	const parts = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
	const luminance = (color: string) => {
		const [red = 0, green = 0, blue = 0] = parts(color).map((part) =>
			part <= 10.3 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
		);
		return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
	};
	const faint: string[] = [];
	for (const element of document.querySelectorAll<HTMLElement>("body *:not(script)")) {
		const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
		if (!text || element.offsetParent === null) continue;
		let behind: HTMLElement | null = element;
		while (behind && parts(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
		const [light = 0, dark = 0] = [
			getComputedStyle(element).color,
			getComputedStyle(behind ?? document.body).backgroundColor,
		]
			.map(luminance)
			.sort((a, b) => b - a);
		const contrast = (light + 0.05) / (dark + 0.05);
		if (contrast < 4.5) faint.push(`${element.textContent?.trim()}: ${contrast.toFixed(1)}`);
	}
	return faint;
}

test("a page of another origin is refused", async (t) => {
	for (const program of ["examples/dashboard/main.ts", "examples/lamp/main.ts"]) {
		const { port } = await start(t, program);
		const page = await browser.page();
		t.teardown(() => page.close());
		await t.throwsAsync(openFrom(page, `ws://127.0.0.1:${port}`), { message: /did not open: 1006/ });
		const own = await open(t, port);
		await own.page.locator("[role=switch]:enabled").waitFor();
	}
});

test("npm start's device shows its client's queue and counters", async (t) => {
	// Nobody listens on port 1: the reports wait.
	const { port } = await start(t, "hosts/demo/main.ts", { peerPort: 1 });
	const { page, errors } = await open(t, port);
	await shows(page, "#about", /^to the peer$/);
	await shows(page, "#waiting", /^\d+ messages waiting$/);
	await shows(page, "#bytes", /^[1-9]\d+ of 4096 bytes$/);
	t.not(await page.getByRole("meter", { name: "Send queue" }).getAttribute("value"), "0");
	await page.click("#light");
	await switched(page, "#light", true);
	t.deepEqual(errors, []);
});

test("two pages of examples/lamp stay in step", async (t) => {
	const { port } = await start(t, "examples/lamp/main.ts");
	const one = await open(t, port, { viewport: { width: 360, height: 640 } });
	const other = await open(t, port);
	await shows(other.page, "#state", /^connected$/);
	await one.page.getByRole("switch", { name: "Lamp" }).click();
	await switched(one.page, "#lamp", true);
	await switched(other.page, "#lamp", true);
	await shows(other.page, "#lamp", /^on$/);
	t.is(await one.page.evaluate(() => document.documentElement.scrollWidth), 360);
	t.deepEqual([...one.errors, ...other.errors], []);
});

test("the page of examples/upload sends a file of 1 MB", async (t) => {
	const { port, lines } = await start(t, "examples/upload/main.ts");
	const { page, errors } = await open(t, port, { viewport: { width: 360, height: 640 } });
	const buffer = Buffer.alloc(1_000_000, 3);
	await page.getByLabel("File").setInputFiles({ name: "file", mimeType: "application/octet-stream", buffer });
	await page.getByRole("button", { name: "Upload" }).click();
	await shows(page, "#state", /^1000000 bytes arrived, sum 3000000$/);
	t.is(await lines.next(), "received 1000000 bytes, sum 3000000");
	t.deepEqual(errors, []);
});
