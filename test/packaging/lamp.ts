/** Checks examples/lamp with its web page in jsdom: two pages switch the lamp and show its state. */

import { fileURLToPath } from "node:url";
import { JSDOM } from "jsdom";
import { Watch } from "../support/watch.js";
import { wsConnect } from "../support/wspeer.js";
import type { Check } from "./stage.js";

const file = new URL("../../examples/lamp/page.html", import.meta.url);

/** The web page of the example, opened as a file. */
class Page {
	readonly #window: JSDOM["window"];
	readonly #watch = new Watch();

	static async open(address: string): Promise<Page> {
		const url = `${file.href}?lamp=${address}`;
		return new Page(await JSDOM.fromFile(fileURLToPath(file), { url, runScripts: "dangerously" }));
	}

	private constructor({ window }: JSDOM) {
		this.#window = window;
		const observer = new window.MutationObserver(() => this.#watch.changed());
		observer.observe(window.document.body, { subtree: true, childList: true, attributes: true });
	}

	click(): void {
		this.#window.document.getElementById("lamp")?.click();
	}

	/** Waits until an element has a given text. */
	async shows(id: string, text: string): Promise<void> {
		const current = () => this.#window.document.getElementById(id)?.textContent;
		await this.#watch.until(
			() => current() === text || undefined,
			() => `the page's ${id} is "${current()}" instead of "${text}"`,
		);
	}

	close(): void {
		this.#window.close();
	}
}

export const lamp: Check = {
	title: "examples/lamp",
	async perform(stage) {
		const device = await stage.start(await stage.workshop.example("lamp", { port: 0 }));
		const port = Number((await device.traced(/^the lamp listens on port (\d+)$/))[1]);
		const open = async () => {
			const page = await Page.open(`127.0.0.1:${port}`);
			stage.atEnd(() => page.close());
			await page.shows("state", "connected");
			return page;
		};
		const [one, other] = [await open(), await open()];
		const peer = await wsConnect("127.0.0.1", port);
		stage.atEnd(() => peer.socket.terminate());
		// The lamp has registered the client when it sends the state.
		const first = await peer.json();
		one.click();
		await device.traced(/^the lamp is on$/);
		await one.shows("lamp", "on");
		await other.shows("lamp", "on");
		other.click();
		await device.traced(/^the lamp is off$/);
		await one.shows("lamp", "off");
		await other.shows("lamp", "off");
		for (const nonsense of ["nonsense", "null", '{"on":1}']) peer.send(nonsense);
		peer.send('{"on":true}');
		await device.traced(/^the lamp is on$/);
		await one.shows("lamp", "on");
		const states = [first, await peer.json(), await peer.json(), await peer.json()];
		if (JSON.stringify(states) !== '[{"on":false},{"on":true},{"on":false},{"on":true}]')
			throw new Error(`the lamp sent ${JSON.stringify(states)} to ws`);
		return "switched 3 times, by two pages and by ws; all were updated";
	},
};
